import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { hydrated, signInAs, watchConsole } from "./people";

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
  await page.getByRole("link", { name: "Table of the flow" }).click();
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
  for (const path of ["/journeys", "/inventory", "/inventory/unmapped", "/inventory/lists", "/sources"]) {
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
  for (const path of ["/journeys", "/inventory", "/inventory/unmapped", "/sources"]) {
    await page.goto(path);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width, path).toBeLessThanOrEqual(390);
  }
});

test("an executive sees the inventory and no journeys", async ({ page }) => {
  await signInAs(page, "Executive");
  await expect(page.getByRole("heading", { name: "Inventory" })).toBeVisible();
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
  await first.getByRole("link", { name: "What came next" }).click();
  await expect(page.locator(".sankey-wide")).toBeVisible();
  // The flow from that step holds the same journeys as the funnel's first bar.
  expect(await count(page.locator("#w-n0").getAttribute("aria-label").then((text) => String(text).match(/: ([\d,]+) journeys/)?.[1] ?? ""))).toBe(reached);
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
