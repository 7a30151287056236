import { ActionIcon, Badge, Checkbox, Skeleton, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "wouter";
import type { JobDefinition, JobView } from "../../../model/mod.ts";
import { useAction } from "../../data/action.tsx";
import { text } from "../../english.ts";
import { Moment } from "../../parts/moment.tsx";
import { useWords } from "../../parts/words.ts";
import { RecentBars, State } from "../../parts/state.tsx";
import { jobPath } from "../../paths.ts";

interface RowProps {
  index: number;
  top: number;
  view: JobView | undefined;
  isSelected: boolean;
  toggle: (name: string) => void;
  mayRun: boolean;
}

// What only says more when it is pointed at is a title here: a tooltip of its own for each cell makes scrolling slow.

/** One job in the table of jobs. */
export const JobRow = memo(function JobRow({ index, top, view, isSelected, toggle, mayRun }: RowProps) {
  const style = { position: "absolute", top: 0, transform: `translateY(${top}px)` } as const;
  if (view === undefined) {
    return (
      <div role="row" className="job-row" style={style}>
        <span role="cell">
          <Skeleton h={14} w={240} m="sm" />
        </span>
      </div>
    );
  }
  const { job: { definition }, stat, nextAt } = view;
  return (
    <div role="row" aria-rowindex={index + 1} className="job-row" style={style}>
      <span role="cell" className="job-pick">
        <Checkbox
          size="xs"
          aria-label={text.select(definition.name)}
          checked={isSelected}
          onChange={() => toggle(definition.name)}
        />
      </span>
      <span role="cell" className="job-name">
        <Link href={jobPath(definition.name)} className="plain-link">
          <Text span fw={550} size="sm">{definition.name}</Text>
        </Link>
        {definition.displayName && <Text size="xs" c="dimmed" truncate>{definition.displayName}</Text>}
      </span>
      <span role="cell">
        {stat.status === "" ? <Text size="sm" c="dimmed">–</Text> : <State state={stat.status} />}
      </span>
      <span role="cell">
        <RecentBars recent={stat.recent} />
      </span>
      <span role="cell">
        <Schedule definition={definition} />
      </span>
      <span role="cell">
        <NextOf view={view} nextAt={nextAt} />
      </span>
      <span role="cell">
        <Text size="sm" c="dimmed">{definition.executor}</Text>
      </span>
      <span role="cell">
        {mayRun && <RunButton name={definition.name} isDisabled={definition.disabled} />}
      </span>
    </div>
  );
});

function NextOf({ view: { job }, nextAt }: { view: JobView; nextAt: number | null }) {
  if (job.definition.disabled) return <Badge variant="default" size="sm">{text.disabled}</Badge>;
  if (job.pause) return <Badge variant="default" size="sm">{text.paused}</Badge>;
  return nextAt === null
    ? <Text size="sm" c="dimmed">–</Text>
    : <Moment at={nextAt} timezone={job.definition.timezone} size="sm" isPlain />;
}

function RunButton({ name, isDisabled }: { name: string; isDisabled: boolean }) {
  const run = useAction((client) => client.run(name, { wait: false, force: false }), () => text.started(name));
  return (
    <ActionIcon
      variant="default"
      onClick={() => run.mutate()}
      loading={run.isPending}
      disabled={isDisabled}
      title={text.runNow}
      aria-label={text.runNowOf(name)}
    >
      <IconPlayerPlay size={14} />
    </ActionIcon>
  );
}

function Schedule({ definition }: { definition: JobDefinition }) {
  const words = useWords(definition);
  return <Text size="sm" ff="monospace" truncate title={words}>{definition.schedule || words}</Text>;
}
