import { main } from "./src/cli/mod.ts";

if (import.meta.main) await main(Deno.args);
