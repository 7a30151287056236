import type { StateOnWire } from "../../../routes/wire/execution_answer.ts";
import { text } from "../english.ts";
import { STATE_COLORS } from "../theme.ts";

/** A dot in the colour of a state. */
export function Dot({ state }: { state: StateOnWire | "partially_failed" }) {
  return <span className="dot" style={{ background: STATE_COLORS[state] }} aria-hidden />;
}

/** What an execution or a job is: in words, beside a dot in its colour. */
export function State({ state }: { state: StateOnWire | "partially_failed" }) {
  return (
    <span className="state small nowrap">
      <Dot state={state} />
      {text.states[state]}
    </span>
  );
}

/** What the last runs of a job came to, oldest first, as bars; `recent` has a letter for each. */
export function RecentBars({ recent }: { recent: string }) {
  const outcomes = [...recent].map((letter) => OUTCOMES[letter] ?? "failed");
  if (outcomes.length === 0) return <span className="small dimmed">{text.neverRan}</span>;
  const bad = outcomes.filter((outcome) => outcome !== "success").length;
  return (
    <span
      className="bars"
      role="img"
      aria-label={text.lastRuns(outcomes.length, bad)}
      title={text.lastRuns(outcomes.length, bad)}
    >
      {outcomes.map((outcome, i) => <i key={i} className={outcome} style={{ background: STATE_COLORS[outcome] }} />)}
    </span>
  );
}

const OUTCOMES: Readonly<Record<string, "success" | "failed" | "partially_failed">> = {
  s: "success",
  f: "failed",
  p: "partially_failed",
};
