import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { hydrated, signInAs, watchConsole } from "./people";

const COMPARED = "/journeys?view=compare&from=2026-01-05&to=2026-04-01&against_from=2026-04-02&against_to=2026-07-01";

test("the flow is drawn, lit and opened, and figures reconcile", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await expect(page.getByRole("heading", { name: "Journeys" })).toBeVisible();
  await hydrated(page);
  const node = page.locator("#w-n0");
  await node.focus();
  await expect(page.locator(".sankey-figures")).toContainText("journeys");
  await expect(page.locator(".sankey-wide .lit path").first()).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("a.link:focus")).toHaveCount(1);
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Selection" });
  await expect(panel).toBeVisible();
  const shown = (await panel.locator(".facts dd").first().innerText()).replace(/\D/g, "");
  const opened = (await panel.getByRole("heading", { level: 3, name: /journey/ }).innerText()).replace(/\D/g, "");
  expect(opened).toBe(shown);
  await panel.locator(".customers a").first().click();
  await expect(page.getByRole("heading", { name: /^Customer/ })).toBeVisible();
  expect(errors).toEqual([]);
});

test("controls live in the URL, and the table shows the same", async ({ page }) => {
  await signInAs(page, "CX manager");
  await hydrated(page);
  await page.locator("select[name=by]").selectOption("department");
  await expect(page).toHaveURL(/by=department/);
  await page.getByRole("link", { name: "Table", exact: true }).click();
  await expect(page.getByRole("region", { name: "Links of the diagram" })).toBeVisible();
});

test("an anchor is chosen by typing, and the palette goes anywhere", async ({ page }) => {
  await signInAs(page, "CX manager");
  await hydrated(page);
  const anchor = page.getByRole("combobox", { name: /Look from/ });
  await anchor.fill("call");
  await page.locator(".combobox-option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/anchor=/);
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog");
  await palette.getByRole("combobox", { name: "Find" }).fill("billing");
  await expect(palette.getByRole("option").first()).toContainText("Billing");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inventory\?q=Billing/);
});

test("works without JavaScript", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.THROUGHLINE_URL });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "CX manager" }).click();
  await expect(page.getByRole("heading", { name: "Journeys" })).toBeVisible();
  const href = await page.locator("#w-n0").getAttribute("href");
  await page.goto(String(href));
  await expect(page.getByRole("complementary", { name: "Selection" })).toBeVisible();
  await context.close();
});

for (const theme of ["light", "dark"]) {
  for (const path of ["/journeys", "/journeys?view=map", COMPARED, "/segments/edit?where=passed~touchpoint:Call", "/inventory", "/inventory/unmapped", "/inventory/lists", "/sources"]) {
    test(`axe finds nothing serious: ${path}, ${theme}`, async ({ page, context, baseURL }) => {
      await context.addCookies([{ name: "theme", value: theme, url: String(baseURL) }]);
      const errors = watchConsole(page);
      await signInAs(page, "CX manager");
      await page.goto(path);
      await hydrated(page);
      const found = await new AxeBuilder({ page }).analyze();
      const serious = found.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
      expect(errors).toEqual([]);
    });
  }
}

test("nothing overflows at 390 pixels", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signInAs(page, "CX manager");
  for (const path of ["/journeys", "/journeys?view=map", COMPARED, "/segments/edit?where=passed~touchpoint:Call", "/inventory", "/inventory/unmapped", "/sources"]) {
    await page.goto(path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(390);
  }
});

