import { BenchServer } from "./bench_server.ts";
import type { Figure } from "./figure.ts";
import { nameOf } from "./jobs.ts";
import { KeptConnection, requestBytes } from "./kept_connection.ts";
import { short } from "./statistics.ts";

const CREATES_PER_S = 4_000;
const GETS_PER_S = 20_000;
const CREATING = 16;
const GETTING = 32;

/** Requests to the API in a second: create a job, show a job. */
export const apiRate: Figure = {
  name: "api",
  async *run(options) {
    await using server = await BenchServer.start(options);
    const jobs = options.quick ? 6_000 : 20_000;
    const headers = await server.headers();
    const creates = Array.from({ length: jobs }, (_, i) =>
      requestBytes("POST", "/v1/jobs", headers, {
        name: nameOf(i),
        schedule: "0 30 3 * * *",
        executor: "http",
        executor_config: { method: "GET", url: "http://127.0.0.1:9/" },
      }));
    let at = 0;
    const created = await load(server.port, CREATING, 201, () => creates[at++]);
    yield {
      work: `create by API, ${CREATING} in flight`,
      target: `>= ${short(CREATES_PER_S)}/s`,
      measured: `${short(created)}/s`,
      ok: created >= CREATES_PER_S,
    };
    const got = await getsPerSecond(server, jobs, options.quick ? 3_000 : 10_000);
    yield {
      work: `get one, ${GETTING} connections`,
      target: `>= ${short(GETS_PER_S)}/s`,
      measured: `${short(got)}/s`,
      ok: got >= GETS_PER_S,
    };
  },
};

/** How many a second are answered of a server's first jobs, asked for one by one for so long. */
export async function getsPerSecond(server: BenchServer, jobs: number, forMs: number): Promise<number> {
  const headers = await server.headers();
  const gets = Array.from({ length: jobs }, (_, i) => requestBytes("GET", `/v1/jobs/${nameOf(i * 7 % jobs)}`, headers));
  const untilMs = performance.now() + forMs;
  let turn = 0;
  return await load(server.port, GETTING, 200, () => performance.now() < untilMs ? gets[turn++ % jobs] : undefined);
}

/** Sends what `next` gives over so many connections until it gives no more; answers how many a second. */
async function load(
  port: number,
  connections: number,
  status: number,
  next: () => Uint8Array | undefined,
): Promise<number> {
  let answered = 0;
  const began = performance.now();
  const work = async () => {
    using connection = await KeptConnection.open(port);
    for (let request = next(); request !== undefined; request = next()) {
      const got = await connection.send(request);
      if (got !== status) throw new Error(`Cannot measure the API: it answered ${got}, not ${status}`);
      answered++;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  return answered / ((performance.now() - began) / 1_000);
}
