import { deepEqual } from "node:assert/strict";
import type { Page } from "playwright-core";
import { openShownSite } from "./pages.ts";
import { browserTest } from "./site.ts";

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

const AXE = await Deno.readTextFile(new URL(import.meta.resolve("axe-core/axe.min.js")));

browserTest(
  "UI: axe finds nothing to object to on any page, light or dark, nor the browser in its console",
  async () => {
    await using shown = await openShownSite();
    const found = new Map<string, string>();
    const visitor = await shown.visitor({ dark: false, width: 1280, height: 860 });
    const axe = async (page: Page, options: object) => {
      const { violations } = await page.evaluate<{ violations: Violation[] }>(`axe.run(${JSON.stringify(options)})`);
      return violations;
    };
    for (const each of shown.pages) {
      const page = await shown.show(each, visitor);
      await page.evaluate(AXE);
      const light = await axe(page, {});
      await page.emulateMedia({ colorScheme: "dark" });
      await page.locator('[data-mantine-color-scheme="dark"]').first().waitFor();
      const dark = await axe(page, { runOnly: ["color-contrast"] });
      for (const [look, violations] of [["light", light], ["dark", dark]] as const) {
        for (const { id, nodes } of violations) {
          for (const { html, failureSummary } of nodes) {
            found.set(`${id} ${html}`, `${each.name}, ${look}: ${id}: ${html.slice(0, 300)}: ${failureSummary}`);
          }
        }
      }
      await page.close();
    }
    if (found.size > 0) throw new Error([...found.values()].join("\n\n"));
    deepEqual(shown.site.problems, []);
  },
);
