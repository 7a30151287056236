import { CarillonError } from "../runtime/mod.ts";

/** A commit that the store refused for certain, and not for a check: trying again or settling it is of no use. */
export class NotAppliedError extends CarillonError {
  override name = "NotAppliedError";
}
