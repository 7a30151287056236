/** The full path of a program on the search path of `env`; undefined when it has none of that name. */
export async function findProgram(name: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  for (const folder of (env.PATH ?? "").split(":")) {
    const path = `${folder}/${name}`;
    const found = await Deno.stat(path).then((info) => info.isFile, () => false);
    if (found) return path;
  }
  return undefined;
}
