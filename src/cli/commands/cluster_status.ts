import type { Command } from "commander";
import { type ClusterReport, type MemberReport, reportCluster } from "../../member/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { type EtcdOptions, openEtcd, withEtcd } from "../etcd_access.ts";
import { EXIT } from "../exit_code.ts";
import { type Cell, table } from "../table.ts";
import { visible } from "../visible.ts";

interface StatusOptions extends EtcdOptions {
  json?: boolean;
}

const EXAMPLES = `
Answers exit code 0 when every member answers, there is a leader, and no alarm stands; else 1.

Examples:
  carillon cluster status
  carillon cluster status --etcd http://10.0.0.1:2379,http://10.0.0.2:2379
  carillon cluster status --json | jq '.alarms'`;

/** Adds `cluster status`. */
export function addClusterStatus(cluster: Command, cli: Cli, finish: Finish): void {
  withEtcd(cluster.command("status").description("Show etcd's members, leader, sizes and alarms"))
    .option("--json", "print the report as JSON")
    .addHelpText("after", EXAMPLES)
    .action(finish((options: StatusOptions) => showStatus(cli, options)));
}

async function showStatus(cli: Cli, options: StatusOptions): Promise<number> {
  using etcd = await openEtcd(cli, options);
  const report = await reportCluster(etcd.asker, etcd.urls);
  const { terminal } = cli;
  if (options.json) terminal.out(`${JSON.stringify(report, null, 2)}\n`);
  else terminal.out(memberTable(report, terminal.colour));
  const troubles = troublesOf(report);
  for (const trouble of troubles) terminal.note(visible(trouble));
  return troubles.length === 0 ? EXIT.ok : EXIT.failure;
}

function memberTable(report: ClusterReport, colours: boolean): string {
  const rows = report.members.map((one) => {
    const { member: { name, id, peerUrls, clientUrls } } = one;
    return [
      name || "(never started)",
      BigInt(id).toString(16),
      peerUrls[0] ?? "",
      clientUrls[0] ?? "",
      ...cells(one, report),
    ];
  });
  return table(["NAME", "ID", "PEERS", "CLIENTS", "VERSION", "SIZE", "USED", "APPLIED", "STATE"], rows, colours);
}

/** Version, sizes, how far its copy is, and what it does. */
function cells({ member, status }: MemberReport, { leaderId }: ClusterReport): Cell[] {
  if ("reason" in status) return ["", "", "", "", { text: "silent", colour: "red" }];
  const state: Cell = member.id === leaderId
    ? { text: "leader", colour: "green" }
    : status.leader === "0"
    ? { text: "without leader", colour: "red" }
    : "follower";
  const { version, sizeBytes, usedBytes, raftAppliedIndex } = status;
  return [version, megabytes(sizeBytes), megabytes(usedBytes), String(raftAppliedIndex), state];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function troublesOf({ members, alarms, leaderId, healthy }: ClusterReport): string[] {
  const nameOf = (id: string) => members.find(({ member }) => member.id === id)?.member.name || id;
  const silent = members.flatMap(({ member, status }) =>
    "reason" in status ? [`${member.name || member.peerUrls[0]} is silent: ${status.reason}`] : []
  );
  return [
    ...(leaderId === undefined ? ["There is no leader"] : healthy ? [] : ["The member that was asked has no quorum"]),
    ...silent,
    ...alarms.map(({ memberId, alarm }) => `Alarm ${alarm} of ${nameOf(memberId)}`),
  ];
}
