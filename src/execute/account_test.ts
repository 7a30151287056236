import assert from "node:assert/strict";
import { silentLog } from "../runtime/mod.ts";
import { ShellExecutor } from "./shell.ts";
import { fastClock, Trial } from "./trial.ts";

const shell = new ShellExecutor({ clock: fastClock, env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }, log: silentLog });
/** Only root may become somebody else; for others the tests hold the refusal. */
const isRoot = Deno.uid() === 0;

async function run(config: Record<string, unknown>) {
  const trial = new Trial(shell, { command: "id", ...config });
  return { ...await trial.run(), output: trial.output };
}

Deno.test("findAccount() drops privileges to a user with its groups and variables, or says that it may not", async () => {
  const { output, reason } = await run({ su: "nobody", command: "id; echo $USER $HOME", shell: true });
  const expected = /^uid=\d+\(nobody\) gid=\d+\(nogroup\) groups=\d+\(nogroup\)\nnobody \/nonexistent\n$/;
  if (isRoot) assert.match(output, expected);
  else assert.match(reason ?? "", /cannot become "nobody"/);
});

Deno.test("findAccount() takes a group beside the user, or says that it may not", async () => {
  const { output, reason } = await run({ su: "nobody:daemon" });
  if (isRoot) assert.match(output, /^uid=\d+\(nobody\) gid=1\(daemon\)/);
  else assert.match(reason ?? "", /cannot become "nobody:daemon"/);
});

Deno.test("findAccount() says that a user or group is unknown", async () => {
  assert.equal((await run({ su: "no-such-user" })).reason, 'Cannot start "id": cannot find user "no-such-user"');
  assert.equal((await run({ su: "nobody:no-such" })).reason, 'Cannot start "id": cannot find group "no-such"');
});

Deno.test("findAccount() says that an agent without the capability may not become the user", async () => {
  const script = [
    `import { findAccount } from "${import.meta.resolve("./account.ts")}";`,
    `await findAccount({ user: "root", group: "daemon" }, { PATH: "/usr/bin:/bin" }).catch((e) => console.log(e.message));`,
  ].join("\n");
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, script);
  const drop = isRoot ? ["setpriv", "--bounding-set=-setuid,-setgid"] : [];
  const args = [...drop, Deno.execPath(), "run", "--no-check", "--allow-all", file];
  const { stdout } = await new Deno.Command("/usr/bin/env", { args }).output();
  await Deno.remove(file);
  assert.match(new TextDecoder().decode(stdout), /^cannot become "root:daemon": setpriv: .*not permitted/);
});
