import { TESTER } from "../../support/tester.ts";
import type { FakeAgent } from "./fake_agent.ts";
import { FORCED } from "./gate_rules.ts";
import type { Peer } from "./peer.ts";
import { NAMES, randomEdit, randomJob } from "./random_job.ts";
import type { World } from "./world.ts";

/** Operations under way at a time, long polls not counted. */
const OPS_AT_ONCE = 8;

/** Steps between two looks at everything. */
const SCAN_EVERY = 250;

interface Step {
  weight: number;
  take: (world: World) => void;
}

/** One step of a model: a call to the store goes through, or something begins. */
export async function step(world: World): Promise<void> {
  const { random, turns, ops } = world;
  world.steps++;
  const waiting = turns.waiting.length;
  const full = ops.size >= OPS_AT_ONCE + world.agents.length;
  if (waiting > 0 && (full || random.chance(0.75))) {
    const n = random.chance(0.15) ? 0 : random.int(waiting);
    const turn = turns.release(n);
    world.note(() => `  ${turn?.peer} ${turn?.what}`);
  } else {
    random.weighted(STEPS)?.take(world);
  }
  await world.settle();
  if (world.steps % SCAN_EVERY === 0) {
    world.scan();
    await world.settle();
  }
}

/** One pass of a loop that a server has: never two of the same at a time. */
function pass(name: string, work: (peer: Peer) => Promise<unknown>) {
  return (world: World) => {
    const peer = world.random.pick(world.peers.filter((peer) => peer.loaded && !peer.busy.has(name)));
    if (!peer) return;
    peer.busy.add(name);
    world.begin(peer, name, () => work(peer), () => peer.busy.delete(name));
  };
}

/** A call that any server gets. */
function call(name: string, work: (peer: Peer, world: World, name: string) => Promise<unknown>) {
  return (world: World) => {
    const peer = world.random.pick(world.peers.filter((peer) => peer.loaded));
    const job = world.random.pick(NAMES);
    if (peer && job) world.begin(peer, `${name} ${job}`, () => work(peer, world, job));
  };
}

/** Something an agent asks of a server. */
function ask(name: string, may: (agent: FakeAgent) => boolean, work: (agent: FakeAgent, peer: Peer) => Promise<void>) {
  return (world: World) => {
    const agent = world.random.pick(world.agents.filter(may));
    const peer = world.random.pick(world.peers.filter((peer) => peer.loaded));
    if (!agent || !peer) return;
    const { incarnation } = agent;
    const again = () => {
      if (name.startsWith("register")) agent.registering = false;
      if (agent.incarnation !== incarnation) return;
      if (name === "poll") agent.polling = false;
      if (name === "report") agent.reporting = false;
    };
    const heard = () => {
      for (const other of world.peers) other.liveness.heard(agent.name);
    };
    if (agent.state !== "down") heard();
    world.begin(peer, `${agent.name} ${name}`, () =>
      work(agent, peer).then(heard, (thrown) => {
        again();
        if (thrown?.code === "stale" && agent.state === "up" && agent.incarnation === incarnation) {
          agent.state = "registering";
        }
        throw thrown;
      }), again);
  };
}

/** In a crowd nobody is silent for long: else no job would be for many at once. */
function gather(world: World): void {
  if (world.agents.length < 10) return;
  const peer = world.random.pick(world.peers.filter((peer) => peer.loaded));
  for (const agent of world.agents) {
    if (agent.state === "up") { for (const other of world.peers) other.liveness.heard(agent.name); }
    else if (peer && agent.state === "down" && !agent.registering) {
      world.begin(peer, `${agent.name} register`, () => agent.register(peer), () => agent.registering = false);
    }
  }
}

const fire = (peer: Peer) => peer.fence ? peer.firing.pass(peer.fence) : Promise.resolve();
const workOff = (peer: Peer) => peer.fence ? peer.backlog.pass(peer.fence) : Promise.resolve();

