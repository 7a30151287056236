import { Center, Loader, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Route, Router, Switch } from "wouter";
import { CarillonError } from "../runtime/mod.ts";
import { type Data, DataProvider } from "./data/data.tsx";
import { text } from "./english.ts";
import { Overview } from "./pages/overview.tsx";
import { Empty } from "./parts/page.tsx";
import { NowProvider } from "./parts/now.tsx";
import { Door } from "./shell/door.tsx";
import { Shell } from "./shell/shell.tsx";
import { cssVariables, theme } from "./theme.ts";

const Jobs = lazy(() => import("./pages/jobs.tsx"));
const Job = lazy(() => import("./pages/job.tsx"));
const Editor = lazy(() => import("./pages/editor.tsx"));
const Execution = lazy(() => import("./pages/execution.tsx"));
const Day = lazy(() => import("./pages/day.tsx"));
const Queue = lazy(() => import("./pages/queue.tsx"));
const Nodes = lazy(() => import("./pages/nodes.tsx"));
const Access = lazy(() => import("./pages/access.tsx"));
const Settings = lazy(() => import("./pages/settings.tsx"));
const Help = lazy(() => import("./pages/help.tsx"));

/** The whole of the web UI. */
export function App({ data }: { data: Data }) {
  const [queries] = useState(makeQueries);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} />
      <QueryClientProvider client={queries}>
        <DataProvider data={data}>
          <NowProvider>
            <Router base="/ui">
              <Door>
                <Shell>
                  <Pages />
                </Shell>
              </Door>
            </Router>
          </NowProvider>
        </DataProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Pages() {
  return (
    <Suspense
      fallback={
        <Center p="xl">
          <Loader type="dots" aria-label={text.reading} />
        </Center>
      }
    >
      <Switch>
        <Route path="/" component={Overview} />
        <Route path="/jobs" component={Jobs} />
        <Route path="/new" component={Editor} />
        <Route path="/jobs/:job/edit" component={Editor} />
        <Route path="/jobs/:job/executions/:execution" component={Execution} />
        <Route path="/jobs/:job" component={Job} />
        <Route path="/day" component={Day} />
        <Route path="/queue" component={Queue} />
        <Route path="/nodes" component={Nodes} />
        <Route path="/access" component={Access} />
        <Route path="/settings" component={Settings} />
        <Route path="/help" component={Help} />
        <Route>
          <Empty title={text.noPage}>{text.noPageHint}</Empty>
        </Route>
      </Switch>
    </Suspense>
  );
}

/** What was read stays good until an event says otherwise; only a server that does not answer is asked again. */
function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        refetchOnWindowFocus: "always",
        retry: (times, error) => times < 2 && error instanceof CarillonError && error.code === "unavailable",
      },
    },
  });
}
