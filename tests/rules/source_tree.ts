import { SourceFile } from "./source_file.ts";

/** What lies at the top of the repository and is ours: programs and folders of source. */
const TOP = ["main.ts", "deploy.ts", "src", "routes", "tests"];

/** Reads and parses every TypeScript file of the repository at `root`, in the order of their paths. */
export async function readTree(root: string): Promise<SourceFile[]> {
  const paths: string[] = [];
  for await (const entry of Deno.readDir(root)) {
    if (TOP.includes(entry.name)) await collect(root, entry.name, entry.isDirectory, paths);
  }
  return await Promise.all(
    paths.sort().map(async (path) => SourceFile.parse(path, await Deno.readTextFile(`${root}/${path}`))),
  );
}

async function collect(root: string, path: string, isDirectory: boolean, paths: string[]): Promise<void> {
  if (!isDirectory) {
    if (/\.tsx?$/.test(path)) paths.push(path);
    return;
  }
  for await (const entry of Deno.readDir(`${root}/${path}`)) {
    if (entry.name !== "node_modules") await collect(root, `${path}/${entry.name}`, entry.isDirectory, paths);
  }
}
