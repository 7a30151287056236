import {
  IconBook2,
  IconCalendarEvent,
  IconChecklist,
  IconGauge,
  IconHourglass,
  IconKey,
  IconServer2,
  IconSettings,
} from "@tabler/icons-react";
import { text } from "../english.ts";

/** Where one can go, in the order of the menu. */
export const PLACES = [
  { path: "/", label: text.overview, Icon: IconGauge },
  { path: "/jobs", label: text.jobs, Icon: IconChecklist },
  { path: "/day", label: text.day, Icon: IconCalendarEvent },
  { path: "/queue", label: text.queue, Icon: IconHourglass },
  { path: "/nodes", label: text.nodes, Icon: IconServer2 },
  { path: "/access", label: text.access, Icon: IconKey },
  { path: "/settings", label: text.settings, Icon: IconSettings },
  { path: "/help", label: text.help, Icon: IconBook2 },
] as const;
