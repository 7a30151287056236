import type { Command } from "commander";
import type { MemberReport } from "../../../routes/wire/read_answer.ts";
import { type ApiOptions, openApi, withApi } from "../api.ts";
import type { Cli, Finish } from "../cli.ts";
import { table } from "../table.ts";

const EXAMPLES = `
Examples:
  carillon node list
  carillon node list --json`;

/** Adds `node list`. */
export function addNodeList(node: Command, cli: Cli, finish: Finish): void {
  withApi(node.command("list").description("List nodes"))
    .addHelpText("after", EXAMPLES)
    .action(finish((options: ApiOptions) => listNodes(cli, options)));
}

async function listNodes(cli: Cli, options: ApiOptions): Promise<void> {
  const api = openApi(cli, options);
  const members = await api.client.members();
  cli.terminal.out(options.json ? api.lastJson() : nodeTable(members, cli.terminal.colour));
}

function nodeTable(members: readonly MemberReport[], colours: boolean): string {
  const rows = members.toSorted((a, b) => a.name < b.name ? -1 : 1).map(({ name, state, draining, address, tags }) => [
    name,
    { text: draining && state === "alive" ? "draining" : state, colour: COLOURS[state] },
    address || "-",
    Object.entries(tags).map(([key, value]) => `${key}=${value}`).join(" "),
  ]);
  return table(["NAME", "STATE", "ADDRESS", "TAGS"], rows, colours);
}

const COLOURS = { alive: "green", failed: "red", left: "grey" } as const;
