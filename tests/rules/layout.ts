/** What one folder may import, besides itself. The table of ARCHITECTURE.md, "Layout", as data. */
export interface FolderRow {
  /** Folders whose values and types it may import. */
  imports: readonly string[];
  /** Folders whose types alone it may import. */
  types?: readonly string[];
  /** Packages that it must do without. */
  without?: readonly string[];
  /** True when other folders may import any file that is not private, not only `mod.ts`. */
  open?: boolean;
}

/** What the services of a server stand on. */
const SERVICES = [
  "src/runtime",
  "src/model",
  "src/kv",
  "src/bell",
  "src/lease",
  "src/store",
  "src/schedule",
  "src/job",
  "src/start",
  "src/fire",
  "src/claim",
  "src/output",
  "src/finish",
  "src/effect",
  "src/keep",
  "src/audit",
  "src/auth",
  "src/secret",
  "src/timeline",
  "src/events",
  "src/metrics",
];

/**
 * Every folder of source and what it may import. A new folder gets a row here and in ARCHITECTURE.md. Test files
 * (`*_test.ts`, `tests/`) may import anything, and nothing else may import them.
 */
export const LAYOUT: Readonly<Record<string, FolderRow>> = {
  "main.ts": { imports: ["src/cli"] },
  "deploy.ts": { imports: ["src/runtime", "src/kv", "src/server"] },
  "src/runtime": { imports: [] },
  "src/trace": { imports: [] },
  "src/model": { imports: ["src/runtime"], open: true },
  "src/kv": { imports: ["src/runtime"] },
  "src/member": { imports: ["src/runtime"] },
  "src/bell": { imports: ["src/runtime", "src/kv"] },
  "src/lease": { imports: ["src/runtime", "src/kv"] },
  "src/store": { imports: ["src/runtime", "src/model", "src/kv"] },
  "src/schedule": { imports: ["src/runtime", "src/model"] },
  "src/audit": { imports: ["src/runtime", "src/model", "src/store"] },
  "src/job": { imports: ["src/runtime", "src/model", "src/schedule", "src/store", "src/audit"] },
  "src/start": { imports: ["src/runtime", "src/trace", "src/model", "src/store", "src/audit"] },
  "src/fire": {
    imports: [
      "src/runtime",
      "src/trace",
      "src/model",
      "src/schedule",
      "src/store",
      "src/bell",
      "src/lease",
      "src/start",
      "src/finish",
    ],
  },
  "src/metrics": { imports: ["src/runtime", "src/model", "src/kv", "src/store"] },
  "src/events": { imports: ["src/runtime", "src/model", "src/store"] },
  "src/timeline": {
    imports: ["src/runtime", "src/model", "src/schedule", "src/store", "src/audit", "src/job"],
  },
  "src/claim": {
    imports: ["src/runtime", "src/trace", "src/model", "src/store", "src/bell", "src/lease", "src/finish", "src/audit"],
  },
  "src/execute": { imports: ["src/runtime", "src/trace", "src/model"] },
  "src/agent": { imports: ["src/runtime", "src/trace", "src/model", "src/execute", "src/client"] },
  "src/output": { imports: ["src/runtime", "src/model", "src/store"] },
  "src/finish": { imports: ["src/runtime", "src/trace", "src/model", "src/schedule", "src/store", "src/start"] },
  "src/effect": {
    imports: [
      "src/runtime",
      "src/trace",
      "src/model",
      "src/store",
      "src/bell",
      "src/output",
      "src/start",
      "src/finish",
      "src/job",
    ],
  },
  "src/keep": {
    imports: ["src/runtime", "src/model", "src/store", "src/lease", "src/start", "src/finish", "src/audit"],
  },
  "src/auth": { imports: ["src/runtime", "src/model", "src/store", "src/audit"] },
  "src/secret": { imports: ["src/runtime", "src/model", "src/store", "src/audit"] },
  "src/transfer": {
    imports: ["src/runtime", "src/model", "src/kv", "src/store", "src/schedule", "src/job", "src/start"],
  },
  "src/client": { imports: ["src/model", "routes/wire"], types: ["routes"] },
  "src/server": { imports: [...SERVICES, "src/client", "src/ui", "routes", "routes/wire"] },
  "src/cli": {
    imports: [
      ...SERVICES,
      "src/member",
      "src/execute",
      "src/agent",
      "src/client",
      "src/ui",
      "src/transfer",
      "src/server",
      "routes",
      "routes/wire",
    ],
  },
  "src/ui": {
    imports: ["src/runtime", "src/model", "src/schedule", "src/client", "routes/wire"],
    without: ["hono"],
  },
  "routes": {
    imports: [...SERVICES.filter((folder) => folder !== "src/kv" && folder !== "src/fire"), "src/trace", "routes/wire"],
  },
  "routes/wire": { imports: ["src/runtime", "src/model"], without: ["hono"], open: true },
};

/** Folders of files inside a row of the table that the table does not tell apart. */
const WITHIN: Readonly<Record<string, string>> = {
  "routes/v1": "routes",
  "routes/agent": "routes",
  "routes/middleware": "routes",
};

/**
 * The row of the table that a path belongs to, `tests` for what lies there, undefined for a place that has no row.
 * Folders below `src/<name>` belong to `src/<name>`.
 */
export function folderOf(path: string): string | undefined {
  const [top = "", second = "", ...rest] = path.split("/");
  if (top === "tests") return "tests";
  if (second === "") return top in LAYOUT ? top : undefined;
  if (top === "routes" && rest.length === 0) return "routes";
  const folder = `${top}/${second}`;
  return rest.length > 0 && folder in LAYOUT ? folder : WITHIN[folder];
}

/** True for a file that only its own folder may import. */
export function isPrivate(path: string): boolean {
  return /(^|\/)_[^/]*$/.test(path);
}
