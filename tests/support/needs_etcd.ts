import { etcd, testWith } from "./programs.ts";

/** The etcd program of the machine, as tests start it. */
export const ETCD = etcd.path ?? "etcd";

/** A test that runs real etcd members. */
export function etcdTest(name: string, fn: (test: Deno.TestContext) => Promise<void>): void {
  testWith(etcd, name, fn);
}
