import type { BrowserContext, Page } from "playwright-core";
import { eventually } from "../support/eventually.ts";
import { fillLifelike, lifelikeOptions } from "./lifelike/world.ts";
import { openSite, type Site } from "./site.ts";

/** A page of the web UI as it is shown to people. */
export interface ShownPage {
  /** Short and without spaces: a picture's file is named by it. */
  name: string;
  path: string;
  /** What is to be seen before it counts as shown. */
  shows: string;
  /** What is done before it is looked at. */
  prepare?: (page: Page) => Promise<void>;
}

/** A site with lifelike data, and its pages. */
export interface ShownSite extends AsyncDisposable {
  site: Site;
  pages: readonly ShownPage[];
  /** Somebody who has signed in, with a browser that looks like this. */
  visitor(look: { dark: boolean; width: number; height: number }): Promise<BrowserContext>;
  /** Opens a page and waits until all of it is there. */
  show(page: ShownPage, visitor: BrowserContext): Promise<Page>;
}

/** Opens it: that takes some seconds. */
export async function openShownSite(): Promise<ShownSite> {
  const site = await openSite(await lifelikeOptions());
  const token = await fillLifelike(site.carillon);
  const newest = async (job: string, states = "running,failed,lost,success") => {
    const answer = await site.carillon.request(
      `/v1/jobs/${job}/executions?_end=1&state=${states}&output_size_limit=0`,
      { headers: { authorization: `Bearer ${token}` } },
    );
    const [execution] = await answer.json();
    return `/jobs/${job}/executions/${execution.id}`;
  };
  const running = await eventually(() => newest("media-transcode-live", "running"), { withinMs: 20_000 });
  return {
    site,
    pages: [
      ...PAGES,
      { name: "execution-live", path: running, shows: "Run of media-transcode-live" },
      { name: "execution-failed", path: await newest("postgres-backup"), shows: "Run of postgres-backup" },
      {
        name: "execution-lost",
        path: await newest("media-transcode-nightly"),
        shows: "Run of media-transcode-nightly",
      },
    ],
    async visitor({ dark, width, height }) {
      const context = await site.browser.newContext({
        viewport: { width, height },
        colorScheme: dark ? "dark" : "light",
        timezoneId: "Europe/Berlin",
        locale: "en-GB",
        reducedMotion: "reduce",
      });
      const page = await site.open("/", { context });
      await page.getByRole("textbox", { name: "Token" }).fill(token);
      await page.getByRole("button", { name: "Sign in with the token" }).click();
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      await page.close();
      return context;
    },
    async show({ path, shows, prepare }, context) {
      const page = await site.open(path, { context });
      await page.getByRole("heading", { level: 1, name: shows }).waitFor();
      await page.locator(".mantine-Loader-root").first().waitFor({ state: "detached" });
      await prepare?.(page);
      return page;
    },
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  };
}

const seen = (text: string) => async (page: Page) => await page.getByText(text, { exact: false }).first().waitFor();

const shown = (selector: string) => async (page: Page) => await page.locator(selector).first().waitFor();

const JOB = "/jobs/postgres-backup";

const PAGES: readonly ShownPage[] = [
  { name: "overview", path: "/", shows: "Overview", prepare: seen("postgres-backup") },
  { name: "jobs", path: "/jobs", shows: "Jobs", prepare: seen("billing-backup") },
  { name: "jobs-none", path: "/jobs?q=no-such-thing", shows: "Jobs" },
  { name: "job", path: JOB, shows: "postgres-backup", prepare: seen("Median") },
  { name: "job-runs", path: `${JOB}?tab=runs`, shows: "postgres-backup" },
  { name: "job-timeline", path: "/jobs/search-crawl?tab=timeline", shows: "search-crawl", prepare: seen("overlap") },
  { name: "job-graph", path: "/jobs/etl-load?tab=graph", shows: "etl-load", prepare: shown("main svg .graph-node") },
  { name: "job-definition", path: `${JOB}?tab=definition`, shows: "postgres-backup", prepare: shown(".cm-line") },
  { name: "job-revisions", path: `${JOB}?tab=revisions`, shows: "postgres-backup" },
  { name: "editor", path: `${JOB}/edit`, shows: "Edit postgres-backup" },
  { name: "editor-new", path: "/new", shows: "New job" },
  { name: "day", path: "/day", shows: "Day" },
  { name: "queue", path: "/queue", shows: "Queue", prepare: seen("ml-train") },
  { name: "nodes", path: "/nodes", shows: "Nodes", prepare: seen("worker-3") },
  { name: "access", path: "/access", shows: "Access", prepare: seen("ci-deploy") },
  { name: "users", path: "/access?tab=users", shows: "Access", prepare: seen("grace") },
  { name: "secrets", path: "/access?tab=secrets", shows: "Access", prepare: seen("smtp-password") },
  { name: "audit", path: "/access?tab=audit", shows: "Access" },
  { name: "settings", path: "/settings", shows: "Settings" },
  { name: "help", path: "/help", shows: "Help" },
  {
    name: "palette",
    path: "/",
    shows: "Overview",
    async prepare(page) {
      await page.keyboard.press("Control+k");
      await page.getByPlaceholder(/./).last().fill("backup");
      await seen("mail-backup")(page);
    },
  },
];
