import { openEmbedded, openMemory } from "../../src/kv/mod.ts";
import { denokv, etcd } from "../support/programs.ts";
import { openOnDenoKv, openOnEtcd } from "../support/real_stores.ts";
import { kvContract } from "./kv_contract.ts";

kvContract("embedded", () => openEmbedded(":memory:"));
kvContract("memory", () => Promise.resolve(openMemory()));
kvContract("denokv", openOnDenoKv, denokv);
kvContract("etcd", openOnEtcd, etcd);
