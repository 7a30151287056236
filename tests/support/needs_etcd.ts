/** The etcd program of the machine, as tests start it. */
export const ETCD = "etcd";

const HOW_TO_GET = "apt install etcd-server";

function isInstalled(): boolean {
  try {
    return new Deno.Command(ETCD, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return false;
    throw thrown;
  }
}

const missing = !isInstalled();

/** A test that runs real etcd members: skipped where there is no etcd, with how to get it; a failure there with CI=true. */
export function etcdTest(name: string, fn: (test: Deno.TestContext) => Promise<void>): void {
  const ignore = missing && Deno.env.get("CI") !== "true";
  Deno.test({ name: ignore ? `${name} (skipped: ${HOW_TO_GET})` : name, ignore, fn });
}
