import assert from "node:assert/strict";
import { z } from "zod";
import { defaultMemberSettings, MEMBER_SETTINGS, memberOptionsOf, memberSettingsShape } from "./member_settings.ts";

const TEXTS = ["cluster", "etcdBinary", "etcdListen", "etcdPeerCert", "etcdPeerKey", "etcdPeerCa"];
const here = { nodeName: "n1", dataDir: "d" };

Deno.test("memberOptionsOf() is undefined without a cluster, and leaves out what nobody set", () => {
  const settings = { ...defaultMemberSettings(), ...here };
  assert.equal(memberOptionsOf(settings), undefined);
  assert.deepEqual(memberOptionsOf({ ...settings, cluster: "n1=http://10.0.0.1:2380" }), {
    ...here,
    cluster: "n1=http://10.0.0.1:2380",
    etcdBinary: "etcd",
    clientPort: undefined,
    listenHost: undefined,
    tls: undefined,
  });
  const secure = memberOptionsOf({ ...settings, cluster: "x", etcdPeerCert: "c", etcdPeerKey: "k", etcdPeerCa: "a" });
  assert.deepEqual(secure?.tls, { certPath: "c", keyPath: "k", caPath: "a" });
});

Deno.test("memberSettingsShape says what is wrong, and every setting is described", () => {
  const schema = z.object(memberSettingsShape);
  assert.deepEqual(Object.keys(MEMBER_SETTINGS).sort(), schema.keyof().options.sort());
  const given = { ...defaultMemberSettings(), ...Object.fromEntries(TEXTS.map((name) => [name, "x"])) };
  assert.deepEqual(schema.parse(given), given);
  const bad = schema.safeParse({ ...given, etcdClientPort: 70_000, etcdBinary: "" });
  assert.deepEqual(bad.error?.issues.map(({ message }) => message).sort(), [
    '"" is not the path of a program',
    "70000 is not a port from 1 to 65535",
  ]);
});
