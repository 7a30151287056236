import type { BenchOptions } from "./figure.ts";

/** What a request says of who asks, and what a server that is started is told of it. */
export interface BenchTokens {
  env: Record<string, string>;
  /** Headers of a request to the API; none where no token is asked for, or before the first server has made one. */
  headers(): Promise<Record<string, string>>;
}

/** The admin's token of servers that share a folder, where they are to ask for one. */
export function benchTokens({ tokens }: BenchOptions, folder: string): BenchTokens {
  if (!tokens) return { env: {}, headers: () => Promise.resolve({}) };
  const file = `${folder}/admin-token`;
  let token: string | undefined;
  return {
    env: { CARILLON_BENCH_TOKEN_FILE: file },
    async headers() {
      token ??= (await Deno.readTextFile(file)).trim();
      return { authorization: `Bearer ${token}` };
    },
  };
}
