import { createApp } from "../../routes/mod.ts";
import { fakeDeps } from "../support/fake_deps.ts";

/** A running API, spoken to without a socket. */
export interface App extends AsyncDisposable {
  /** Answers a request for a path (`/v1/jobs`). */
  request(path: string, init?: RequestInit): Promise<Response>;
}

/** An API of its own, empty, with one node that runs shell jobs. */
export function openApp(): Promise<App> {
  const app = createApp(fakeDeps());
  return Promise.resolve({
    request: async (path, init) => await app.request(`http://localhost${path}`, init),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
