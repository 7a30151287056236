import { brotliCompressSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import { build } from "vite";

/** Builds the web UI into `static/ui`, unless what is there is newer than all that it is made of. */
const root = new URL("../..", import.meta.url).pathname;
const place = `${root}static/ui`;
const SOURCES = [
  "src/ui",
  "src/client",
  "src/model",
  "src/runtime",
  "src/schedule",
  "routes/wire",
  "deno.json",
  "deno.lock",
];

if (import.meta.main && !await isFresh()) {
  await build({
    configFile: false,
    root: `${root}src/ui`,
    base: "/ui/",
    logLevel: "warn",
    plugins: [react()],
    build: { outDir: place, emptyOutDir: true, chunkSizeWarningLimit: 1_000 },
  });
  await compressAll();
}

/** Beside each file the same in brotli, which no server then needs to do for each reader. */
async function compressAll(): Promise<void> {
  for await (const { name } of Deno.readDir(`${place}/assets`)) {
    const bytes = await Deno.readFile(`${place}/assets/${name}`);
    await Deno.writeFile(`${place}/assets/${name}.br`, brotliCompressSync(bytes));
  }
}

async function isFresh(): Promise<boolean> {
  const built = await Deno.stat(`${place}/index.html`).catch(() => null); // not built yet
  const builtAt = built?.mtime?.getTime() ?? -Infinity;
  const changed = await Promise.all(SOURCES.map((source) => newest(`${root}${source}`)));
  return Math.max(...changed) <= builtAt;
}

/** When a file, or the last of those in a folder, was changed. */
async function newest(path: string): Promise<number> {
  const { isDirectory, mtime } = await Deno.stat(path);
  if (!isDirectory) return mtime?.getTime() ?? Infinity;
  const times = [0];
  for await (const entry of Deno.readDir(path)) {
    if (entry.name !== "node_modules") times.push(await newest(`${path}/${entry.name}`));
  }
  return Math.max(...times);
}
