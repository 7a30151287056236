import type { Actor } from "../../src/model/mod.ts";

/** Who changes things in tests. */
export const TESTER: Actor = { by: "test", from: "" };
