import { rest } from "./rest.ts";
import { step } from "./steps.ts";
import { World } from "./world.ts";

/** Steps of the default run, over these seeds. */
const STEPS = 8_000;
const SEEDS = 50;

/** `MODEL_SEEDS=1000-2000 MODEL_STEPS=20000 deno task test` for a longer run. */
function seeds(): number[] {
  const [from = "1", to = from] = (Deno.env.get("MODEL_SEEDS") ?? `1-${SEEDS}`).split("-");
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
}

for (const seed of seeds()) {
  Deno.test(`the core services keep the rules in any interleaving: seed ${seed}`, async () => {
    const world = new World(seed);
    const steps = Number(Deno.env.get("MODEL_STEPS") ?? STEPS);
    for (let i = 0; i < steps; i++) await step(world);
    await rest(world);
  });
}
