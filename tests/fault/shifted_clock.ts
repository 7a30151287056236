import { type Clock, systemClock } from "../../src/runtime/mod.ts";

/** A wall clock that is wrong by the milliseconds a file says, read now and at each SIGUSR2; time goes on as ever. */
export function shiftedClock(path: string): Clock {
  const read = () => Number(Deno.readTextFileSync(path));
  let offMs = read();
  Deno.addSignalListener("SIGUSR2", () => offMs = read());
  return { ...systemClock, now: () => systemClock.now() + offMs };
}
