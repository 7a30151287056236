import { SegmentedControl, Stack } from "@mantine/core";
import { useState } from "react";
import { text } from "../../english.ts";
import { CodeEditor } from "../../parts/code_editor.tsx";
import { writeDefinition } from "../editor/definition_text.ts";

/** A job as it is defined, in YAML or JSON. */
export default function Definition({ json }: { json: unknown }) {
  const [language, setLanguage] = useState<"yaml" | "json">("yaml");
  return (
    <Stack gap="sm">
      <SegmentedControl
        value={language}
        onChange={(value) => setLanguage(value === "json" ? "json" : "yaml")}
        data={[{ value: "yaml", label: "YAML" }, { value: "json", label: "JSON" }]}
        aria-label={text.language}
        style={{ alignSelf: "flex-start" }}
      />
      <CodeEditor
        key={language}
        label={text.jobTabs.definition}
        language={language}
        value={writeDefinition(json, language)}
        isReadOnly
      />
    </Stack>
  );
}
