import Anser from "anser";
import { memo } from "react";

/** In the words of its package. */
const OPTIONS = { json: true, ["use_classes"]: true, ["remove_empty"]: true };

/** Text with the colours that its terminal codes ask for; all else is shown as it is. */
export const AnsiText = memo(function AnsiText({ children }: { children: string }) {
  const parts = Anser.ansiToJson(children.replaceAll("\r\n", "\n"), OPTIONS);
  return parts.map((part, i) => {
    const classes = [part.fg, part.bg && `${part.bg}-bg`, ...part.decorations.map((one) => `ansi-${one}`)];
    return <span key={i} className={classes.filter(Boolean).join(" ") || undefined}>{part.content}</span>;
  });
});
