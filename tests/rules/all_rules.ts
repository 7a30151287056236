import { documentation } from "./documentation.ts";
import { entryPoints } from "./entry_points.ts";
import { fileNames } from "./file_names.ts";
import { fileSize } from "./file_size.ts";
import { functionSize } from "./function_size.ts";
import { importCycles } from "./import_cycles.ts";
import { importTable } from "./import_table.ts";
import { keyLiterals } from "./key_literals.ts";
import { keyOwners } from "./key_owners.ts";
import { knownFolders } from "./known_folders.ts";
import { marks } from "./marks.ts";
import { moduleState } from "./module_state.ts";
import { nesting } from "./nesting.ts";
import { platformCalls } from "./platform_calls.ts";
import { printing } from "./printing.ts";
import { testManners } from "./test_manners.ts";
import type { Rule } from "./violation.ts";
import { wireNames } from "./wire_names.ts";

/** The house rules, each run as a test of its own. */
export const ALL_RULES: readonly Rule[] = [
  knownFolders,
  importTable,
  entryPoints,
  importCycles,
  keyLiterals,
  keyOwners,
  wireNames,
  platformCalls,
  printing,
  moduleState,
  fileNames,
  fileSize,
  functionSize,
  nesting,
  documentation,
  marks,
  testManners,
];
