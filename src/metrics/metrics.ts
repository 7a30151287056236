import process from "node:process";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { CallTimer } from "../kv/mod.ts";
import type { Clock } from "../runtime/mod.ts";
import type { RunCounts } from "./run_counts.ts";

/** Bounds of start delays and of calls to the store, in seconds. */
const DELAYS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const CALLS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What a scrape asks of a server; nothing of it is read from the store. */
export interface Observed {
  /** Whether this server leads, and in which term; null when it does not. */
  term: number | null;
  /** How far its wall clock is from the middle one of the servers, in milliseconds. */
  clockOffMs: number;
  /** Other servers of the store that live. */
  otherServers: number;
  /** Nodes by what can be said of them. */
  nodes: Readonly<Record<"alive" | "silent" | "draining" | "left", number>>;
  /** What is queued, as far as this server knows, and for how long the oldest of it that is ready has been, in milliseconds. */
  queued: number;
  oldestQueuedMs: number;
  jobs: number;
  /** Outputs that are followed here. */
  followed: number;
  /** Records met that could not be read. */
  unreadable: number;
}

/** Figures of one server for Prometheus: counted as things happen, asked for at a scrape. */
export class Metrics implements CallTimer, RunCounts {
  readonly #clock: Clock;
  readonly #registry = new Registry();
  readonly #startDelay = this.#histogram(
    "start_delay_seconds",
    "From the due time to the start, of scheduled first attempts",
    DELAYS,
  );
  readonly #runs = this.#counter("runs_ended_total", "Executions that have ended, as this server stored it", "state");
  readonly #skips = this.#counter("runs_skipped_total", "Executions that were made and never ran", "reason");
  readonly #refused = this.#counter("times_refused_total", "Due times that were refused", "reason");
  readonly #calls: Histogram<"operation">;
  readonly #failures = this.#counter("store_failures_total", "Calls to the store without an answer", "operation");
  readonly #unknown = this.#counter(
    "commits_unknown_total",
    "Commits of which it could not be told whether they were applied",
  );

  constructor({ version, clock, observe }: { version: string; clock: Clock; observe: () => Observed }) {
    this.#clock = clock;
    const registers = [this.#registry];
    const help = "How long a call to the store took; a list, until its first entry";
    this.#calls = new Histogram({
      name: "carillon_store_seconds",
      help,
      buckets: CALLS,
      labelNames: ["operation"],
      registers,
    });
    const info = new Gauge({ name: "carillon_info", help: "Always 1", labelNames: ["version"], registers });
    info.set({ version }, 1);
    this.#gauges(observe);
  }

  /** All figures in Prometheus' text format 0.0.4. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  now(): number {
    return this.#clock.monotonic();
  }

  observe(operation: "read" | "list" | "commit", tookMs: number, failed: boolean): void {
    if (failed) this.#failures.inc({ operation });
    else this.#calls.observe({ operation }, tookMs / 1_000);
  }

  /** It could not be told whether a commit was applied. */
  unknownCommit(): void {
    this.#unknown.inc();
  }

  started(delayMs: number): void {
    this.#startDelay.observe(Math.max(0, delayMs) / 1_000);
  }

  ended(state: string): void {
    this.#runs.inc({ state });
  }

  skipped(reason: string): void {
    this.#skips.inc({ reason });
  }

  refused(reason: string, times: number): void {
    this.#refused.inc({ reason }, times);
  }

  #gauges(observe: () => Observed): void {
    const gauge = (name: string, help: string, of: (observed: Observed) => number) =>
      new Gauge({
        name: `carillon_${name}`,
        help,
        registers: [this.#registry],
        collect() {
          this.set(of(observe()));
        },
      });
    gauge("leader", "1 while this server leads", ({ term }) => term === null ? 0 : 1);
    gauge("term", "The term that this server leads in; 0 while it does not", ({ term }) => term ?? 0);
    gauge(
      "clock_off_seconds",
      "How far the clock is from the middle one of the servers",
      (seen) => seen.clockOffMs / 1_000,
    );
    gauge("servers", "Servers of the store that live, this one among them", (seen) => seen.otherServers + 1);
    gauge("jobs", "Jobs that this server knows", (seen) => seen.jobs);
    gauge("queued", "Executions that wait for a node", (seen) => seen.queued);
    gauge("queue_oldest_seconds", "How long the oldest of them has been ready", (seen) => seen.oldestQueuedMs / 1_000);
    gauge("outputs_followed", "Outputs that are followed at this server", (seen) => seen.followed);
    gauge("records_unreadable", "Records met that could not be read", (seen) => seen.unreadable);
    gauge("resident_memory_bytes", "Memory of this process", () => process.memoryUsage().rss);
    new Gauge({
      name: "carillon_nodes",
      help: "Nodes by what can be said of them",
      labelNames: ["state"],
      registers: [this.#registry],
      collect() {
        for (const [state, count] of Object.entries(observe().nodes)) this.set({ state }, count);
      },
    });
  }

  #counter<Label extends string>(name: string, help: string, ...labelNames: Label[]): Counter<Label> {
    return new Counter({ name: `carillon_${name}`, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name: `carillon_${name}`, help, buckets, registers: [this.#registry] });
  }
}
