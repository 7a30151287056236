import { ActionIcon, Badge, Checkbox, Skeleton } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "wouter";
import type { JobDefinition, JobView } from "../../../model/mod.ts";
import { useZone } from "../../data/queries.ts";
import { text } from "../../english.ts";
import { PlainMoment } from "../../parts/moment.tsx";
import { wordsOf } from "../../parts/words.ts";
import { RecentBars, State } from "../../parts/state.tsx";
import { jobPath } from "../../paths.ts";

interface RowProps {
  index: number;
  top: number;
  view: JobView | undefined;
  isSelected: boolean;
  toggle: (name: string) => void;
  /** Runs a job; absent where one may not. */
  run: ((name: string) => void) | undefined;
}

// Rows are drawn by the dozen as one scrolls: what is plain is plain HTML here, and what only says more when it is pointed at
// is a title, which is written then.

/** One job in the table of jobs. */
export const JobRow = memo(function JobRow({ index, top, view, isSelected, toggle, run }: RowProps) {
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
          <span className="small strong">{definition.name}</span>
        </Link>
        {definition.displayName && <div className="tiny dimmed cut">{definition.displayName}</div>}
      </span>
      <span role="cell">
        {stat.status === "" ? <span className="small dimmed">–</span> : <State state={stat.status} />}
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
        <span className="small dimmed">{definition.executor}</span>
      </span>
      <span role="cell">
        {run && <RunButton name={definition.name} isDisabled={definition.disabled} run={run} />}
      </span>
    </div>
  );
});

function NextOf({ view: { job }, nextAt }: { view: JobView; nextAt: number | null }) {
  if (job.definition.disabled) return <Badge variant="default" size="sm">{text.disabled}</Badge>;
  if (job.pause) return <Badge variant="default" size="sm">{text.paused}</Badge>;
  return nextAt === null
    ? <span className="small dimmed">–</span>
    : <PlainMoment at={nextAt} timezone={job.definition.timezone} />;
}

function RunButton(
  { name, isDisabled, run }: { name: string; isDisabled: boolean; run: (name: string) => void },
) {
  return (
    <ActionIcon
      variant="default"
      onClick={() => run(name)}
      disabled={isDisabled}
      title={text.runNow}
      aria-label={text.runNowOf(name)}
    >
      <IconPlayerPlay size={14} />
    </ActionIcon>
  );
}

function Schedule({ definition }: { definition: JobDefinition }) {
  const timezone = useZone(definition.timezone);
  return (
    <div
      className="small mono cut"
      onPointerEnter={({ currentTarget }) => currentTarget.title = wordsOf(definition, timezone)}
    >
      {definition.schedule || wordsOf(definition, timezone)}
    </div>
  );
}
