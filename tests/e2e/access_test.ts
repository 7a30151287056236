import { deepEqual, equal, match } from "node:assert/strict";
import { freePorts } from "../support/free_ports.ts";
import { startOpenIdProvider } from "../support/oidc_provider.ts";
import { TESTER } from "../support/tester.ts";
import { browserTest, openSite } from "./site.ts";

browserTest(
  "UI: a viewer signs in with a token, changes nothing, and is out when it is revoked under the open page",
  async () => {
    await using site = await openSite({ asksTokens: true });
    const { tokens } = site.carillon.server;
    const token = await tokens.create({ name: "eve", role: "viewer", scope: null, expiresAt: null }, TESTER);
    const page = await site.open("/jobs");
    await page.getByRole("textbox", { name: "Token" }).fill(token);
    await page.getByRole("button", { name: "Sign in with the token" }).click();
    await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
    equal(await page.getByRole("link", { name: "New job" }).count(), 0);
    await page.goto(`${site.url}new`);
    await page.getByText("You may not change jobs").waitFor();
    const refused = await page.evaluate(async () => {
      const answer = await fetch("/v1/jobs", { method: "POST", body: "{}" });
      return `${answer.status} ${await answer.text()}`;
    });
    match(refused, /^403 .*it takes the role editor/);
    await page.goto(`${site.url}jobs`);
    await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();

    await tokens.revoke((await tokens.holder(token)).id, TESTER);
    await page.getByRole("textbox", { name: "Token" }).waitFor();
    equal(await page.getByRole("heading", { level: 1, name: "Jobs" }).count(), 0);
  },
);

browserTest("UI: a user signs in with a password, is told what is wrong, and signs out", async () => {
  await using site = await openSite({ asksTokens: true });
  await site.carillon.server.people.users.put(
    "ada",
    { role: "operator", scope: null, password: "correct horse" },
    TESTER,
  );
  const page = await site.open("/");
  await page.getByLabel("User").fill("ada");
  await page.getByRole("textbox", { name: "Password" }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByText("the name or the password is wrong").waitFor();
  await page.getByRole("textbox", { name: "Password" }).fill("correct horse");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("ada (operator)").waitFor();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("textbox", { name: "Password" }).waitFor();
  equal((await page.context().cookies()).filter(({ value }) => value !== "").length, 0);
});

browserTest("UI: an admin makes a user, changes their role, and deletes them", async () => {
  await using site = await openSite();
  const page = await site.open("/access?tab=users");
  const role = async () => (await site.carillon.server.people.users.all()).map(({ name, user }) => [name, user.role]);
  await page.getByRole("button", { name: "New user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "User" }).fill("grace");
  await dialog.getByRole("textbox", { name: "Password" }).fill("too short");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByText("needs 10 characters at least").waitFor();
  await dialog.getByRole("textbox", { name: "Password" }).fill("correct horse");
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "grace" }).waitFor();
  deepEqual(await role(), [["grace", "viewer"]]);
  await page.getByRole("button", { name: "Change" }).click();
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "operator" }).click();
  await dialog.getByRole("button", { name: "Save" }).click();
  await page.getByRole("cell", { name: "operator" }).waitFor();
  deepEqual(await role(), [["grace", "operator"]]);
  await page.getByRole("button", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByText("Nobody signs in with a password").waitFor();
  deepEqual(await role(), []);
});

browserTest("UI: somebody signs in with OpenID Connect, and who is in no group is told so", async () => {
  const [port = 0] = freePorts(1);
  await using provider = await startOpenIdProvider(`http://127.0.0.1:${port}`);
  provider.groups.set("ada", ["ops"]);
  await using site = await openSite({ asksTokens: true, oidc: provider.settings }, port);
  const page = await site.open("/jobs?q=shop");
  const signInAs = async (name: string) => {
    await page.getByRole("link", { name: "Sign in with Example ID" }).click();
    await page.getByPlaceholder("Enter any login").fill(name);
    await page.getByPlaceholder("and password").fill("any");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
  };
  await signInAs("eve");
  await page.getByText("You are in no group that may come in").waitFor();
  await page.context().clearCookies(); // at the provider she would stay who she is
  await page.goto(`${site.url}jobs?q=shop`);
  await signInAs("ada");
  await page.getByRole("heading", { level: 1, name: "Jobs" }).waitFor();
  match(page.url(), /\/ui\/jobs\?q=shop$/);
  await page.getByRole("button", { name: "Account" }).click();
  await page.getByText("oidc:ada (operator)").waitFor();
});
