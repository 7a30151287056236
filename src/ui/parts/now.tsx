import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { useData } from "../data/data.tsx";

/** How often what is said relative to now is said anew, in milliseconds. */
const EACH_MS = 1_000;

const NowContext = createContext(0);

/** Tells everything inside what time it is, once a second. */
export function NowProvider({ children }: { children: ReactNode }) {
  const { clock } = useData();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    const stop = new AbortController();
    const tick = async () => {
      while (!stop.signal.aborted) {
        await clock.sleep(EACH_MS, stop.signal);
        setNow(clock.now());
      }
    };
    void tick();
    return () => stop.abort();
  }, [clock]);
  return <NowContext value={now}>{children}</NowContext>;
}

/** Epoch milliseconds, at most a second old. */
export function useNow(): number {
  return useContext(NowContext);
}
