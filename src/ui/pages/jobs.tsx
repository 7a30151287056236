import { Button, Group } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "wouter";
import { useMay } from "../data/queries.ts";
import { text } from "../english.ts";
import { PageHead } from "../parts/page.tsx";
import { BulkActions } from "./jobs/bulk_actions.tsx";
import { Filters } from "./jobs/filters.tsx";
import { useJobFilter } from "./jobs/job_filter.ts";
import { JobTable } from "./jobs/job_table.tsx";

/** All jobs: searched, filtered and sorted by the server, a page of it at a time. */
export default function Jobs() {
  const filter = useJobFilter();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const mayEdit = useMay("editor");
  return (
    <>
      <PageHead title={text.jobs}>
        {mayEdit && (
          <Button component={Link} href="/new" leftSection={<IconPlus size={16} aria-hidden />}>{text.newJob}</Button>
        )}
      </PageHead>
      <Filters filter={filter} />
      <Group mb="xs" mih={34}>
        <BulkActions selected={selected} clear={() => setSelected(new Set())} />
      </Group>
      <JobTable filter={filter} selected={selected} select={setSelected} />
    </>
  );
}
