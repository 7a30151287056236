import { Button, Grid, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useData } from "../data/data.tsx";
import { useJobs, useMay, usePlan } from "../data/queries.ts";
import { text } from "../english.ts";
import { Empty, PageHead, Read } from "../parts/page.tsx";
import { HeatStrip } from "./overview/heat_strip.tsx";
import { NeedsYou } from "./overview/needs_you.tsx";
import { NextHour } from "./overview/next_hour.tsx";
import { NodesGlance } from "./overview/nodes_glance.tsx";
import { RunningNow } from "./overview/running_now.tsx";

const HOUR_MS = 3_600_000;

/** What runs now, what is next, what went wrong: where somebody who was woken begins. */
export function Overview() {
  const { clock } = useData();
  const [now] = useState(() => clock.now());
  const mayEdit = useMay("editor");
  const { data: jobs } = useJobs({ _start: "0", _end: "1" });
  const plan = usePlan({ fromMs: now - 23 * HOUR_MS, toMs: now + HOUR_MS, limit: 50 });
  if (jobs?.total === 0) {
    return (
      <>
        <PageHead title={text.overview} />
        <Empty title={text.firstJob}>
          <Text size="sm" mb="md">{text.firstJobHint}</Text>
          {mayEdit && (
            <Button component={Link} href="/new" leftSection={<IconPlus size={16} aria-hidden />}>{text.newJob}</Button>
          )}
        </Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title={text.overview}>
        {jobs && <Text size="sm" c="dimmed">{text.jobsSaying(jobs.total)}</Text>}
      </PageHead>
      <Grid>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <NeedsYou />
            <RunningNow />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Read of={plan}>
              {(read) => (
                <>
                  <HeatStrip hours={read.hours} nowMs={now} />
                  <NextHour items={read.items} nowMs={now} />
                </>
              )}
            </Read>
            <NodesGlance />
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}