test("an executive begins with the summary and sees no journeys", async ({ page }) => {
  await signInAs(page, "Executive");
  await expect(page.getByRole("heading", { name: "What costs most" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Journeys" })).toHaveCount(0);
  const response = await page.goto("/journeys");
  expect(response?.status()).toBe(404);
});

test("variants and funnels open as many journeys as they say, and lead back to the flow", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.goto("/journeys?view=variants");
  await hydrated(page);
  const variant = page.locator(".variants tbody a").first();
  const journeys = (await variant.innerText()).replace(/\D/g, "");
  await variant.click();
  const panel = page.getByRole("complementary", { name: "Selection" });
  expect((await panel.getByRole("heading", { level: 3 }).innerText()).replace(/\D/g, "")).toBe(journeys);

  await page.getByRole("link", { name: "Funnel", exact: true }).click();
  await expect(page.getByText("A funnel needs at least one step.")).toBeVisible();
  for (const [at, step] of ["Shop window", "Checkout", "Order"].entries()) {
    const field = page.getByRole("combobox", { name: `Step ${at + 1}` });
    await field.fill(step);
    await page.locator(".combobox-option").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page.locator(".funnel > li")).toHaveCount(at + 1);
  }
  const count = async (text: Promise<string>) => Number((await text).replace(/\D/g, ""));
  const [first, second] = [page.locator(".funnel > li").nth(0), page.locator(".funnel > li").nth(1)];
  const reached = await count(first.locator(".funnel-count").innerText());
  const next = await count(second.locator(".funnel-count").innerText());
  const left = first.locator(".funnel-left a").first();
  expect(await count(left.innerText())).toBe(reached - next);
  await left.click();
  expect(await count(panel.getByRole("heading", { level: 3 }).innerText())).toBe(reached - next);
  await first.getByRole("link", { name: "What they did next" }).click();
  await expect(page.locator(".sankey-wide")).toBeVisible();
  // The flow from that step holds the journeys that went no further.
  expect(await count(page.locator("#w-n0").getAttribute("aria-label").then((text) => String(text).match(/: ([\d,]+) journeys/)?.[1] ?? ""))).toBe(reached - next);
  expect(errors).toEqual([]);
});

test("an XES log gets in by the page and shows by case", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/sources");
  await hydrated(page);
  const event = (name: string, at: string) => `<event><string key="concept:name" value="${name}"/><date key="time:timestamp" value="2026-03-01T${at}:00Z"/></event>`;
  const trace = (name: string, events: string) => `<trace><string key="concept:name" value="${name}"/>${events}</trace>`;
  const text = `<?xml version="1.0"?><log>${trace("1", event("Claim", "10:00") + event("Check", "11:00"))}${trace("2", event("Claim", "12:00"))}</log>`;
  await page.locator('input[type="file"]').setInputFiles({ name: "claims.xes", mimeType: "text/xml", buffer: Buffer.from(text) });
  await expect(page.getByRole("heading", { name: "claims.xes" })).toBeVisible();
  await hydrated(page);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.locator(".stat", { hasText: "Accepted" }).locator("dd")).toHaveText("3");
  await page.goto("/journeys?view=transitions&by=activity&unit=case&source=claims");
  await expect(page.getByText("2 cases with 3 events")).toBeVisible();
  await expect(page.getByRole("row", { name: /Claim Check 1/ })).toBeVisible();
});

const figure = (text: string | null) => Number(String(text).replace(/\D/g, ""));

test("a segment is built, saved, used and removed", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.goto("/segments/edit");
  await hydrated(page);
  await page.getByRole("combobox", { name: "A journey that" }).selectOption("then");
  await page.getByRole("combobox", { name: "Node", exact: true }).fill("Order status page");
  await page.getByRole("combobox", { name: "Second node" }).fill("Channel: Phone");
  await page.getByLabel(/Within/).fill("24h");
  await page.getByRole("button", { name: "Add" }).click();
  await expect(page.getByText("passed Order status page, then Phone within 24 hours")).toBeVisible();
  const alone = figure(await page.locator(".conditions .number").first().innerText());
  await hydrated(page);
  await page.getByRole("combobox", { name: "A journey that" }).selectOption("never");
  await page.getByRole("combobox", { name: "Node", exact: true }).fill("Chat");
  await page.getByRole("button", { name: "Add" }).click();
  await expect(page.locator(".conditions li")).toHaveCount(2);
  const matching = figure(await page.locator(".builder-result strong").innerText());
  expect(matching).toBeLessThan(alone);
  expect(matching).toBeGreaterThan(0);
  await hydrated(page);
  const name = `Looked up, then called ${Date.now()}`;
  await page.getByRole("textbox", { name: "Name of the segment" }).fill(name);
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/segment=Looked/);
  await expect(page.locator(".page-sub")).toContainText(name);
  await expect(page.locator("p.caption").first()).toContainText(`of ${matching.toLocaleString("en-US")} customers`);
  await page.goto("/segments");
  await hydrated(page);
  const row = page.getByRole("row", { name: new RegExp(name) });
  await row.getByText("Remove", { exact: true }).click();
  await row.getByRole("button", { name: "Remove the segment" }).click();
  await expect(row).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("what stands behind a figure becomes a segment of as many customers", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/journeys?view=transitions");
  await hydrated(page);
  const start = page.locator(".columns-main .neighbours a").first();
  const journeys = figure(await start.innerText());
  await start.click();
  const panel = page.getByRole("complementary", { name: "Selection" });
  expect(figure(await panel.getByRole("heading", { level: 3 }).innerText())).toBe(journeys);
  await panel.getByText("Save these customers as a segment").click();
  await panel.getByRole("textbox", { name: "Name of the segment" }).fill(`Starters ${Date.now()}`);
  await panel.getByRole("button", { name: "Save" }).click();
  await expect(page).toHaveURL(/segment=Starters/);
  await expect(page.locator("p.caption").first()).toContainText(`of ${journeys.toLocaleString("en-US")} customers`);
});

