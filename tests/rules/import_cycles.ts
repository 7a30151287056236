import { importsOf } from "./import_edge.ts";
import { folderOf } from "./layout.ts";
import type { SourceFile } from "./source_file.ts";
import type { Rule, Violation } from "./violation.ts";

/** What one place imports: target to the file and line that say so. */
type Graph = Map<string, Map<string, { path: string; line: number }>>;

/** Neither files nor folders import each other in a circle; imports of types count too. */
export const importCycles: Rule = {
  name: "import-cycles",
  check: (files) => [
    ...cyclesOf(graphOf(files, (path) => path), "split off the part that both need"),
    ...cyclesOf(
      graphOf(files.filter((file) => !file.isTest), (path) => folderOf(path)),
      "turn one direction round: hand the thing in, or move it to the lower folder",
    ),
  ],
};

function graphOf(files: readonly SourceFile[], placeOf: (path: string) => string | undefined): Graph {
  const graph: Graph = new Map();
  for (const file of files) {
    const from = placeOf(file.path);
    if (from === undefined) continue;
    const targets = graph.get(from) ?? new Map();
    graph.set(from, targets);
    for (const { target, line } of importsOf(file)) {
      const to = target === undefined ? undefined : placeOf(target);
      // A folder may import from itself, a file may not.
      if (to === undefined || (to === from && to !== file.path)) continue;
      if (!targets.has(to)) targets.set(to, { path: file.path, line });
    }
  }
  return graph;
}

/** A shortest way round from each place that can reach itself, unless it lies on one reported already. */
function cyclesOf(graph: Graph, remedy: string): Violation[] {
  const reported = new Set<string>();
  return [...graph.keys()].flatMap((start) => {
    if (reported.has(start)) return [];
    const way = wayRound(graph, start);
    const first = way && graph.get(start)?.get(way[1] ?? "");
    if (!way || !first) return [];
    for (const place of way) reported.add(place);
    return [{ ...first, problem: `imports in a circle: ${way.join(" -> ")}`, remedy }];
  });
}

/** The shortest path from `start` back to itself, both ends included, or undefined. */
function wayRound(graph: Graph, start: string): string[] | undefined {
  const paths = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const next of graph.get(path.at(-1) ?? "")?.keys() ?? []) {
      if (next === start) return [...path, next];
      if (seen.has(next)) continue;
      seen.add(next);
      paths.push([...path, next]);
    }
  }
  return undefined;
}
