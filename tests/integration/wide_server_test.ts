import assert from "node:assert/strict";
import { z } from "zod";
import { executionAnswerSchema, STATES_ON_WIRE } from "../../routes/wire/execution_answer.ts";
import { jobAnswerSchema } from "../../routes/wire/job_answer.ts";
import { type Engine, MemoryKv, PROFILES } from "../../src/kv/mod.ts";
import { type Log, silentLog } from "../../src/runtime/mod.ts";
import { unmadePrefix } from "../../src/store/mod.ts";
import { type CarillonOptions, startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";
import { denokv, etcd, type Program, testWith } from "../support/programs.ts";
import { openOnDenoKv, openOnEtcd } from "../support/real_stores.ts";
import { Crowd } from "./wide_crowd.ts";
import { counted } from "./wide_world.ts";

/** How many nodes a broadcast goes to. */
const NODES = 1_000;

const WITHIN = { withinMs: 60_000 };

const STORES: { name: string; program?: Program; engine?: () => Engine | Promise<Engine> }[] = [
  { name: "embedded" },
  { name: "denokv", program: denokv, engine: openOnDenoKv },
  { name: "etcd", program: etcd, engine: openOnEtcd },
  {
    name: "10 checks a commit",
    engine: () => ({ kv: new MemoryKv(), profile: PROFILES.connect, close: () => Promise.resolve() }),
  },
];

for (const { name, program, engine } of STORES) {
  const promise = `a server starts, shows and ends a broadcast to 1,000 nodes (${name})`;
  testWith(program, promise, async () => {
    const errors: string[] = [];
    const options: CarillonOptions = { agent: false, log: noting(errors), engine: await engine?.() };
    await using carillon = await startCarillon(options);
    const crowd = new Crowd(carillon.server.agents, NODES);
    await crowd.register();
    const body = { name: "all", schedule: "@manually", executor: "shell", retention: { count: 5_000 } };
    await carillon.json("POST", "/v1/jobs", { ...body, executor_config: { command: "true" } });
    await using _polls = crowd.poll();

    const beganAt = performance.now();
    const waiting = carillon.request("/v1/jobs/all/run?wait=true", { method: "POST" });
    const { store } = carillon.server;
    const made = eventually(async () => {
      const isDone = crowd.given > 0 && (await store.keys({ prefix: unmadePrefix() })).length === 0;
      return isDone && performance.now() - beganAt;
    }, WITHIN);
    await eventually(() => crowd.given === NODES, WITHIN);
    const givenMs = performance.now() - beganAt;
    const open = await listed(carillon.request);
    assert.deepEqual(counted(open.map(({ state }) => state)), { queued: NODES });

    const endedAt = performance.now();
    await crowd.endAll();
    const answer = await waiting;
    const finishMs = performance.now() - endedAt;
    const perTarget = ((givenMs + finishMs) / NODES).toFixed(2);
    console.log(
      `${name}: ${NODES} targets made in ${(await made).toFixed(0)} ms, all handed out in ${
        givenMs.toFixed(0)
      } ms, ended in ${finishMs.toFixed(0)} ms ` +
        `(${perTarget} ms a target)`,
    );
    assert.deepEqual([answer.status, answer.headers.get("x-carillon-outcome")], [200, "success"]);
    const job = jobAnswerSchema.parse(await answer.json());
    assert.deepEqual([job.success_count, job.error_count], [1, 0]);
    const ended = await listed(carillon.request);
    assert.deepEqual(counted(ended.map(({ state }) => state)), { success: NODES });
    assert.equal(new Set(ended.map(({ node_name }) => node_name)).size, NODES);
    assert.equal(new Set(ended.map(({ group }) => String(group))).size, 1);
    assert.deepEqual(errors, []);
  });
}

/** All executions of the job, in whatever state. */
async function listed(request: (path: string) => Promise<Response>) {
  const response = await request(`/v1/jobs/all/executions?_order=ASC&_end=5000&state=${STATES_ON_WIRE}`);
  return z.array(executionAnswerSchema).parse(await response.json());
}

function noting(errors: string[]): Log {
  const log: Log = { ...silentLog, error: (message) => void errors.push(message), with: () => log };
  return log;
}
