import { status } from "@grpc/grpc-js";
import { CarillonError, type Clock, type Log } from "../../runtime/mod.ts";
import { readUntil } from "../deadline.ts";
import type { EtcdUser } from "./address.ts";
import { failureOf, isMembersFault, isOutOfSpace, isTlsTrouble, mayWantTls, wantsNewToken } from "./failure.ts";
import { Member, MemberError } from "./member.ts";
import { decodeToken, encodeAuthenticate, encodeRange, METHODS } from "./messages.ts";
import { connecting, type TlsFiles } from "./tls.ts";

/** What the members of a cluster work with. */
export interface MembersDeps {
  /** How the store is named in messages: its address without a password. */
  name: string;
  addresses: readonly [string, ...string[]];
  /** Undefined = no TLS. */
  tls: TlsFiles | undefined;
  user: EtcdUser | undefined;
  clock: Clock;
  log: Log;
  deadlineMs: number;
  /** A key that nobody has, among those that the user may read. */
  probe: Uint8Array;
}

/** Milliseconds after which one member counts as hung: about half the time that a leader relies on its lease. */
const ATTEMPT_MS = 1_000;
/** Milliseconds between two alarms about the space quota. */
const ALARM_EACH_MS = 60_000;

/** The members of an etcd cluster as one: calls go to one of them, and to the next when it fails. */
export class Members implements Disposable {
  readonly #deps: MembersDeps;
  readonly #members: readonly [Member, ...Member[]];
  #at = 0;
  #token: Promise<string | undefined> | undefined;
  #alarmAtMs = -Infinity;

  constructor(deps: MembersDeps) {
    const [first, ...rest] = deps.addresses;
    const member = (address: string) => new Member(address, connecting(address, deps.tls), deps.clock);
    this.#deps = deps;
    this.#members = [member(first), ...rest.map(member)];
  }

  /** The member that is used at present. */
  get current(): Member {
    return this.#members[this.#at % this.#members.length] ?? this.#members[0];
  }

  /** A key that nobody has. */
  get probe(): Uint8Array {
    return this.#deps.probe;
  }

  /** A call that changes nothing: tried with one member after the other until the deadline. */
  read(method: string, request: Uint8Array): Promise<Uint8Array> {
    const { clock, deadlineMs } = this.#deps;
    return readUntil(clock, deadlineMs, (leftMs) => this.once(method, request, Math.min(leftMs, ATTEMPT_MS)));
  }

  /** A call that is made once; when it fails with `unavailable`, it may have been done. */
  async once(method: string, request: Uint8Array, ms = ATTEMPT_MS): Promise<Uint8Array> {
    const member = this.current;
    try {
      return await this.#withToken((token) => member.call(method, request, token, ms), ms);
    } catch (thrown) {
      throw this.#failed(member, thrown);
    }
  }

  /** Opens a stream on the member of now. */
  async stream(method: string): Promise<{ member: Member; stream: ReturnType<Member["stream"]> }> {
    const member = this.current;
    const token = await this.#currentToken(ATTEMPT_MS);
    return { member, stream: member.stream(method, token) };
  }

  /** Uses another member from now on, if this one is still the one that is used. */
  leave(member: Member): void {
    member.distrust();
    if (member === this.current) this.#at++;
  }

  /** Resolves when a member answers; throws what keeps them all from it once the deadline has passed. */
  async mustAnswer(): Promise<void> {
    const { clock, deadlineMs, name, tls } = this.#deps;
    await readUntil(clock, deadlineMs, async (leftMs) => {
      const errors: MemberError[] = [];
      for (const member of this.#members) {
        const error = await this.#probe(member, Math.min(leftMs, ATTEMPT_MS));
        if (!error) return;
        if (!isMembersFault(error)) throw failureOf(name, error);
        this.leave(member);
        errors.push(error);
      }
      const reasons = errors.map(({ address, message }) => `${address}: ${message}`).join("; ");
      const code = errors.every(isTlsTrouble) ? "invalid" : "unavailable";
      const hint = !tls && errors.some(mayWantTls) ? "; a member that wants TLS is etcds://…" : "";
      throw new CarillonError(code, `Cannot open store "${name}": no member answers (${reasons})${hint}`);
    });
  }

  async #probe(member: Member, ms: number): Promise<MemberError | undefined> {
    const request = encodeRange({ key: this.probe });
    try {
      await this.#withToken((token) => member.call(METHODS.range, request, token, ms), ms);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof MemberError) return thrown;
      throw thrown;
    }
  }

  [Symbol.dispose](): void {
    for (const member of this.#members) member.close();
  }

  async #withToken(call: (token: string | undefined) => Promise<Uint8Array>, ms: number): Promise<Uint8Array> {
    const token = this.#currentToken(ms);
    try {
      return await call(await token);
    } catch (thrown) {
      const old = thrown instanceof MemberError && this.#deps.user !== undefined && wantsNewToken(thrown);
      if (!old) throw thrown;
      if (this.#token === token) this.#token = undefined;
      return await call(await this.#currentToken(ms));
    }
  }

  #currentToken(ms: number): Promise<string | undefined> {
    if (this.#token) return this.#token;
    const { user } = this.#deps;
    const token = user ? authenticate(this.current, user, ms) : Promise.resolve(undefined);
    this.#token = token;
    token.catch(() => {
      if (this.#token === token) this.#token = undefined;
    });
    return token;
  }

  #failed(member: Member, thrown: unknown): unknown {
    if (!(thrown instanceof MemberError)) return thrown;
    if (isMembersFault(thrown)) this.leave(member);
    if (isOutOfSpace(thrown)) this.alarm();
    return failureOf(this.#deps.name, thrown);
  }

  /** Says, at most once a minute, that the space quota is used up. */
  alarm(): void {
    const nowMs = this.#deps.clock.monotonic();
    if (nowMs - this.#alarmAtMs < ALARM_EACH_MS) return;
    this.#alarmAtMs = nowMs;
    this.#deps.log.error("ALARM: etcd's space quota is used up, nothing can be written", { store: this.#deps.name });
  }
}

/** The token of the user; none where the cluster asks for none. */
async function authenticate(member: Member, { user, password }: EtcdUser, ms: number): Promise<string | undefined> {
  try {
    return decodeToken(await member.call(METHODS.authenticate, encodeAuthenticate(user, password), undefined, ms));
  } catch (thrown) {
    if (thrown instanceof MemberError && thrown.status === status.FAILED_PRECONDITION) return undefined;
    throw thrown;
  }
}
