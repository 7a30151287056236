import { Table, type TableProps } from "@mantine/core";
import type { CSSProperties, ReactNode } from "react";

/**
 * A table with a head. As wide as `leastWidth` pixels at least, and moved sideways where there is less room; on a phone
 * each row stands as a list, every cell beside its label.
 */
export function Columns(
  { labels, leastWidth, children, ...table }: {
    labels: readonly string[];
    leastWidth: number;
    children: ReactNode;
  } & TableProps,
) {
  const names = Object.fromEntries(labels.map((label, i) => [`--column-${i + 1}`, JSON.stringify(label)]));
  return (
    <div className="columns-room">
      <Table className="columns" style={{ "--least": `${leastWidth}px`, ...names } as CSSProperties} {...table}>
        <Table.Thead>
          <Table.Tr>{labels.map((label) => <Table.Th key={label}>{label}</Table.Th>)}</Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}
