/**
 * Takes the pictures of docs/ui: each page light, dark, and as a phone shows it (`deno task pictures [NAME...]`).
 * @module
 */
import { openShownSite } from "./pages.ts";

const LOOKS = [
  { look: "light", dark: false, width: 1280, height: 860 },
  { look: "dark", dark: true, width: 1280, height: 860 },
  { look: "phone", dark: false, width: 390, height: 844 },
] as const;

await using shown = await openShownSite();
const folder = new URL("../../docs/ui/", import.meta.url).pathname;
await Deno.mkdir(folder, { recursive: true });
for (const { look, ...how } of LOOKS) {
  const visitor = await shown.visitor(how);
  for (const each of shown.pages.filter(({ name }) => Deno.args.length === 0 || Deno.args.includes(name))) {
    const page = await shown.show(each, visitor);
    await page.screenshot({ path: `${folder}${each.name}-${look}.png` });
    await page.close();
  }
  await visitor.close();
}
for (const problem of new Set(shown.site.problems)) console.error(problem);
