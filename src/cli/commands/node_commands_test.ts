import assert from "node:assert/strict";
import { fakeCli } from "../fake_cli_test.ts";

Deno.test("node drain and undrain say what they did, and node list shows it", async () => {
  const cli = fakeCli();
  assert.deepEqual(await cli.run("node", "drain", "n1"), { code: 0, out: "n1 takes no more work\n", err: "" });
  assert.match((await cli.run("node", "list")).out, /^NAME +STATE +ADDRESS +TAGS\nn1 +draining +127\.0\.0\.1:8080 /);
  assert.equal(JSON.parse((await cli.run("node", "list", "--json")).out)[0].draining, true);
  assert.equal((await cli.run("node", "undrain", "n1")).out, "n1 takes work again\n");
  assert.match((await cli.run("node", "list")).out, /\nn1 +alive /);
});

Deno.test("node drain tells a node that is not there", async () => {
  const { code, err } = await fakeCli().run("node", "drain", "nope");
  assert.deepEqual([code, err], [3, 'error: Cannot find node "nope"\n']);
});

Deno.test("join-token create prints the token alone", async () => {
  assert.deepEqual(await fakeCli().run("join-token", "create"), { code: 0, out: "join\n", err: "" });
});

Deno.test("every command sends the token that --token, or else CARILLON_TOKEN, names", async () => {
  const sent: (string | null)[] = [];
  const cli = fakeCli({
    env: { CARILLON_TOKEN: "from-env" },
    fetch: (_input, init) => {
      sent.push(new Headers(init?.headers).get("authorization"));
      return Response.json([]);
    },
  });
  await cli.run("node", "list");
  await cli.run("node", "list", "--token", "from-flag");
  assert.deepEqual(sent, ["Bearer from-env", "Bearer from-flag"]);
});
