import type { Allowed } from "../judge/allowed.ts";
import { pause } from "../judge/pace.ts";
import { between, type Fault } from "./fault.ts";
import type { StoreKind } from "./fleet_store.ts";

const SHARED: readonly StoreKind[] = ["denokv", "etcd"];

/** No agent is harmed, so no run may be lost. */
const NOTHING: Allowed = { lost: false, outlives: false, wrongClocks: false };

/** What happens to servers. */
export const SERVER_FAULTS = {
  "leader-kill": {
    what: "the leader is killed, and comes back some seconds later",
    stores: ["embedded", ...SHARED],
    allowed: NOTHING,
    restMs: 2_500,
    async play(fleet, { random, struck }) {
      const leader = await fleet.leader();
      await pause(between(random, 0, 1_000));
      struck();
      await leader.kill();
      await pause(between(random, 1_000, 4_000));
      await leader.start();
    },
  },
  "leader-stop": {
    what: "the leader is held still (SIGSTOP) for 20 s, ten times its lease, and goes on",
    stores: SHARED,
    allowed: NOTHING,
    restMs: 4_000,
    async play(fleet, { brief, random, struck }) {
      const leader = await fleet.leader();
      await pause(between(random, 0, 1_000));
      struck();
      leader.hold();
      await pause(brief ? 5_000 : 20_000);
      leader.release();
    },
  },
  rolling: {
    what: "every server is stopped and started again, one after another",
    stores: SHARED,
    allowed: NOTHING,
    restMs: 2_000,
    async play(fleet, { struck }) {
      for (const server of fleet.servers) {
        struck();
        await server.stop();
        await server.start();
        await fleet.untilReady(server);
      }
    },
  },
  "clock-skew": {
    what: "the clocks of the servers are 2 s apart, and the leader dies",
    stores: SHARED,
    allowed: { ...NOTHING, wrongClocks: true },
    clocksOffMs: [-2_000, 0, 2_000],
    lengthMs: 25_000,
    restMs: 2_000,
    async play(fleet, { random }) {
      await pause(between(random, 4_000, 8_000));
      const leader = await fleet.leader();
      await leader.kill();
      await pause(between(random, 500, 2_000));
      await leader.start();
    },
  },
  "clock-step": {
    what: "the leader's clock is set back 1 min, right again, forward 1 h, and right again",
    stores: ["embedded", ...SHARED],
    allowed: { ...NOTHING, wrongClocks: true },
    lengthMs: 30_000,
    restMs: 2_000,
    async play(fleet, { random }) {
      for (const offMs of [-60_000, 0, 3_600_000, 0]) {
        await pause(between(random, 3_000, 6_000));
        const leader = fleet.servers.indexOf(await fleet.leader());
        if (offMs === 0) fleet.servers.forEach((_, i) => fleet.setClock(i, 0));
        else fleet.setClock(leader, offMs);
      }
    },
  },
} satisfies Record<string, Fault>;