test("transitions and the map open as many as they say", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/journeys?view=transitions");
  await hydrated(page);
  const pair = page.getByRole("region", { name: "Transitions" }).locator("tbody a").first();
  const times = figure(await pair.innerText());
  await pair.click();
  const panel = page.getByRole("complementary", { name: "Selection" });
  expect(figure(await panel.getByRole("heading", { level: 3 }).innerText())).toBe(times);
  await page.goto("/journeys?view=map&share=50");
  await hydrated(page);
  const arrows = await page.locator(".arrow").count();
  const label = String(await page.locator(".arrow").first().getAttribute("aria-label"));
  await page.locator(".arrow").first().focus();
  await page.keyboard.press("Enter");
  expect(figure(await panel.getByRole("heading", { level: 3 }).innerText())).toBe(figure(label.match(/: ([\d,]+) time/)?.[1] ?? null));
  await page.goto("/journeys?view=map&share=100");
  await hydrated(page);
  expect(await page.locator(".arrow").count()).toBeGreaterThan(arrows);
});

test("two periods are compared, and each side opens as many as it says", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.goto(COMPARED);
  await hydrated(page);
  const row = page.getByRole("region", { name: "Significant changes" }).locator("tbody tr").first();
  for (const side of [0, 1]) {
    const link = row.locator("a").nth(side);
    const journeys = figure(await link.innerText());
    await link.click();
    const panel = page.getByRole("complementary", { name: "Selection" });
    expect(figure(await panel.getByRole("heading", { level: 3 }).innerText())).toBe(journeys);
    await panel.getByRole("link", { name: "Close" }).click();
    await expect(panel).toHaveCount(0);
  }
  await page.getByRole("link", { name: "Side by side" }).click();
  await expect(page.locator(".beside .sankey-wide svg")).toHaveCount(2);
  expect(errors).toEqual([]);
});

test("nodes are hidden, renamed and grouped on the spot, and it is undone", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/journeys");
  await hydrated(page);
  const first = page.locator("#w-n0");
  const label = String(await first.locator(".node-label").textContent()).replace(/\s+[\d.<>]+ %\s*$/, "").trim();
  await first.click();
  const panel = page.getByRole("complementary", { name: "Selection" });
  await panel.getByText("Filter, hide, rename or group").click();
  await panel.getByRole("textbox", { name: "Call it" }).fill("Renamed here");
  await panel.getByRole("button", { name: "Apply" }).click();
  await expect(page.locator(".marks")).toContainText(`${label} is called Renamed here`);
  await expect(page.locator(".sankey-wide .node-label", { hasText: "Renamed here" }).first()).toBeVisible();
  await page.getByRole("link", { name: /^Undo/ }).click();
  await expect(page.locator(".marks")).toHaveCount(0);
  await hydrated(page);
  await page.locator("#w-n0").click();
  await panel.getByText("Filter, hide, rename or group").click();
  await panel.getByRole("link", { name: "Only journeys here at this step" }).click();
  await expect(page.locator(".marks")).toContainText(`step 1 is ${label}`);
  await expect(page.locator(".sankey-wide .nodes .node-label").first()).toContainText("100 %");
  await panel.getByRole("link", { name: "Close" }).or(page.locator(".marks a").first()).first().click();
});

test("a view is saved, shared and opened by another person", async ({ page, browser, baseURL }) => {
  await signInAs(page, "CX manager");
  await page.goto("/journeys?by=channel&steps=4");
  await hydrated(page);
  const name = `Channels ${Date.now()}`;
  await page.getByText("Views", { exact: true }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByLabel("Others see it too").check();
  await page.locator(".menu-box").getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The view is saved.")).toBeVisible();
  const context = await browser.newContext({ baseURL });
  const other = await context.newPage();
  await signInAs(other, "Department head, Billing");
  await other.goto("/journeys");
  await hydrated(other);
  await other.getByText("Views", { exact: true }).click();
  await other.getByRole("link", { name }).click();
  await expect(other).toHaveURL(/by=channel&steps=4/);
  await context.close();
});
