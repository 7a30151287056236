import { createTheme, type CSSVariablesResolver } from "@mantine/core";
import type { StateOnWire } from "../../routes/wire/execution_answer.ts";

/** How the pages look. */
export const theme = createTheme({
  primaryColor: "indigo",
  primaryShade: 7,
  respectReducedMotion: true,
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
});

/** Dimmed and red text that still stands out from its ground: 4.5 to 1 at least (WCAG 2.2, 1.4.3). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5c636a",
    "--mantine-color-body": "#fbfbfc",
    "--mantine-color-red-text": "var(--mantine-color-red-9)",
    "--mantine-color-red-outline": "var(--mantine-color-red-9)",
    "--ground": "#ffffff",
    "--soft": "#f6f7f9",
    "--track": "#eceef1",
    "--edge": "#868e96",
    "--was": "#a61e1e",
    "--is": "#1a6b3c",
  },
  dark: {
    "--mantine-color-dimmed": "#a6adb4",
    "--mantine-color-anchor": "var(--mantine-color-indigo-3)",
    "--ground": "var(--mantine-color-dark-7)",
    "--soft": "var(--mantine-color-dark-6)",
    "--track": "var(--mantine-color-dark-5)",
    "--edge": "#8b929a",
    "--was": "#ff9d95",
    "--is": "#86e2a8",
  },
});

/** The colour of what became of a run, or of what it is now. */
export const STATE_COLORS: Readonly<Record<StateOnWire | "partially_failed", string>> = {
  queued: "var(--mantine-color-gray-5)",
  running: "var(--mantine-color-blue-5)",
  success: "var(--mantine-color-teal-6)",
  failed: "var(--mantine-color-red-6)",
  partially_failed: "var(--mantine-color-orange-5)",
  timed_out: "var(--mantine-color-orange-6)",
  lost: "var(--mantine-color-grape-6)",
  cancelled: "var(--mantine-color-gray-6)",
  skipped: "var(--mantine-color-yellow-5)",
};
