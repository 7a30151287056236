import { z } from "zod";
import {
  auditSchema,
  backlogSchema,
  beatsSchema,
  cursorSchema,
  dependencySchema,
  dueSchema,
  effectSchema,
  executionSchema,
  fenceSchema,
  gapSchema,
  gateSchema,
  groupSchema,
  isEnded,
  jobSchema,
  joinSchema,
  nodeSchema,
  queuedExecutionSchema,
  revisionSchema,
  secretSchema,
  selectorSchema,
  sessionSchema,
  statSchema,
  storedGroup,
  tokenSchema,
  unmadeSchema,
  userSchema,
} from "../model/mod.ts";
import { defineBytesTable, defineTable } from "./table.ts";
import { writersOf } from "./store_change.ts";

const always = () => true;

/** Each kind of record, with its schema; kinds whose last value is worth remembering say so. */
export const schemaTable = defineTable(
  "schema",
  z.object({
    version: z.number().int(),
    minReader: z.number().int(),
    cluster: z.string(),
    /** What is being written into this store and is not all there: nothing may work on it until it is. */
    unfinished: z.string().optional(),
  }),
);
export const fenceTable = defineTable("fence", fenceSchema, always);
export const jobTable = defineTable("job", jobSchema, always);
export const revisionTable = defineTable("revision", revisionSchema, always);
export const dueTable = defineTable("due entry", dueSchema);
export const heldTable = defineTable("held mark", z.object({ from: z.number() }));
export const cursorTable = defineTable("cursor", cursorSchema);
export const backlogTable = defineTable("backlog", backlogSchema);
export const gapTable = defineTable("gap", gapSchema);
export const gateTable = defineTable("gate", gateSchema, always);
export const groupTable = defineTable("group", groupSchema, (group) => group.state !== "ended", 3, storedGroup);
export const unmadeTable = defineTable("page of unmade targets", unmadeSchema);
export const executionTable = defineTable("execution", executionSchema, (execution) => !isEnded(execution), 4);
export const queueTable = defineTable("queue entry", queuedExecutionSchema);
export const runningTable = defineTable("running mark", executionSchema);
export const takenTable = defineTable("taken mark", z.object({ target: z.number().int() }));
export const statTable = defineTable("statistic", statSchema, always);
export const endedTable = defineTable(
  "hourly count",
  z.object({ success: z.number().int(), failed: z.number().int() }),
  always,
);
export const outputTable = defineBytesTable("output");
export const liveTable = defineBytesTable("live output");
export const selectorTable = defineTable("selector", selectorSchema, always);
export const nodeTable = defineTable("node", nodeSchema, always);
export const beatsTable = defineTable("beat", beatsSchema, always);
export const effectTable = defineTable("effect", effectSchema);
export const joinTable = defineTable("join", joinSchema);
export const graphLockTable = defineTable("graph lock", z.object({ changedAt: z.number() }));
export const edgeTable = defineTable(
  "edges of a job",
  z.object({ uid: z.string(), parents: z.array(dependencySchema), join: z.enum(["all", "any"]) }),
  always,
);
export const idempotencyTable = defineTable(
  "idempotency key",
  z.object({ uid: z.string(), group: z.string(), at: z.number() }),
);
export const tokenTable = defineTable("token", tokenSchema, always);
export const tokenChangeTable = defineTable("last change of a token", z.object({ at: z.number() }));
export const userTable = defineTable("user", userSchema);
export const sessionTable = defineTable("session", sessionSchema);
export const secretTable = defineTable("secret", secretSchema, always);
export const auditTable = defineTable("audit record", auditSchema);
export const tombTable = defineTable(
  "deleted job",
  z.object({ name: z.string(), at: z.number(), cancel: z.boolean(), by: z.string() }),
  always,
);

/** Typed writers of each kind; who may use which is the table of keys in docs/architecture.md. */
export const { put: putFence } = writersOf(fenceTable);
export const { put: putSchema } = writersOf(schemaTable);
export const { put: putJob, remove: deleteJob } = writersOf(jobTable);
export const { put: putRevision, remove: deleteRevision } = writersOf(revisionTable);
export const { put: putDue, remove: deleteDue } = writersOf(dueTable);
export const { put: putHeld, remove: deleteHeld } = writersOf(heldTable);
export const { put: putCursor, remove: deleteCursor } = writersOf(cursorTable);
export const { put: putBacklog, remove: deleteBacklog } = writersOf(backlogTable);
export const { put: putGap, remove: deleteGap } = writersOf(gapTable);
export const { put: putGate, remove: deleteGate } = writersOf(gateTable);
export const { put: putGroup, remove: deleteGroup } = writersOf(groupTable);
export const { put: putUnmade, remove: deleteUnmade } = writersOf(unmadeTable);
export const { put: putExecution, remove: deleteExecution } = writersOf(executionTable);
export const { put: putQueueEntry, remove: deleteQueueEntry } = writersOf(queueTable);
export const { put: putRunning, remove: deleteRunning } = writersOf(runningTable);
export const { put: putTaken, remove: deleteTaken } = writersOf(takenTable);
export const { put: putStat, remove: deleteStat } = writersOf(statTable);
export const { put: putEnded, remove: deleteEnded } = writersOf(endedTable);
export const { put: putOutput, remove: deleteOutput } = writersOf(outputTable);
export const { put: putLive, remove: deleteLive } = writersOf(liveTable);
export const { put: putSelector } = writersOf(selectorTable);
export const { put: putNode, remove: deleteNode } = writersOf(nodeTable);
export const { put: putBeats, remove: deleteBeats } = writersOf(beatsTable);
export const { put: putEffect, remove: deleteEffect } = writersOf(effectTable);
export const { put: putDead } = writersOf(effectTable);
export const { put: putJoin, remove: deleteJoin } = writersOf(joinTable);
export const { put: putGraphLock } = writersOf(graphLockTable);
export const { put: putEdges, remove: deleteEdges } = writersOf(edgeTable);
export const { put: putIdempotency, remove: deleteIdempotency } = writersOf(idempotencyTable);
export const { put: putToken, remove: deleteToken } = writersOf(tokenTable);
export const { put: putTokenChange } = writersOf(tokenChangeTable);
export const { put: putUser, remove: deleteUser } = writersOf(userTable);
export const { put: putSession, remove: deleteSession } = writersOf(sessionTable);
export const { put: putSecret, remove: deleteSecret } = writersOf(secretTable);
export const { put: putAudit, remove: deleteAudit } = writersOf(auditTable);
export const { put: putTomb, remove: deleteTomb } = writersOf(tombTable);
