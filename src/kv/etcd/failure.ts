import { status } from "@grpc/grpc-js";
import { CarillonError } from "../../runtime/mod.ts";
import { NotAppliedError } from "../not_applied.ts";
import type { MemberError } from "./member.ts";

const NO_SPACE = /database space exceeded/;
const OLD_TOKEN = /invalid auth token|revision in header is old/;
const BAD_USER = /invalid user ID or password|user name is empty|user name not found/;
const TLS_TROUBLE = /certificate|wrong version number|ssl|tls|alert|self.signed|corrupt message/i;

/** Whether the member asks for another token than the one it was shown; nothing was done then. */
export function wantsNewToken({ message }: MemberError): boolean {
  return OLD_TOKEN.test(message);
}

/** Whether the cluster's space quota is used up. A transaction that is told so may have been applied. */
export function isOutOfSpace({ message }: MemberError): boolean {
  return NO_SPACE.test(message);
}

/** Whether another member may do better. */
export function isMembersFault({ status: code }: MemberError): boolean {
  switch (code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
    case status.INTERNAL:
    case status.UNKNOWN:
      return true;
    default:
      return false;
  }
}

/** The failure of a call in the words of this program; `store` is the address without its password. */
export function failureOf(store: string, error: MemberError): CarillonError {
  const { address, message } = error;
  const options = { cause: error };
  if (isOutOfSpace(error)) {
    const reason = "its space quota is used up; compact, defragment and disarm the alarm (etcdctl), or raise the quota";
    return new CarillonError("unavailable", `Cannot write to store "${store}": ${reason}`, options);
  }
  if (BAD_USER.test(message) || wantsNewToken(error)) {
    return new NotAppliedError("unauthorized", `Cannot use store "${store}": ${message}`, options);
  }
  switch (error.status) {
    case status.PERMISSION_DENIED:
      return new NotAppliedError("forbidden", `Cannot use store "${store}": ${message}`, options);
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
    case status.FAILED_PRECONDITION:
    case status.UNIMPLEMENTED:
      return new NotAppliedError("invalid", `Cannot use store "${store}": ${address} says: ${message}`, options);
    default:
      return new CarillonError("unavailable", `Cannot reach store "${store}": ${address}: ${message}`, options);
  }
}

/** Whether the two ends do not agree on TLS or on a certificate. */
export function isTlsTrouble({ message }: MemberError): boolean {
  return TLS_TROUBLE.test(message);
}

/** Whether the member hung up as one does that is spoken to without TLS and wants it. */
export function mayWantTls({ message }: MemberError): boolean {
  return message === "Failed to connect" || message === "Connection dropped";
}
