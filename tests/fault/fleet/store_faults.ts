import type { Allowed } from "../judge/allowed.ts";
import { pause } from "../judge/pace.ts";
import type { EtcdCluster } from "../../support/etcd_cluster.ts";
import { eventually } from "../../support/eventually.ts";
import type { FaultFleet } from "./fault_fleet.ts";
import { between, type Fault, type FaultRound, oneOf } from "./fault.ts";
import { firstParts } from "./first_parts.ts";

/** No agent is harmed, so no run may be lost. */
const NOTHING: Allowed = { lost: false, outlives: false, wrongClocks: false };

/** How long answers are lost, in milliseconds. */
const LOSING_MS = 10_000;

/** Of so many commits one has its answer lost. */
const ONE_OF = 25;

/** What happens to stores. */
export const STORE_FAULTS = {
  "member-kill": {
    what: "a member of etcd that does not lead is killed, and comes back",
    stores: ["etcd"],
    allowed: NOTHING,
    restMs: 2_000,
    play: (fleet, round) => killMember(fleet, round, (member, leader) => member !== leader),
  },
  "member-leader-kill": {
    what: "the leading member of etcd is killed, and comes back",
    stores: ["etcd"],
    allowed: NOTHING,
    restMs: 2_000,
    play: (fleet, round) => killMember(fleet, round, (member, leader) => member === leader),
  },
  "no-quorum": {
    what: "two of the three members of etcd are away for 30 s",
    stores: ["etcd"],
    allowed: NOTHING,
    restMs: 5_000,
    async play(fleet, { brief, random, struck }) {
      const cluster = clusterOf(fleet);
      const stays = Math.floor(random() * cluster.size);
      const others = [0, 1, 2].filter((i) => i !== stays);
      struck();
      await Promise.all(others.map((i) => cluster.kill(i)));
      // Either way some times are missed.
      await pause(brief ? 14_000 : 30_000);
      await Promise.all(others.map((i) => cluster.restart(i)));
    },
  },
  "store-kill": {
    what: "denokv is killed, and comes back",
    stores: ["denokv"],
    allowed: NOTHING,
    restMs: 3_000,
    async play({ store }, { random, struck }) {
      if (store.kind !== "denokv") throw new TypeError("Cannot kill a denokv that is none");
      struck();
      await store.server.kill();
      await pause(between(random, 0, 5_000));
      await store.server.restart();
    },
  },
  "lost-answers": {
    what: "answers of the store are lost after it has applied what was asked, at commits of every kind",
    stores: ["denokv", "etcd"],
    storeProxied: true,
    allowed: NOTHING,
    restMs: 3_000,
    async play({ store }, round) {
      if (store.kind === "denokv" && store.proxy) {
        store.proxy.fateOf = (body) => {
          if (round.random() * ONE_OF > 1) return "pass";
          for (const part of firstParts(body)) round.count(part);
          return "lose_answer";
        };
        await pause(LOSING_MS);
        store.proxy.fateOf = () => "pass";
      }
      if (store.kind === "etcd") {
        const untilMs = performance.now() + LOSING_MS;
        for (const proxy of store.proxies) proxy.onLost = (asked) => firstParts(asked).forEach(round.count);
        while (performance.now() < untilMs) {
          oneOf(round.random, store.proxies).answersToLose = 1;
          await pause(between(round.random, 100, 500));
        }
        for (const proxy of store.proxies) proxy.answersToLose = 0;
      }
    },
  },
} satisfies Record<string, Fault>;

async function killMember(
  fleet: FaultFleet,
  { random, struck }: FaultRound,
  fits: (member: number, leader: number) => boolean,
): Promise<void> {
  const cluster = clusterOf(fleet);
  const { leader } = await eventually(async () => {
    const found = await cluster.leader();
    return found !== undefined && { leader: found };
  }, { withinMs: 30_000, what: "a leading member" });
  const member = oneOf(random, [0, 1, 2].filter((i) => fits(i, leader)));
  struck();
  await cluster.kill(member);
  await pause(between(random, 2_000, 5_000));
  await cluster.restart(member);
}

function clusterOf({ store }: FaultFleet): EtcdCluster {
  if (store.kind !== "etcd") throw new TypeError("Cannot harm members of a store that has none");
  return store.cluster;
}
