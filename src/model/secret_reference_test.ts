import { deepEqual } from "node:assert/strict";
import { brokenReferences, secretsIn, withSecrets } from "./secret_reference.ts";

Deno.test("secretsIn() finds the secrets of texts at any depth, and says where", () => {
  const config = {
    command: ["curl", "-u", "me:${secret:PW}", "${secret:A}${secret:A}${secret:b.c-d}"],
    env: { TOKEN: "x${secret:_t}y", "${secret:key}": "no value" },
    timeout: 5,
    none: null,
    shell: true,
  };
  deepEqual(secretsIn(config), [
    { path: "command.2", name: "PW" },
    { path: "command.3", name: "A" },
    { path: "command.3", name: "b.c-d" },
    { path: "env.TOKEN", name: "_t" },
  ]);
  deepEqual(secretsIn({ command: "echo ${HOME} $secret:A secret:A {secret:A}" }), []);
});

Deno.test("brokenReferences() tells of what begins like a secret and names none, as bash's own parts of variables", () => {
  const config = { a: "${secret:0:3}", b: "${secret:A} ${secret:}", c: "${secret:A}", d: { e: "${secret:a b}" } };
  deepEqual(brokenReferences(config), ["a", "b", "d.e"]);
  deepEqual(secretsIn({ a: "${secret:3} ${secret:-x} ${secret: -1}" }), []);
});

Deno.test("withSecrets() puts values in place as they are, once, and leaves what it has no value of", () => {
  const values = new Map([["A", "$& $1 ${secret:B}"], ["B", "b"], ["__proto__", "p"]]);
  deepEqual(
    withSecrets({ x: ["-${secret:A}-", { y: "${secret:B}${secret:__proto__}" }], z: "${secret:C}", n: 1 }, values),
    { x: ["-$& $1 ${secret:B}-", { y: "bp" }], z: "${secret:C}", n: 1 },
  );
});

Deno.test("withSecrets() leaves a text of JSON a text of JSON", () => {
  const values = new Map([["A", 'say "hi"\n\\']]);
  const { headers, body } = withSecrets({
    headers: '["Authorization: ${secret:A}"]',
    body: '{ not JSON: "${secret:A}"',
  }, values);
  deepEqual(JSON.parse(String(headers)), ['Authorization: say "hi"\n\\']);
  deepEqual(body, '{ not JSON: "say "hi"\n\\"');
});
