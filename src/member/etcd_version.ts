import { CarillonError, messageOf } from "../runtime/mod.ts";

const HOW_TO_GET =
  "install it (Debian and Ubuntu: apt install etcd-server; others: https://etcd.io/docs/latest/install/), " +
  "or say where it is with --etcd-binary";

/** The version of the etcd program. Throws `unavailable` when it is missing, is no etcd, or is not 3.4 to 3.x. */
export async function checkEtcd(binary: string, env: Readonly<Record<string, string>>): Promise<string> {
  const refuse = (reason: string, cause?: unknown) =>
    new CarillonError("unavailable", `Cannot run etcd "${binary}": ${reason}`, { cause });
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(binary, { args: ["--version"], env: { ...env }, clearEnv: true, stdin: "null" })
      .output();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) throw refuse(`there is no such program; ${HOW_TO_GET}`, cause);
    throw refuse(messageOf(cause), cause);
  }
  const text = new TextDecoder().decode(output.stdout);
  const [, version, major, minor] = /^etcd Version: ((\d+)\.(\d+)\S*)/m.exec(text) ?? [];
  if (version === undefined) throw refuse(`it is not etcd: --version printed "${text.slice(0, 100).trim()}"`);
  if (Number(major) !== 3 || Number(minor) < 4) throw refuse(`it is version ${version}, and 3.4 or later is needed`);
  return version;
}
