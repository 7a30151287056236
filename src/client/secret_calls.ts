import type { hc } from "hono/client";
import type { AppType } from "../../routes/mod.ts";
import { readSecretAnswer } from "../../routes/wire/secret_answer.ts";
import type { SecretInfo, SecretUse } from "../model/mod.ts";

type Api = ReturnType<typeof hc<AppType>>["v1"];
type ReadBody = <T>(response: { json(): Promise<T> }) => Promise<T>;

/** The calls about secrets. Names are written into paths as `segment` makes them. */
export function secretCalls({ secrets }: Api, body: ReadBody, segment: (text: string) => string) {
  const param = (name: string) => ({ name: segment(name) });
  return {
    /** All secrets, by name, without their values. */
    secrets: async (): Promise<SecretInfo[]> => (await body(await secrets.$get())).map(readSecretAnswer),

    /** Keeps a value under a name; a use that is not given stays as it is. Throws invalid. */
    async setSecret(name: string, wanted: { value: string } & Partial<SecretUse>): Promise<SecretInfo> {
      const init = { body: JSON.stringify(wanted) };
      return readSecretAnswer(await body(await secrets[":name"].$put({ param: param(name) }, { init })));
    },

    /** Forgets a secret; answers what it was. Throws not_found. */
    async deleteSecret(name: string): Promise<SecretInfo> {
      return readSecretAnswer(await body(await secrets[":name"].$delete({ param: param(name) })));
    },

    /** Encrypts all secrets with the server's first key. Throws invalid where it has none. */
    async rotateSecrets(): Promise<{ rotated: string[]; unreadable: SecretInfo[] }> {
      const { rotated, unreadable } = await body(await secrets.rotate.$post({}));
      return { rotated, unreadable: unreadable.map(readSecretAnswer) };
    },
  };
}
