import { BenchServer } from "./bench_server.ts";
import type { Figure } from "./figure.ts";
import { pause, short } from "./statistics.ts";

const SIZE_BYTES = 100_000_000;
const HEAD_BYTES = 64 * 1024;
const CAP_BYTES = 1024 * 1024;
const OVER_IDLE_MB = 50;

/** One execution that prints far more than is kept. */
export const bigOutput: Figure = {
  name: "output",
  async *run(options) {
    await using server = await BenchServer.start(options);
    await server.request("/v1/jobs", {
      method: "POST",
      body: JSON.stringify({
        name: "big",
        schedule: "@yearly",
        executor: "shell",
        executor_config: { command: `head -c ${SIZE_BYTES} /dev/zero | tr '\\0' x`, shell: "true" },
      }),
    });
    await pause(3_000);
    const { now: idleMb } = await server.memoryMb();
    let over = false;
    const began = performance.now();
    const run = server.request("/v1/jobs/big/run?wait=true", { method: "POST" }).finally(() => over = true);
    let mostMb = idleMb;
    while (!over) {
      mostMb = Math.max(mostMb, (await server.memoryMb()).now);
      await pause(20);
    }
    await (await run).text();
    const tookS = (performance.now() - began) / 1_000;
    const wrong = faultOf(await outputOf(server));
    yield {
      work: "one execution printing 100 MB",
      target: `RSS <= ${OVER_IDLE_MB} MB above idle, cap and mark as specified`,
      measured: `+${short(mostMb - idleMb)} MB over ${short(idleMb)}, ${wrong ?? "output right"}, ${short(tookS)} s`,
      ok: mostMb - idleMb <= OVER_IDLE_MB && wrong === undefined,
    };
  },
};

interface Shown {
  state: string;
  output?: string;
  output_truncated: boolean;
  output_size: number;
}

async function outputOf(server: BenchServer): Promise<Shown | undefined> {
  const executions: { id: string }[] = await (await server.request("/v1/jobs/big/executions")).json();
  const id = executions[0]?.id;
  return id === undefined ? undefined : await (await server.request(`/v1/jobs/big/executions/${id}`)).json();
}

/** What is wrong with the output as it is shown: head, mark, tail, as much as is kept. */
function faultOf(shown: Shown | undefined): string | undefined {
  if (shown?.state !== "success") return `the run is ${shown?.state ?? "not there"}`;
  if (shown.output_size !== SIZE_BYTES || !shown.output_truncated) return `its size is said to be ${shown.output_size}`;
  const [head = "", dropped, tail = ""] = (shown.output ?? "").split(/\n\[\.\.\. (\d+) bytes skipped \.\.\.\]\n/);
  if (head.length !== HEAD_BYTES) return `the head has ${head.length} bytes`;
  if (tail.length !== CAP_BYTES - HEAD_BYTES) return `the tail has ${tail.length} bytes`;
  if (Number(dropped) !== SIZE_BYTES - CAP_BYTES) return `${dropped} bytes are said to be dropped`;
  return /^x+$/.test(head + tail) ? undefined : "it holds other bytes than the run wrote";
}
