/**
 * The command line: parses arguments and settings, puts servers together, prints.
 * The only folder that prints and that ends the process.
 * @module
 */
export { main } from "./main.ts";
