import { AppShell, Button, MantineProvider, NavLink, Table } from "@mantine/core";
import { createRoot } from "react-dom/client";
import "@mantine/core/styles.css";
import { createClient } from "../client/mod.ts";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";

const client = createClient({ baseUrl: location.origin, fetch: (i, o) => fetch(i, o) });

function App() {
  const jobs = useQuery({ queryKey: ["jobs"], queryFn: () => client.jobs() });
  return (
    <AppShell>
      <NavLink label="x" />
      <Table />
      <Button>{jobs.data?.total}</Button>
    </AppShell>
  );
}
createRoot(document.getElementById("app")!).render(
  <MantineProvider>
    <QueryClientProvider client={new QueryClient()}>
      <App />
    </QueryClientProvider>
  </MantineProvider>,
);
