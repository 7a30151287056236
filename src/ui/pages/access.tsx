import { Tabs } from "@mantine/core";
import { useSearchParams } from "wouter";
import { useMay } from "../data/queries.ts";
import { text } from "../english.ts";
import { Empty, PageHead } from "../parts/page.tsx";
import { AuditTab } from "./access/audit_tab.tsx";
import { SecretsTab } from "./access/secrets_tab.tsx";
import { TokensTab } from "./access/tokens_tab.tsx";
import { UsersTab } from "./access/users_tab.tsx";

const TABS = ["tokens", "users", "secrets", "audit"] as const;

/** Who may do what, and who did. */
export default function Access() {
  const [search, setSearch] = useSearchParams();
  const mayManage = useMay("admin");
  const tab = TABS.find((each) => each === search.get("tab")) ?? "tokens";
  return (
    <>
      <PageHead title={text.access} />
      {!mayManage
        ? <Empty title={text.adminsOnly}>{text.adminsOnlyHint}</Empty>
        : (
          <Tabs value={tab} onChange={(value) => setSearch(value === null ? {} : { tab: value })} keepMounted={false}>
            <Tabs.List mb="md">
              {TABS.map((each) => <Tabs.Tab key={each} value={each}>{text.accessTabs[each]}</Tabs.Tab>)}
            </Tabs.List>
            <Tabs.Panel value="tokens">
              <TokensTab />
            </Tabs.Panel>
            <Tabs.Panel value="users">
              <UsersTab />
            </Tabs.Panel>
            <Tabs.Panel value="secrets">
              <SecretsTab />
            </Tabs.Panel>
            <Tabs.Panel value="audit">
              <AuditTab />
            </Tabs.Panel>
          </Tabs>
        )}
    </>
  );
}
