import type { Command } from "commander";
import { replaceMember } from "../../member/mod.ts";
import type { Cli, Finish } from "../cli.ts";
import { type EtcdOptions, openEtcd, withEtcd } from "../etcd_access.ts";
import { visible } from "../visible.ts";

interface ReplaceOptions extends EtcdOptions {
  peerUrl: string;
}

const EXAMPLES = `
For a machine that is gone for good and whose place another one takes, at another address. A machine that lost its disk
and keeps its address needs no command: start its server again.

Examples:
  carillon cluster replace n3 --peer-url http://10.0.0.4:2380
  carillon cluster replace n3 --peer-url http://10.0.0.4:2380 --etcd http://10.0.0.1:2379`;

/** Adds `cluster replace`. */
export function addClusterReplace(cluster: Command, cli: Cli, finish: Finish): void {
  withEtcd(
    cluster.command("replace").description("Give a dead member's place to another machine").argument("<NAME>")
      .requiredOption("--peer-url <URL>", "peer address of the new machine"),
  ).addHelpText("after", EXAMPLES).action(
    finish((name: string, options: ReplaceOptions) => replace(cli, name, options)),
  );
}

async function replace(cli: Cli, name: string, options: ReplaceOptions): Promise<void> {
  using etcd = await openEtcd(cli, options);
  const peerUrl = options.peerUrl.replace(/\/+$/, "");
  const text = await replaceMember({ asker: etcd.asker, clock: cli.clock }, etcd.urls, { name, peerUrl });
  cli.terminal.out(`replaced ${visible(name)}; start its server on the new machine, with an empty data directory:\n`);
  cli.terminal.out(`  carillon start --server --node-name ${visible(name)} --cluster ${visible(text)}\n`);
  cli.terminal.out("and give the other servers the same --cluster at their next restart\n");
}
