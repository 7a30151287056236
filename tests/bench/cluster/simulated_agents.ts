/**
 * Many agents in one process, as servers see them: `simulated_agents.ts COUNT WAIT_MS IN_FLIGHT SERVER...`. Each registers
 * and then polls for ever; with IN_FLIGHT 0 each holds its own poll open, else so many poll in turn. Prints the port where
 * `/polls` answers how many polls were answered.
 */
import { type AgentClient, createAgentClient } from "../../../src/client/mod.ts";
import { eachOf } from "../../support/each_of.ts";
import { endWithParent } from "../parent.ts";

void endWithParent();
const [count = "", waitMs = "", inFlight = "", ...servers] = Deno.args;
const join = Deno.env.get("CARILLON_JOIN_TOKEN") ?? null;
const agents = Array.from({ length: Number(count) }, (_, i) => ({
  name: `simulated-${i}`,
  incarnation: `i-${i}`,
  client: clientOf(i),
}));
let polls = 0;

/** Agents that register at a time. */
const REGISTERING = 16;

await eachOf([...agents.entries()], REGISTERING, async ([i, { name, incarnation, client }]) => {
  await client.register({
    name,
    id: name,
    incarnation,
    tags: { role: `r${i % 10}`, zone: `z${i % 3}`, host: name },
    slots: 4,
    executors: ["shell", "http"],
    version: "bench",
    server: false,
  });
});
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response(String(polls)));
console.log(server.addr.port);
if (Number(inFlight) === 0) await Promise.all(agents.map((_, i) => pollForEver(() => i)));
else {
  let next = 0;
  await Promise.all(Array.from({ length: Number(inFlight) }, () => pollForEver(() => next++ % agents.length)));
}

async function pollForEver(whose: () => number): Promise<void> {
  while (true) {
    const i = whose();
    const { name: node, incarnation, client } = agentAt(i);
    await client.poll({ node, incarnation, freeSlots: 4, held: [], waitMs: Number(waitMs) });
    polls++;
  }
}

function agentAt(i: number): typeof agents[number] {
  const agent = agents[i];
  if (!agent) throw new RangeError(`Cannot find agent ${i}`);
  return agent;
}

function clientOf(i: number): AgentClient {
  const baseUrl = servers[i % servers.length];
  if (baseUrl === undefined) throw new RangeError("Cannot poll: there is no server");
  return createAgentClient({ baseUrl, fetch, tokens: { join, own: null, keep: () => Promise.resolve() } });
}
