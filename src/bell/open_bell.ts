import type { Clock, Log, Random } from "../runtime/mod.ts";
import type { Engine } from "../kv/mod.ts";
import type { Bell } from "./bell.ts";
import { LocalBell } from "./local_bell.ts";
import { NativeBell } from "./native_bell.ts";
import { WatchedBell } from "./watched_bell.ts";

/** The bell that the engine's profile names. */
export function openBell(deps: { engine: Engine; clock: Clock; log: Log; random: Random }): Bell {
  const { kv, profile, queue } = deps.engine;
  switch (profile.bell) {
    case "queue":
      return queue ? new NativeBell({ ...deps, queue }) : new LocalBell(deps);
    case "watch":
      return new WatchedBell({ ...deps, kv, watchKeys: profile.limits.watchKeys });
    case "local":
      return new LocalBell(deps);
    default:
      return profile.bell satisfies never;
  }
}
