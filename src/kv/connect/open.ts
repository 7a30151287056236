import { type Clock, type Log, silentLog, systemClock } from "../../runtime/mod.ts";
import type { Engine } from "../engine.ts";
import { PROFILES } from "../profile.ts";
import { ConnectKv } from "./connect_kv.ts";
import { ConnectSession } from "./session.ts";

/** How a store over KV Connect is opened. */
export interface ConnectOptions {
  /** What the server was started with (`DENO_KV_ACCESS_TOKEN`). */
  accessToken: string;
  /** A CA (PEM) that is trusted besides the usual ones. */
  ca?: string;
  clock?: Clock;
  log?: Log;
}

/**
 * Opens a store over KV Connect at an `http://` or `https://` address. Throws `unavailable` when nothing answers there,
 * `unauthorized` when the token is refused, and `invalid` when what answers is no KV Connect server or TLS does not fit.
 */
export async function openConnect(url: string, options: ConnectOptions): Promise<Engine> {
  const { accessToken, ca, clock = systemClock, log = silentLog } = options;
  const profile = PROFILES.connect;
  const { limits, deadlineMs } = profile;
  const session = new ConnectSession({ url, accessToken, ca, clock, deadlineMs });
  const kv = new ConnectKv({ session, limits, deadlineMs, clock, log });
  let closed = false;
  const close = () => {
    if (!closed) kv.close();
    closed = true;
    return Promise.resolve();
  };
  try {
    await session.open();
    await kv.get(["slot"]);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { kv, profile, close };
}
