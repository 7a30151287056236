import { startCarillon } from "../support/carillon.ts";
import { eventually } from "../support/eventually.ts";

/** A running API, spoken to without a socket. */
export interface App extends AsyncDisposable {
  /** Answers a request for a path (`/v1/jobs`). */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** A real server of its own, empty, that leads and has one node for shell jobs. */
export async function openApp(): Promise<App> {
  const carillon = await startCarillon();
  await eventually(async () => (await carillon.request("/v1/isleader")).ok, { what: "a leader" });
  return carillon;
}
