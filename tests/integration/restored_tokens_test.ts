import assert from "node:assert/strict";
import { openMemory } from "../../src/kv/mod.ts";
import { backUp, restoreText } from "../../src/transfer/stores_test.ts";
import { startCarillon } from "../support/carillon.ts";

const NODE = { name: "web1", id: "id1", tags: { role: "web" } };

Deno.test("restoreBackup() brings back tokens as they were: a replaced one holds again, and later ones do not", async () => {
  let text = "";
  const tokens = { join: "", former: "", own: "", later: "" };
  {
    await using carillon = await startCarillon({ agent: false });
    const { tokens: made } = carillon.server;
    Object.assign(tokens, { join: await made.createJoin(), former: await made.createForNode(NODE) });
    text = await backUp(carillon.engine);
    Object.assign(tokens, { own: await made.createForNode(NODE), later: await made.createJoin() });
    await assert.rejects(made.holder(tokens.former), { code: "unauthorized" });
  }
  const engine = openMemory();
  await restoreText(engine, text);
  await using restored = await startCarillon({ agent: false, engine });
  const { tokens: known } = restored.server;
  assert.deepEqual((await known.holder(tokens.join)).token.kind, "join");
  assert.deepEqual((await known.holder(tokens.former)).token.kind, "node");
  for (const token of [tokens.own, tokens.later]) await assert.rejects(known.holder(token), { code: "unauthorized" });
});
