import { ActionIcon, Card, Group, Switch, Text, Title, Tooltip } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { text } from "../../english.ts";
import { Empty, Reading } from "../../parts/page.tsx";
import { OutputLines } from "./output_lines.tsx";
import { SearchBox, useOutputSearch } from "./output_search.tsx";
import { useOutput } from "./use_output.ts";

interface OutputProps {
  job: string;
  id: string;
  isOpen: boolean;
  sizeBytes: number;
}

/** What a run writes, as it writes it: searched, wrapped, followed or downloaded. */
export function Output({ job, id, isOpen, sizeBytes }: OutputProps) {
  const output = useOutput(job, id);
  const [isFollowed, setFollowed] = useState(isOpen);
  const [isWrapped, setWrapped] = useState(true);
  const search = useOutputSearch(output);
  const isEmpty = output.buffer.lines.length === 1 && output.buffer.lines[0] === "";
  return (
    <Card withBorder p="sm">
      <Group justify="space-between" mb="xs">
        <Group gap="sm">
          <Title order={2} size="h5">{text.output}</Title>
          <Text size="sm" c="dimmed" role="status">
            {output.error ?? (isOpen ? text.outputLive : text.bytes(sizeBytes))}
          </Text>
        </Group>
        <Group gap="sm">
          <SearchBox search={search} />
          <Switch
            label={text.follow}
            checked={isFollowed}
            onChange={(event) => setFollowed(event.currentTarget.checked)}
            size="xs"
          />
          <Switch
            label={text.wrap}
            checked={isWrapped}
            onChange={(event) => setWrapped(event.currentTarget.checked)}
            size="xs"
          />
          <Tooltip label={text.download}>
            <ActionIcon
              component="a"
              variant="default"
              href={outputUrl(job, id)}
              download={`${job}-${id}.txt`}
              aria-label={text.download}
            >
              <IconDownload size={15} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Group>
      {isEmpty ? <NoOutput isOpen={isOpen} isOver={output.isOver} /> : (
        <OutputLines
          output={output}
          isFollowed={isFollowed}
          isWrapped={isWrapped}
          found={search.at}
          unfollow={() => setFollowed(false)}
        />
      )}
    </Card>
  );
}

/** Nothing is there: as yet, at all, or because it is still being read. */
function NoOutput({ isOpen, isOver }: { isOpen: boolean; isOver: boolean }) {
  if (isOver) return <Empty title={text.noOutput}>{text.noOutputHint}</Empty>;
  if (isOpen) return <Empty title={text.noOutputYet}>{text.noOutputHint}</Empty>;
  return <Reading />;
}

function outputUrl(job: string, id: string): string {
  return `/v1/jobs/${encodeURIComponent(job)}/executions/${encodeURIComponent(id)}/output`;
}
