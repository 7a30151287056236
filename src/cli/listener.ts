import { createServer } from "node:https";
import { getRequestListener } from "@hono/node-server";
import { CarillonError, type Log, messageOf } from "../runtime/mod.ts";
import type { TlsFiles, TlsTexts } from "./tls_files.ts";

/** Who asks, as far as the connection tells. */
export interface Asker {
  remoteAddr: Deno.NetAddr;
  /** Whether a certificate was shown that is of the authority asked for. */
  isCertified: boolean;
}

/** Answers a request. */
export type Answering = (request: Request, asker: Asker) => Response | Promise<Response>;

/** Where requests come in. */
export interface Listener {
  readonly addr: Deno.NetAddr;
  /** Takes no more requests, and waits for those under way. */
  shutdown(): Promise<void>;
}

/** Listens, with TLS where there are files for it. Throws `unavailable` where the address is taken or not this machine's. */
export async function listen(
  address: { hostname: string; port: number },
  answering: Answering,
  { log, tls }: { log: Log; tls: TlsFiles | null },
): Promise<Listener> {
  const failed = (thrown: unknown) => {
    log.error(`Cannot answer a request: ${messageOf(thrown)}`, { error: thrown });
    return new Response(null, { status: 500 });
  };
  try {
    return tls ? await listenWithTls(address, answering, tls, failed) : listenInTheOpen(address, answering, failed);
  } catch (cause) {
    const where = `${address.hostname}:${address.port}`;
    throw new CarillonError("unavailable", `Cannot listen on "${where}": ${messageOf(cause)}`, { cause });
  }
}

function listenInTheOpen(
  address: { hostname: string; port: number },
  answering: Answering,
  onError: (thrown: unknown) => Response,
): Listener {
  return Deno.serve(
    { ...address, onListen: () => {}, onError },
    (request, { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>) =>
      answering(request, { remoteAddr, isCertified: false }),
  );
}

/**
 * By node:https, as `Deno.serve` neither asks for certificates nor takes new ones while it runs. What is open goes on with the
 * certificate that it began with.
 */
async function listenWithTls(
  { hostname, port }: { hostname: string; port: number },
  answering: Answering,
  tls: TlsFiles,
  failed: (thrown: unknown) => Response,
): Promise<Listener> {
  const stop = new AbortController();
  const listener = getRequestListener(async (request, { incoming: { socket } }) => {
    const remoteAddr: Deno.NetAddr = {
      transport: "tcp",
      hostname: socket.remoteAddress ?? "",
      port: socket.remotePort ?? 0,
    };
    try {
      return await answering(request, {
        remoteAddr,
        isCertified: "authorized" in socket && socket.authorized === true,
      });
    } catch (thrown) {
      return failed(thrown);
    }
  }, { overrideGlobalObjects: false });
  const asks = tls.now.ca !== undefined;
  const server = createServer({ ...contextOf(tls.now), requestCert: asks, rejectUnauthorized: false }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("it has no port");
  const watching = tls.watch(stop.signal, (texts) => server.setSecureContext(contextOf(texts)));
  return {
    addr: { transport: "tcp", hostname: bound.address, port: bound.port },
    async shutdown() {
      stop.abort();
      await Promise.all([watching, new Promise<void>((resolve) => server.close(() => resolve()))]);
    },
  };
}

function contextOf({ cert, key, ca }: TlsTexts) {
  return { cert, key, ...ca === undefined ? {} : { ca } };
}
