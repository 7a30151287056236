import { Command } from "commander";
import type { Cli, Finish } from "./cli.ts";
import { addAuditList } from "./commands/audit_list.ts";
import { addBackup } from "./commands/backup.ts";
import { addClusterPause, addClusterUnpause } from "./commands/cluster_pause.ts";
import { addClusterReplace } from "./commands/cluster_replace.ts";
import { addClusterStatus } from "./commands/cluster_status.ts";
import { addCompletion } from "./commands/completion.ts";
import { addExecutionCancel } from "./commands/execution_cancel.ts";
import { addExecutionList } from "./commands/execution_list.ts";
import { addExecutionOutput } from "./commands/execution_output.ts";
import { addJobApply } from "./commands/job_apply.ts";
import { addJobDelete } from "./commands/job_delete.ts";
import { addJobGet } from "./commands/job_get.ts";
import { addJobList } from "./commands/job_list.ts";
import { addJobPause, addJobUnpause } from "./commands/job_pause.ts";
import { addJobRevert, addJobRevisions } from "./commands/job_revisions.ts";
import { addJobRun } from "./commands/job_run.ts";
import { addJobToggle } from "./commands/job_toggle.ts";
import { addJobWhy } from "./commands/job_why.ts";
import { addRepair } from "./commands/repair.ts";
import { addRestore } from "./commands/restore.ts";
import { addJoinTokenCreate } from "./commands/join_token_create.ts";
import { addNodeDrain, addNodeUndrain } from "./commands/node_drain.ts";
import { addNodeList } from "./commands/node_list.ts";
import { addSchedulePreview } from "./commands/schedule_preview.ts";
import { addSecretDelete } from "./commands/secret_delete.ts";
import { addSecretList } from "./commands/secret_list.ts";
import { addSecretRotate } from "./commands/secret_rotate.ts";
import { addSecretSet } from "./commands/secret_set.ts";
import { addUserDelete } from "./commands/user_delete.ts";
import { addUserList } from "./commands/user_list.ts";
import { addUserSet } from "./commands/user_set.ts";
import { addStart } from "./commands/start.ts";
import { addStoreCopy } from "./commands/store_copy.ts";
import { addTokenCreate } from "./commands/token_create.ts";
import { addTokenList } from "./commands/token_list.ts";
import { addTokenRevoke } from "./commands/token_revoke.ts";
import { addVersion } from "./commands/version.ts";
import { EXIT_CODES_IN_WORDS } from "./exit_code.ts";

/** Adds a command to its parent. */
type AddCommand = (parent: Command, cli: Cli, finish: Finish) => void;

/** Commands of commands. */
const GROUPS: readonly { name: string; what: string; commands: readonly AddCommand[] }[] = [
  {
    name: "job",
    what: "Look at jobs, change and run them",
    commands: [
      addJobList,
      addJobGet,
      addJobApply,
      addJobRun,
      addJobToggle,
      addJobPause,
      addJobUnpause,
      addJobDelete,
      addJobWhy,
      addJobRevisions,
      addJobRevert,
    ],
  },
  {
    name: "execution",
    what: "Look at what ran, and stop what runs",
    commands: [addExecutionList, addExecutionOutput, addExecutionCancel],
  },
  {
    name: "node",
    what: "Look at nodes, and take them out of work",
    commands: [addNodeList, addNodeDrain, addNodeUndrain],
  },
  {
    name: "token",
    what: "Say who may use the API, and how far",
    commands: [addTokenCreate, addTokenList, addTokenRevoke],
  },
  {
    name: "user",
    what: "Say who signs in to the web UI with a password",
    commands: [addUserSet, addUserList, addUserDelete],
  },
  {
    name: "secret",
    what: "Keep what jobs need and nobody may see",
    commands: [addSecretSet, addSecretList, addSecretDelete, addSecretRotate],
  },
  { name: "audit", what: "Look at who changed what", commands: [addAuditList] },
  { name: "join-token", what: "Let agents join", commands: [addJoinTokenCreate] },
  {
    name: "cluster",
    what: "Pause everything; look at the etcd members beside the servers, and replace a dead one",
    commands: [addClusterPause, addClusterUnpause, addClusterStatus, addClusterReplace],
  },
  { name: "schedule", what: "Try schedules", commands: [addSchedulePreview] },
  { name: "store", what: "Move stores", commands: [addStoreCopy] },
];

const EXAMPLES = `
Examples:
  carillon start
  carillon job apply -f jobs.yaml
  carillon job list
  carillon job run backup --wait

`;

/** The tree of all commands. `onExit` gets the exit code of the one that ran. */
export function createProgram(cli: Cli, onExit: (code: number) => void): Command {
  const finish: Finish = (handler) => async (...args) => onExit(await handler(...args) ?? 0);
  const program = new Command("carillon")
    .description("Cron for a fleet.")
    .version(cli.version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.terminal.out(text),
      writeErr: (text) => cli.terminal.note(text.replace(/\n$/, "")),
    })
    .helpOption("-h, --help", "show this help")
    .helpCommand(false)
    .showHelpAfterError("(--help shows what is possible)")
    .addHelpText("after", EXAMPLES + EXIT_CODES_IN_WORDS);
  addStart(program, cli, finish);
  for (const { name, what, commands } of GROUPS) {
    const group = program.command(name).description(what).helpCommand(false);
    for (const add of commands) add(group, cli, finish);
  }
  for (const add of [addBackup, addRestore, addRepair]) add(program, cli, finish);
  addCompletion(program, cli, finish);
  addVersion(program, cli, finish);
  return program;
}
