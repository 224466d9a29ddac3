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
  const opened = (await panel.getByRole("heading", { level: 3, name: /customer/ }).innerText()).replace(/\D/g, "");
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
  await page.getByRole("link", { name: "Show the table" }).click();
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
