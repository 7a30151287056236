import { openEmbedded, openMemory } from "../../src/kv/mod.ts";
import { kvContract } from "./kv_contract.ts";

kvContract("embedded", () => openEmbedded(":memory:"));
kvContract("memory", () => Promise.resolve(openMemory()));
