import { Center, Loader } from "@mantine/core";
import type { ReactNode } from "react";
import { CarillonError } from "../../runtime/mod.ts";
import { useMe } from "../data/queries.ts";
import { text } from "../english.ts";
import { Problem } from "../parts/page.tsx";
import { SignIn } from "./sign_in.tsx";

/** Lets those in who may look; asks the others who they are. */
export function Door({ children }: { children: ReactNode }) {
  const me = useMe();
  const isOut = me.error instanceof CarillonError && me.error.code === "unauthorized";
  if (isOut) return <SignIn />;
  if (me.data) return <>{children}</>;
  return (
    <Center mih="60vh" p="md">
      {me.error
        ? <Problem error={me.error} again={() => void me.refetch()} />
        : <Loader type="dots" aria-label={text.reading} />}
    </Center>
  );
}
