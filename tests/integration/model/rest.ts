import { TESTER } from "../../support/tester.ts";
import { isAssigned, isEnded } from "../../../src/model/mod.ts";
import type { Peer } from "./peer.ts";
import type { World } from "./world.ts";

/** Seconds in which everything that is owed must be done. */
const ROUNDS = 400;

/** What a store keeps when every job is gone. */
const KEPT = new Set(["slot", "node", "beats", "selector", "fence", "graph/lock", "idem", "held", "audit"]);

/** No more faults, no more new times: everything that was begun must end, and nothing may be left over. */
export async function rest(world: World): Promise<void> {
  world.faulty = false;
  world.setDown(false);
  while (world.strays.length > 0) world.landLate();
  world.landLate();
  for (let tries = 0; tries < 100 && isBusy(world); tries++) {
    await quiet(world);
    world.clock.advance(500);
  }
  while (world.peers.length < world.size) world.startPeer();
  world.turns.hearOnly(world.peers.map(({ name }) => name));
  await quiet(world);
  const [first] = world.peers;
  if (!first) throw new Error("no server is there");
  await call(world, first, "lead", () => first.lead());
  await call(world, first, "unpause the cluster", () => first.pauses.unpause(TESTER));
  await call(world, first, "refresh", () => first.refresh());
  for (const { value } of world.shadow.all("job")) {
    const { name, disabled } = value.definition;
    if (value.pause !== null) await call(world, first, `unpause ${name}`, () => first.jobs.unpause(name, TESTER));
    if (!disabled) await call(world, first, `toggle ${name}`, () => first.jobs.toggle(name, { ifMatch: null }, TESTER));
  }
  for (let round = 0; round < ROUNDS && owed(world).length > 0; round++) await oneRound(world, first);
  mustBe(world, owed(world), "still owed");
  await removeAll(world, first);
  for (let round = 0; round < ROUNDS && left(world).length > 0; round++) await oneRound(world, first);
  mustBe(world, left(world), "left behind by deleted jobs");
  world.scan();
  await world.settle();
}

/** Whether more than a long poll is under way. */
function isBusy({ ops, turns }: World): boolean {
  return turns.waiting.length > 0 || [...ops].some(({ name }) => !name.endsWith("poll"));
}

function mustBe(world: World, things: readonly string[], what: string): void {
  if (things.length > 0) world.problem ??= `${what}: ${things.join(", ")}`;
}

/** What is not over, or not accounted for. */
function owed({ shadow }: World): string[] {
  const open = (head: "q" | "unmade" | "running" | "backlog" | "effect" | "dead" | "tomb") =>
    shadow.all(head).map(({ key }) => key.join("/"));
  const gates = shadow.all("gate").filter(({ value }) =>
    value.holders.length + value.waiting.length + value.superseded.length > 0
  );
  const runs = shadow.all("exec").filter(({ value }) => !isEnded(value) || isAssigned(value));
  const groups = shadow.all("group").filter(({ value }) => value.state !== "ended");
  return [
    ...open("q"),
    ...open("unmade"),
    ...open("running"),
    ...open("backlog"),
    ...open("effect"),
    ...open("dead"),
    ...open("tomb"),
    ...[...gates, ...runs, ...groups].map(({ key }) => key.join("/")),
  ];
}

/** What must go with the last job. */
function left({ shadow }: World): string[] {
  return shadow.keys().map((key) => key.join("/")).filter((key) =>
    !KEPT.has(key.split("/")[0] ?? "") && !KEPT.has(key) && !key.startsWith("gate/key/")
  );
}

/** One second in which every loop passes once. */
async function oneRound(world: World, leader: Peer): Promise<void> {
  const { agents, clock } = world;
  for (const agent of agents) {
    if (agent.state !== "up") await call(world, leader, `${agent.name} registers`, () => agent.register(leader));
    if (!agent.polling) world.begin(leader, "poll", () => agent.poll(leader), () => agent.polling = false);
  }
  await quiet(world);
  await call(world, leader, "fire", () => leader.fence ? leader.firing.pass(leader.fence) : Promise.resolve());
  await call(world, leader, "backlog", () => leader.fence ? leader.backlog.pass(leader.fence) : Promise.resolve());
  await call(world, leader, "effects", () => leader.effects.pass());
  await call(world, leader, "house", () => leader.house.slowPass());
  await call(world, leader, "deleted", () => leader.deletedJobs.pass());
  await call(world, leader, "look for unmade", () => leader.expander.look());
  await call(world, leader, "expand", () => leader.expander.pass());
  await call(world, leader, "reload", () => leader.reload());
  await call(world, leader, "refresh", () => leader.refresh());
  leader.broker.look();
  await quiet(world);
  for (const agent of agents) {
    for (const id of [...agent.held.keys()]) agent.end(id, "success");
    await call(world, leader, `${agent.name} reports`, () => agent.report(leader));
    for (const peer of world.peers) peer.liveness.heard(agent.name);
  }
  clock.advance(1_000);
  await quiet(world);
}

/** Children first, as a parent with children is not deleted. */
async function removeAll(world: World, leader: Peer): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    for (const { value } of world.shadow.all("job")) {
      await call(
        world,
        leader,
        `delete ${value.definition.name}`,
        () => leader.jobs.remove(value.definition.name, { ifMatch: null, cancel: true }, TESTER),
      );
    }
  }
}

async function call(world: World, peer: Peer, name: string, work: () => Promise<unknown>): Promise<void> {
  world.begin(peer, name, work);
  await quiet(world);
}

/** Lets every call to the store through, until none is left. */
async function quiet(world: World): Promise<void> {
  await world.settle();
  while (world.turns.waiting.length > 0) {
    const turn = world.turns.release(0);
    world.note(() => `  ${turn?.peer} ${turn?.what}`);
    await world.settle();
  }
}
