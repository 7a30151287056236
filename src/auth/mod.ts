/**
 * Tokens: who may come in where a server is open to more than loopback.
 * @module
 */
export { admitCall, admitNode, admitToApi } from "./admission.ts";
export { Tokens, type TokensDeps } from "./tokens.ts";
