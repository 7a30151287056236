import type { Page } from "playwright-core";

/** Tasks that kept the page's thread for longer than 50 ms, since it was asked last; their durations in milliseconds. */
const WATCH = `
  window.long = [];
  new PerformanceObserver((list) => window.long.push(...list.getEntries().map((one) => Math.round(one.duration))))
    .observe({ type: "longtask" });`;

/** Watches a page for tasks that keep it from anything else, from now on. */
export async function watchLongTasks(page: Page): Promise<void> {
  await page.evaluate(WATCH);
}

/** What was seen since the last time, in words. */
export async function longTasks(page: Page): Promise<string> {
  const found = await page.evaluate<number[]>("window.long.splice(0)");
  return `${found.length} tasks over 50 ms, the longest ${Math.max(0, ...found)} ms`;
}
