import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./style.css";
import { createRoot } from "react-dom/client";
import { createClient } from "../client/mod.ts";
import { systemClock } from "../runtime/mod.ts";
import { App } from "./app.tsx";

const place = document.getElementById("app");
if (place) {
  const client = createClient({ baseUrl: location.origin, fetch: (input, init) => fetch(input, init) });
  createRoot(place).render(<App data={{ client, clock: systemClock }} />);
}
