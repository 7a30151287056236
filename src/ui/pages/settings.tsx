import { Button, Card, Group, SegmentedControl, Stack, Text, Title, useMantineColorScheme } from "@mantine/core";
import { useAction } from "../data/action.tsx";
import { useAbout, useClusterPause, useLeader, useMay, useRefusesJobs } from "../data/queries.ts";
import { text } from "../english.ts";
import { useConfirm } from "../parts/confirm.tsx";
import { Moment } from "../parts/moment.tsx";
import { PageHead, Read } from "../parts/page.tsx";

/** What holds for the whole cluster, and how these pages look. */
export default function Settings() {
  return (
    <>
      <PageHead title={text.settings} />
      <Stack maw={720}>
        <Looks />
        <ClusterPauseCard />
        <NewJobsCard />
        <AboutCard />
      </Stack>
    </>
  );
}

function Looks() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const data = (["auto", "light", "dark"] as const).map((value) => ({ value, label: text.schemes[value] }));
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.looks}</Title>
      <SegmentedControl
        data={data}
        value={colorScheme}
        onChange={(value) => setColorScheme(value as typeof colorScheme)}
        aria-label={text.looks}
      />
    </Card>
  );
}

function ClusterPauseCard() {
  const mayManage = useMay("admin");
  const pause = useAction(
    (client, note: string) => client.pauseCluster({ policy: "skip", note, to: null }),
    () => text.clusterNowPaused,
  );
  const unpause = useAction((client) => client.unpauseCluster(), () => text.clusterNowUnpaused);
  const confirm = useConfirm({
    title: text.pauseClusterTitle,
    body: text.pauseClusterBody,
    confirm: text.pauseCluster,
    isDangerous: true,
    note: text.note,
  }, (note) => pause.mutate(note));
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.schedulingTitle}</Title>
      <Read of={useClusterPause()}>
        {(now) => (
          <Group justify="space-between">
            <Text size="sm" component="div">
              {now
                ? (
                  <>
                    {text.pausedBy(now.by, now.note)} (<Moment at={now.from} size="sm" />)
                  </>
                )
                : text.clusterRuns}
            </Text>
            {mayManage && (now
              ? (
                <Button variant="default" onClick={() => unpause.mutate()} loading={unpause.isPending}>
                  {text.unpauseCluster}
                </Button>
              )
              : (
                <Button variant="default" c="red" onClick={confirm.ask} loading={pause.isPending}>
                  {text.pauseCluster}
                </Button>
              ))}
          </Group>
        )}
      </Read>
      {confirm.dialog}
    </Card>
  );
}

function NewJobsCard() {
  const mayManage = useMay("admin");
  const refuse = useAction(
    (client, to: boolean) => client.refuseJobs(to),
    (_, to) => to ? text.nowRefusing : text.nowAccepting,
  );
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.newJobsTitle}</Title>
      <Read of={useRefusesJobs()}>
        {(isRefused) => (
          <Group justify="space-between">
            <Text size="sm">{isRefused ? text.jobsRefused : text.jobsAccepted}</Text>
            {mayManage && (
              <Button
                variant="default"
                onClick={() => refuse.mutate(!isRefused)}
                loading={refuse.isPending}
              >
                {isRefused ? text.acceptJobs : text.refuseJobs}
              </Button>
            )}
          </Group>
        )}
      </Read>
    </Card>
  );
}

function AboutCard() {
  const { data: about } = useAbout();
  const { data: leader } = useLeader();
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">{text.about}</Title>
      <Text size="sm">{about && text.answeredBy(about.name, about.version)}</Text>
      <Text size="sm">{leader ? text.ledBy(leader) : text.noLeader}</Text>
    </Card>
  );
}
