import { invalid } from "../runtime/mod.ts";
import { capture } from "./capture.ts";
import { findProgram } from "./program.ts";

/** How a command is run as another user: what stands before its argv, and that user's variables. */
export interface Account {
  prefix: readonly string[];
  env: Readonly<Record<string, string>>;
}

/**
 * The account of a user, and optionally a group, of this machine. Throws `invalid` when there is none of that name, or
 * when this agent may not become it (which is tried, so that capabilities count as well as root).
 */
export async function findAccount(
  { user, group }: { user: string; group?: string },
  env: Readonly<Record<string, string>>,
): Promise<Account> {
  const [name = user, , uid = "", primaryGroup = "", , home = "/", shell = "/bin/sh"] = await lookUp(
    "passwd",
    user,
    env,
  );
  const gid = group === undefined ? primaryGroup : (await lookUp("group", group, env))[2] ?? "";
  const own = { prefix: [], env: { HOME: home, USER: name, LOGNAME: name, SHELL: shell } };
  if (Number(uid) === Deno.uid() && group === undefined) return own;
  const program = await findProgram("setpriv", env) ?? "setpriv";
  const args = [`--reuid=${uid}`, `--regid=${gid}`, "--init-groups", "--"];
  const trial = await capture(program, [...args, "true"], env);
  if (!trial.success) {
    throw invalid(`cannot become "${user}${group === undefined ? "" : `:${group}`}": ${trial.stderr}`);
  }
  return { ...own, prefix: [program, ...args] };
}

/** The fields of one line of the user or group database, wherever this machine keeps it. */
async function lookUp(database: "passwd" | "group", key: string, env: Readonly<Record<string, string>>) {
  const { success, stdout, stderr } = await capture("getent", [database, key], env);
  if (success) return stdout.trimEnd().split("\n", 1).join().split(":");
  const what = database === "passwd" ? "user" : "group";
  throw invalid(stderr === "" ? `cannot find ${what} "${key}"` : `cannot look up ${what} "${key}": ${stderr}`);
}
