import { Badge, Group, Tabs, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useParams, useSearchParams } from "wouter";
import type { JobView } from "../../model/mod.ts";
import { useJob } from "../data/queries.ts";
import { text } from "../english.ts";
import { Moment } from "../parts/moment.tsx";
import { PageHead, Read } from "../parts/page.tsx";
import { useWords } from "../parts/words.ts";
import { JobActions } from "./job/job_actions.tsx";
import { JobSummary } from "./job/job_summary.tsx";
import { Revisions } from "./job/revisions.tsx";
import { Runs } from "./job/runs.tsx";
import { TimelineTab } from "./job/timeline_tab.tsx";

const Graph = lazy(() => import("./job/graph.tsx"));
const Definition = lazy(() => import("./job/definition.tsx"));

/** One job: what it does, when, what came of it and why. */
export default function Job() {
  const { job: name = "" } = useParams();
  const job = useJob(decodeURIComponent(name));
  return <Read of={job}>{({ view, json }) => <JobPage view={view} json={json} />}</Read>;
}

function JobPage({ view, json }: { view: JobView; json: unknown }) {
  const { definition } = view.job;
  return (
    <>
      <PageHead title={definition.name} below={<Facts view={view} />}>
        <JobActions view={view} json={json} />
      </PageHead>
      <JobTabs view={view} json={json} />
    </>
  );
}

function Facts({ view }: { view: JobView }) {
  const { definition, pause } = view.job;
  return (
    <Group gap="sm">
      {definition.displayName && <Text size="sm">{definition.displayName}</Text>}
      <Text size="sm" c="dimmed">{useWords(definition)}</Text>
      {definition.disabled && <Badge variant="default">{text.disabled}</Badge>}
      {pause && <Badge variant="default">{text.paused}</Badge>}
      {pause && (
        <Text size="sm" c="dimmed" component="span">
          {text.pausedBy(pause.by, pause.note)} (<Moment at={pause.from} size="sm" />)
        </Text>
      )}
    </Group>
  );
}

const TABS = ["summary", "runs", "timeline", "graph", "definition", "revisions"] as const;

function JobTabs({ view, json }: { view: JobView; json: unknown }) {
  const [search, setSearch] = useSearchParams();
  const { name } = view.job.definition;
  const tab = TABS.find((each) => each === search.get("tab")) ?? "summary";
  const choose = (value: string | null) => setSearch(value === null || value === "summary" ? {} : { tab: value });
  return (
    <Tabs value={tab} onChange={choose} keepMounted={false}>
      <Tabs.List mb="md">
        {TABS.map((each) => <Tabs.Tab key={each} value={each}>{text.jobTabs[each]}</Tabs.Tab>)}
      </Tabs.List>
      <Suspense fallback={<Text c="dimmed">{text.reading}</Text>}>
        <Tabs.Panel value="summary">
          <JobSummary view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <Runs name={name} />
        </Tabs.Panel>
        <Tabs.Panel value="timeline">
          <TimelineTab view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="graph">
          <Graph view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="definition">
          <Definition json={json} />
        </Tabs.Panel>
        <Tabs.Panel value="revisions">
          <Revisions name={name} current={view.job.revision} />
        </Tabs.Panel>
      </Suspense>
    </Tabs>
  );
}
