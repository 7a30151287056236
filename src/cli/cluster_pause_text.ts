import type { ClusterPause } from "../model/mod.ts";
import { moment } from "./moment.ts";
import { visible } from "./visible.ts";

/** The cluster's pause in one line: since when, until when, its policy and note. */
export function clusterPauseText({ from, to, policy, note }: ClusterPause, nowMs: number): string {
  const end = to === null ? "" : ` until ${moment(to, nowMs)}`;
  const why = note === "" ? "" : `: ${visible(note)}`;
  return `the cluster is paused since ${moment(from, nowMs)}${end}, ${policy}${why}`;
}
