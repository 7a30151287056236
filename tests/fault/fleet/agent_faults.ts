import type { Allowed } from "../judge/allowed.ts";
import { pause } from "../judge/pace.ts";
import type { FaultFleet } from "./fault_fleet.ts";
import { between, type Fault, oneOf } from "./fault.ts";
import { STORE_KINDS } from "./fleet_store.ts";

/** A node that comes back has killed what its former life left; until then that may go on beyond `lost_after`. */
const LOSES: Allowed = { lost: true, outlives: true, wrongClocks: false };

/** What happens to agents. */
export const AGENT_FAULTS = {
  "agent-kill": {
    what: "an agent is killed with its runs, and comes back before or after they count as lost",
    stores: STORE_KINDS,
    allowed: LOSES,
    restMs: 4_000,
    async play(fleet, { brief, random, struck }) {
      const agent = oneOf(random, fleet.agents);
      struck();
      await agent.kill();
      await pause(between(random, 1_000, brief ? 3_000 : 25_000));
      await agent.start();
    },
  },
  "agent-restart": {
    what: "an agent is killed and started again at once, while its jobs run",
    stores: STORE_KINDS,
    allowed: LOSES,
    restMs: 4_000,
    async play(fleet, { random, struck }) {
      const agent = oneOf(random, fleet.agents);
      struck();
      await agent.kill();
      await agent.start();
    },
  },
  "agent-stop": {
    what: "an agent is held still (SIGSTOP) past the time after which its runs count as lost, and goes on",
    stores: STORE_KINDS,
    allowed: LOSES,
    restMs: 8_000,
    async play(fleet, { brief, random, struck }) {
      const agent = oneOf(random, fleet.agents);
      struck();
      agent.hold();
      await pause(brief ? 20_000 : between(random, 18_000, 30_000));
      agent.release();
    },
  },
  "agent-drain": {
    what: "an agent is stopped (SIGTERM), finishes what it has, and is started again",
    stores: STORE_KINDS,
    allowed: { ...LOSES, lost: false, outlives: false },
    restMs: 3_000,
    async play(fleet: FaultFleet, { random, struck }) {
      const agent = oneOf(random, fleet.agents);
      struck();
      await agent.stop();
      await agent.start();
    },
  },
} satisfies Record<string, Fault>;
