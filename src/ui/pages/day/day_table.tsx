import { Anchor, Table, Text } from "@mantine/core";
import { Link } from "wouter";
import type { PlanItem } from "../../../model/mod.ts";
import { text } from "../../english.ts";
import { Columns } from "../../parts/columns.tsx";
import { absolute, Moment } from "../../parts/moment.tsx";
import { State } from "../../parts/state.tsx";
import { executionPath, jobPath } from "../../paths.ts";

/** What happens in a day, in the order of time. */
export function DayTable({ items }: { items: readonly PlanItem[] }) {
  return (
    <Columns labels={text.dayColumns} leastWidth={640} verticalSpacing={5} highlightOnHover>
      {items.map((item, i) => (
        <Table.Tr key={i}>
          <Table.Td>
            <Moment at={item.at} size="sm" />
          </Table.Td>
          <Table.Td className="breakable">
            <Anchor component={Link} href={jobPath(item.job)} size="sm">{item.job}</Anchor>
          </Table.Td>
          <Table.Td>
            <What item={item} />
          </Table.Td>
          <Table.Td>
            <Text size="sm" c="dimmed" lineClamp={2} className="breakable">{whyOf(item)}</Text>
          </Table.Td>
        </Table.Tr>
      ))}
    </Columns>
  );
}

function What({ item }: { item: PlanItem }) {
  switch (item.kind) {
    case "ran":
      return item.execution === null
        ? <State state={item.state} />
        : (
          <Anchor component={Link} href={executionPath(item.job, item.execution)} size="sm">
            <State state={item.state} />
          </Anchor>
        );
    case "runs":
      return (
        <Anchor component={Link} href={executionPath(item.job, item.execution)} size="sm">
          <State state="running" />
        </Anchor>
      );
    case "will_run":
      return <Text size="sm">{text.fates.will_run}</Text>;
    case "did_not":
      return <Text size="sm">{text.fates.refused}</Text>;
    default:
      return item satisfies never;
  }
}

function whyOf(item: PlanItem): string {
  if (item.kind === "ran") return item.reason ?? "";
  if (item.kind === "runs") return "";
  const times = item.count === 1 ? "" : `${text.times(item.count)} ${absolute(item.to)}`;
  return [item.kind === "did_not" ? item.reason : "", times].filter(Boolean).join("; ");
}
