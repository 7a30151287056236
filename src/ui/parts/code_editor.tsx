import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { defaultHighlightStyle, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

interface CodeEditorProps {
  label: string;
  language: "json" | "yaml";
  value: string;
  onChange?: (value: string) => void;
  isReadOnly?: boolean;
}

/** A text with the colours of its language, to be read or changed. */
export function CodeEditor({ label, language, value, onChange, isReadOnly = false }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useRef(onChange);
  changed.current = onChange;
  const isDark = useComputedColorScheme("light") === "dark";
  useEffect(() => {
    if (place.current === null) return;
    const extensions = [
      ...looksOf(isDark),
      language === "json" ? json() : yaml(),
      isReadOnly ? EditorState.readOnly.of(true) : keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, "data-language": language }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) changed.current?.(update.state.doc.toString());
      }),
    ];
    const editor = view.current = new EditorView({ doc: value, extensions, parent: place.current });
    return () => editor.destroy();
  }, [language, isReadOnly, isDark, label]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);
  return <div ref={place} className="code" />;
}

function looksOf(isDark: boolean): Extension[] {
  const dark = HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "#8ab8ff" },
    { tag: [tags.string, tags.content], color: "#a5d6a7" },
    { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "#ffb87a" },
    { tag: tags.comment, color: "#a6adb4" },
  ]);
  return [
    lineNumbers(),
    history(),
    EditorView.lineWrapping,
    EditorView.theme({
      "&": { fontSize: "13px" },
      "&.cm-focused": { outline: "2px solid var(--mantine-primary-color-filled)" },
    }, { dark: isDark }),
    syntaxHighlighting(isDark ? dark : defaultHighlightStyle),
  ];
}