const STEPS: readonly Step[] = [
  { weight: 14, take: pass("fire", fire) },
  { weight: 8, take: pass("backlog", workOff) },
  { weight: 8, take: pass("effects", (peer) => peer.effects.pass()) },
  { weight: 2, take: pass("house", (peer) => peer.house.slowPass()) },
  { weight: 2, take: pass("deleted jobs", (peer) => peer.deletedJobs.pass()) },
  { weight: 4, take: pass("expand", (peer) => peer.expander.pass()) },
  { weight: 1, take: pass("look for unmade", (peer) => peer.expander.look()) },
  { weight: 2, take: gather },
  { weight: 1, take: pass("history", (peer) => peer.retention.pass()) },
  { weight: 2, take: pass("see the fence", (peer) => peer.fenceNow.refresh()) },
  { weight: 1, take: pass("reload", (peer) => peer.reload()) },
  { weight: 0.4, take: pass("lead", (peer) => peer.lead()) },
  { weight: 3, take: pass("refresh", (peer) => peer.refresh()) },
  { weight: 8, take: (world) => world.peers.forEach((peer) => peer.broker.look()) },
  {
    weight: 14,
    take: ask("poll", ({ state, polling }) => state === "up" && !polling, (agent, peer) => agent.poll(peer)),
  },
  {
    weight: 12,
    take: ask("report", ({ state, reporting }) => state === "up" && !reporting, (agent, peer) => agent.report(peer)),
  },
  {
    weight: 3,
    take: ask(
      "register",
      ({ state, registering }) => state === "down" && !registering,
      (agent, peer) => agent.register(peer),
    ),
  },
  {
    weight: 3,
    take: ask(
      "register again",
      ({ state, registering }) => state === "registering" && !registering,
      (agent, peer) => agent.register(peer),
    ),
  },
  { weight: 30, take: (world) => world.random.pick(world.agents.filter(({ state }) => state !== "down"))?.work() },
  { weight: 0.3, take: crash },
  { weight: 0.15, take: leave },
  { weight: 0.15, take: kill },
  { weight: 5, take: (world) => void (world.peers.length < world.size && world.startPeer()) },
  { weight: 3, take: (world) => world.landLate() },
  { weight: 0.3, take: (world) => world.setDown(world.random.chance(0.4)) },
  { weight: 1, take: (world) => world.setDown(false) },
  { weight: 22, take: passTime },
  { weight: 3, take: call("create", create) },
  { weight: 4, take: call("edit", edit) },
  { weight: 2, take: call("toggle", (peer, _, name) => peer.jobs.toggle(name, { ifMatch: null }, TESTER)) },
  { weight: 1, take: call("pause", pause) },
  { weight: 2, take: call("unpause", (peer, _, name) => peer.jobs.unpause(name, TESTER)) },
  { weight: 0.3, take: call("pause the cluster", pauseCluster) },
  { weight: 1, take: call("unpause the cluster", (peer) => peer.pauses.unpause(TESTER)) },
  { weight: 1, take: call("delete", remove) },
  { weight: 4, take: call("start", start) },
  { weight: 3, take: call("cancel", cancel) },
  { weight: 0.2, take: call("refuse jobs", (peer, { random }) => peer.jobs.refuseNewJobs(random.chance(0.3), TESTER)) },
];

async function create(peer: Peer, { random, clock, shadow }: World, name: string) {
  if (shadow.get("job", name) === null) {
    await peer.jobs.put(randomJob(random, name, clock.now()), { ifMatch: null, restore: random.chance(0.2) }, TESTER);
  }
}

async function edit(peer: Peer, { random, clock, shadow }: World, name: string) {
  const job = shadow.get("job", name);
  if (job === null) return;
  await peer.jobs.put(randomEdit(random, job.definition, clock.now()), { ifMatch: null, restore: true }, TESTER);
}

function pause(peer: Peer, { random }: World, name: string) {
  return peer.jobs.pause(name, { policy: random.one("skip", "last", "all"), note: "" }, TESTER);
}

function pauseCluster(peer: Peer, { random, clock }: World) {
  const to = random.chance(0.5) ? clock.now() + 1 + random.int(20_000) : null;
  return peer.pauses.pause({ policy: random.one("skip", "last", "all"), note: "", to }, TESTER);
}

function remove(peer: Peer, { random }: World, name: string) {
  return peer.jobs.remove(name, { ifMatch: null, cancel: random.chance(0.5) }, TESTER);
}

function start(peer: Peer, { random }: World, name: string) {
  const force = random.chance(0.3);
  const idempotencyKey = random.one(null, null, `${random.int(5)}`);
  return peer.runs.start(name, { force, idempotencyKey }, { by: force ? FORCED : "model", from: "" });
}

async function cancel(peer: Peer, { random, shadow }: World, name: string) {
  const open = shadow.all("exec").map(({ value }) => value).filter((execution) =>
    execution.jobName === name && "readyAt" in execution || execution.state === "running"
  );
  const execution = random.pick(open);
  if (execution) await peer.runs.cancel(execution.jobName, execution.id, "wanted", TESTER);
}

function crash(world: World): void {
  const agent = world.random.pick(world.agents.filter(({ state }) => state === "up"));
  if (!agent) return;
  world.note(`${agent.name} crashes`);
  agent.crash();
}

function leave(world: World): void {
  const may = ({ state, held, returning, outbox }: FakeAgent) =>
    state === "up" && held.size + returning.size + outbox.size === 0;
  ask("leave", may, (agent, peer) => {
    const { name, incarnation } = agent;
    agent.crash();
    return peer.agents.leave(name, incarnation);
  })(world);
}

function kill(world: World): void {
  const peer = world.random.pick(world.peers);
  if (!peer) return;
  world.note(`${peer.name} is killed`);
  world.killPeer(peer);
}

function passTime(world: World): void {
  const { random, clock } = world;
  const ms = random.one(30, 200, 500, 1_000, 1_000, 2_000) + (random.chance(0.02) ? random.int(60_000) : 0);
  world.note(`time +${ms} -> ${clock.now() + ms}`);
  clock.advance(ms);
}
