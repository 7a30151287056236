import type { Bell } from "../bell/mod.ts";
import type { Leadership, Lease } from "../lease/mod.ts";
import { type Fence, pauseAt } from "../model/mod.ts";
import { type Clock, Doorbell, type Log, messageOf } from "../runtime/mod.ts";
import { type Entry, fenceTable } from "../store/mod.ts";
import type { BacklogWork } from "./backlog_work.ts";
import { BACKLOG_BELL, DUE_BELL, type Firing } from "./firing.ts";

/** Longest sleep: a wall clock that is set forward is noticed within this, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** Pause after a pass that got nothing done though there was work, in milliseconds. */
const REFUSED_PAUSE_MS = 20;

/** Rings that come together are looked at together, in milliseconds. */
const GATHER_MS = 3;

/** Pause after each turn: what is due now goes before what was missed, in milliseconds. */
const TURN_MS = 5;

/** Pause when all that is missed waits for its gate or its queue, in milliseconds. */
const NO_ROOM_PAUSE_MS = 100;

/** What the leader's loops work with. */
export interface LoopDeps {
  firing: Firing;
  backlog: BacklogWork;
  lease: Pick<Lease, "refresh">;
  bell: Bell;
  clock: Clock;
  log: Log;
}

/** Fires what is due, as it becomes due, until the leadership ends. */
export async function runFiring(deps: LoopDeps, leadership: Leadership): Promise<void> {
  const rung = new Doorbell();
  using _bell = deps.bell.on(DUE_BELL, () => rung.wake());
  await loop(deps, leadership, "fire", rung, async (fence) => {
    const { waitMs, refused } = await deps.firing.pass(fence);
    if (refused === 0) return waitMs;
    await deps.lease.refresh();
    return REFUSED_PAUSE_MS;
  });
}

/** Works off missed times until the leadership ends. */
export async function runBacklog(deps: LoopDeps, leadership: Leadership): Promise<void> {
  const rung = new Doorbell();
  using _bell = deps.bell.on(BACKLOG_BELL, () => rung.wake());
  await loop(deps, leadership, "work off missed times", rung, async (fence) => {
    const { moved, left, refused } = await deps.backlog.pass(fence);
    if (refused > 0) {
      await deps.lease.refresh();
      return REFUSED_PAUSE_MS;
    }
    if (moved > 0) return TURN_MS;
    const nowMs = deps.clock.now();
    const paused = pauseAt(fence.value?.settings.pauses ?? [], nowMs);
    if (paused !== null) return (paused.to ?? Infinity) - nowMs;
    return left > 0 ? NO_ROOM_PAUSE_MS : LOOK_EVERY_MS;
  });
}

async function loop(
  deps: LoopDeps,
  leadership: Leadership,
  name: string,
  rung: Doorbell,
  pass: (fence: Entry<Fence>) => Promise<number>,
): Promise<void> {
  const { signal } = leadership;
  while (!signal.aborted) {
    let waitMs = LOOK_EVERY_MS;
    try {
      waitMs = await pass(await fenceOf(deps, leadership));
    } catch (thrown) {
      deps.log.error(`Cannot ${name}: ${messageOf(thrown)}`, { error: thrown });
      await deps.lease.refresh().catch(() => false);
    }
    if (waitMs === 0) continue;
    const woken = await rung.wait(deps.clock, Math.min(waitMs, LOOK_EVERY_MS), signal);
    if (woken) await deps.clock.sleep(GATHER_MS, signal);
  }
}

/** The fence of now. During a pause it is read again: no commit is made then whose refusal would tell of the end. */
async function fenceOf({ clock, lease }: LoopDeps, leadership: Leadership): Promise<Entry<Fence>> {
  const known = entryOf(leadership);
  if (pauseAt(known.value.settings.pauses, clock.now()) === null) return known;
  await lease.refresh();
  return entryOf(leadership);
}

function entryOf({ fence: { key, value, versionstamp } }: Leadership) {
  return { key, value: fenceTable.decode(value), versionstamp };
}
