import { aborted, CarillonError } from "../../runtime/mod.ts";
import type { MemberStream } from "./member.ts";
import type { Members } from "./members.ts";
import { decodeWatch, encodeWatch, METHODS, type WatchAnswer } from "./messages.ts";

/** A change of the watched key at this index. */
export type OnChange = (index: number, change: WatchAnswer["changes"][number]) => void;

/**
 * Tells of each change of the keys from a revision on, until `signal` aborts, the member is given up, or the stream
 * breaks; then it throws why, and the next try goes to another member.
 */
export async function followKeys(
  members: Members,
  keys: readonly Uint8Array[],
  fromRevision: number,
  signal: AbortSignal,
  onChange: OnChange,
): Promise<void> {
  const { member, stream } = await members.stream(METHODS.watch);
  const failed = failureOf(stream);
  try {
    for (const key of keys) stream.write(encodeWatch(key, fromRevision));
    const index = new Map(keys.map((key, i) => [key.toHex(), i]));
    const ended = new Promise<void>((resolve, reject) => {
      stream.on("data", (message: Uint8Array) => {
        const { changes, cancelled } = decodeWatch(message);
        for (const change of changes) onChange(index.get(change.key.toHex()) ?? 0, change);
        if (cancelled !== undefined) reject(new CarillonError("unavailable", `Cannot watch: ${cancelled}`));
      });
      stream.on("end", () => resolve());
    });
    await Promise.race([ended, failed, aborted(AbortSignal.any([signal, member.trusted]))]);
  } catch (thrown) {
    members.leave(member);
    throw thrown;
  } finally {
    stream.cancel();
  }
}

/** Rejects when the stream fails. The stream keeps its listener, as its own cancelling is told as a failure too. */
function failureOf(stream: MemberStream): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    stream.on("error", reject);
  });
  failed.catch(() => {});
  return failed;
}
