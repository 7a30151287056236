/** Where a program is that some tests need, or how to install it. */
export interface Program {
  name: string;
  /** Undefined when it is not installed. */
  path: string | undefined;
  install: string;
}

/** Looks for a program on the PATH and in cargo's folder. */
export async function findProgram(name: string, install: string): Promise<Program> {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const home = Deno.env.get("HOME");
  if (home !== undefined) folders.push(`${home}/.cargo/bin`);
  for (const folder of folders) {
    const path = `${folder}/${name}`;
    const isThere = await Deno.stat(path).then(({ isFile }) => isFile, () => false);
    if (isThere) return { name, path, install };
  }
  return { name, path: undefined, install };
}

/** The path of a program; throws how to install it. */
export function pathOf({ name, path, install }: Program): string {
  if (path === undefined) throw new Error(`Cannot start "${name}": it is not installed (${install})`);
  return path;
}

/**
 * Registers a test that needs a program (or none). Where the program is missing it is skipped, and its name says how to
 * install what is missing; not so with `CI=true`, where it then fails with that reason.
 */
export function testWith(
  program: Program | undefined,
  name: string,
  fn: (test: Deno.TestContext) => Promise<void>,
  how: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources"> = {},
): void {
  const ignore = program !== undefined && program.path === undefined && Deno.env.get("CI") !== "true";
  const suffix = ignore ? ` (skipped, no ${program.name}: ${program.install})` : "";
  Deno.test({ ...how, name: name + suffix, ignore, fn });
}

/** The self-hosted KV Connect server. */
export const denokv = await findProgram("denokv", "cargo install denokv --locked");
/** The etcd server. */
export const etcd = await findProgram("etcd", "apt-get install etcd-server");
/** The browser that the web UI is tested in. */
export const chromium = await findProgram("chromium", "apt-get install chromium");
