import { deepEqual } from "node:assert/strict";
import { fakeNode } from "../../tests/support/fake_deps.ts";
import { Minder } from "./minder.ts";
import type { Peer } from "./peers.ts";

const WEB = { node: null, tags: { role: "web" } };
const DB = { node: null, tags: { role: "db" } };
const ON_N2 = { node: "n2", tags: {} };

/** Another server that has heard these nodes. */
function peerWith(nodes: readonly string[]): Peer {
  return {
    incarnation: "other",
    name: "s2",
    address: "127.0.0.1:8080",
    version: "0.1.0",
    nodes,
    feedNext: 0,
    followed: [],
    liveNext: 0,
    clockAheadMs: 0,
  };
}

/** What decides beside another server whose name hashes higher. */
function mindedBeside(peer: Peer): Minder {
  const known = [fakeNode("n1"), { ...fakeNode("n2"), tags: { role: "db" } }];
  return new Minder(
    { minds: (_, mayMind = () => true) => !mayMind(peer) },
    { node: (name) => known.find((node) => node.name === name) },
  );
}

Deno.test("Minder.minds() leaves an execution to another server only where that one hears a node which fits", () => {
  const minder = mindedBeside(peerWith(["n1", "unknown"]));
  deepEqual([WEB, DB, ON_N2].map((selector) => minder.minds("e", selector)), [false, true, true]);
  const db = mindedBeside(peerWith(["n2"]));
  deepEqual([WEB, DB, ON_N2].map((selector) => db.minds("e", selector)), [true, false, false]);
  const none = mindedBeside(peerWith([]));
  deepEqual([WEB, DB, ON_N2].map((selector) => none.minds("e", selector)), [true, true, true]);
});
