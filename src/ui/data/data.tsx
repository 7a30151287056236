import { createContext, type ReactNode, useContext } from "react";
import type { Client } from "../../client/mod.ts";
import type { Clock } from "../../runtime/mod.ts";

/** What pages work with. */
export interface Data {
  client: Client;
  clock: Clock;
}

const DataContext = createContext<Data | null>(null);

/** Hands the client and the clock to everything inside. */
export function DataProvider({ data, children }: { data: Data; children: ReactNode }) {
  return <DataContext value={data}>{children}</DataContext>;
}

/** The client and the clock. */
export function useData(): Data {
  const data = useContext(DataContext);
  if (data === null) throw new Error("Cannot reach the server: no DataProvider stands around this");
  return data;
}
