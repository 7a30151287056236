import { startMember } from "../../src/member/mod.ts";
import { silentLog, systemClock } from "../../src/runtime/mod.ts";
import { ETCD } from "./needs_etcd.ts";

/** A process with a member of its own, for a test to kill: says a line when it is ready. */
const [cluster = "", nodeName = "", dataDir = ""] = Deno.args;
const options = { cluster, nodeName, dataDir, etcdBinary: ETCD };
const member = await startMember(options, { clock: systemClock, log: silentLog, env: Deno.env.toObject(), fetch });
const alive = new AbortController();
await member.waitUntilReady(alive.signal);
console.log("ready");
