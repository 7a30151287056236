import dagre from "@dagrejs/dagre";
import { Card, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "wouter";
import type { JobView } from "../../../model/mod.ts";
import { useData } from "../../data/data.tsx";
import { text } from "../../english.ts";
import { Dot } from "../../parts/state.tsx";
import { jobPath } from "../../paths.ts";

/** Size of a job in the graph, and how many are drawn at most. */
const WIDTH = 190, HEIGHT = 44, MOST = 60;

/** A wide graph is drawn smaller, down to this width in pixels; a narrower window shows a part of it. */
const LEAST_WIDTH = 760;

/** What starts this job, and what it starts, as far as that goes. */
export default function Graph({ view }: { view: JobView }) {
  const views = useConnected(view);
  const { nodes, edges, width, height } = layoutOf(views);
  if (nodes.length < 2) return <Text c="dimmed" size="sm">{text.noDependencies}</Text>;
  return (
    <Card withBorder style={{ overflowX: "auto" }} tabIndex={0} aria-label={text.jobTabs.graph} role="group">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ width: "100%", minWidth: Math.min(width, LEAST_WIDTH), maxWidth: width }}
        role="group"
        aria-label={text.graphOf(nodes.length)}
      >
        {edges.map(({ points, label, key }) => (
          <g key={key}>
            <polyline
              points={points.map(({ x, y }) => `${x},${y}`).join(" ")}
              className="edge"
              markerEnd="url(#arrow)"
            />
            <text
              x={points[Math.floor(points.length / 2)]?.x}
              y={(points[Math.floor(points.length / 2)]?.y ?? 0) - 6}
              textAnchor="middle"
              className="edge-label"
            >
              {label}
            </text>
          </g>
        ))}
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 10 10"
            refX="9"
            refY="5"
            markerWidth="7"
            markerHeight="7"
            orient="auto-start-reverse"
          >
            <path d="M0 0 10 5 0 10z" className="arrow" />
          </marker>
        </defs>
        {nodes.map(({ name, x, y }) => (
          <foreignObject key={name} x={x - WIDTH / 2} y={y - HEIGHT / 2} width={WIDTH} height={HEIGHT}>
            <Link
              href={jobPath(name, "graph")}
              className={`graph-node plain-link ${name === view.job.definition.name ? "here" : ""}`}
              ref={name === view.job.definition.name ? intoView : undefined}
            >
              <Dot state={views.get(name)?.stat.status || "queued"} />
              <span title={name}>{name}</span>
            </Link>
          </foreignObject>
        ))}
      </svg>
    </Card>
  );
}

function intoView(element: Element | null): void {
  element?.scrollIntoView({ inline: "center", block: "nearest" });
}

/** The jobs that hang together with one, each read once; what was found so far. */
function useConnected(view: JobView): ReadonlyMap<string, JobView> {
  const { client } = useData();
  const start = view.job.definition.name;
  const names = useQueries({
    queries: [{
      queryKey: ["jobs", "connected", start],
      queryFn: async () => {
        const found = new Map([[start, view]]);
        const left = [...neighboursOf(view)];
        while (left.length > 0 && found.size < MOST) {
          const name = left.shift() ?? "";
          if (found.has(name)) continue;
          const next = (await client.job(name).catch(() => null))?.view; // a parent may have been deleted
          if (!next) continue;
          found.set(name, next);
          left.push(...neighboursOf(next));
        }
        return found;
      },
    }],
  });
  return names[0]?.data ?? new Map([[start, view]]);
}

function parentsOf({ job: { definition } }: JobView): { job: string; on: string }[] {
  const parent = definition.parentJob === "" ? [] : [{ job: definition.parentJob, on: "success" }];
  return [...parent, ...definition.dependsOn];
}

function neighboursOf(view: JobView): string[] {
  return [...parentsOf(view).map(({ job }) => job), ...view.dependents];
}

/** Where everything stands, in pixels. */
interface Layout {
  width: number;
  height: number;
  nodes: { name: string; x: number; y: number }[];
  edges: { key: string; label: string; points: { x: number; y: number }[] }[];
}

function layoutOf(views: ReadonlyMap<string, JobView>): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: "LR", nodesep: 18, ranksep: 90, marginx: 12, marginy: 12 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const name of views.keys()) graph.setNode(name, { width: WIDTH, height: HEIGHT });
  const edges = [...views].flatMap(([name, view]) =>
    parentsOf(view).filter(({ job }) => views.has(job)).map((parent) => ({ from: parent.job, to: name, on: parent.on }))
  );
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width: Math.max(width, 200),
    height: Math.max(height, 60),
    nodes: graph.nodes().map((name: string) => ({ name, x: graph.node(name).x, y: graph.node(name).y })),
    edges: edges.map(({ from, to, on }) => ({
      key: `${from}\0${to}`,
      label: text.onOutcome[on] ?? on,
      points: graph.edge(from, to).points ?? [],
    })),
  };
}
