// The summary, contact reasons, cases, and the tour: as an executive and a CX manager find them, with and without
// JavaScript, by keyboard, light and dark, on a laptop, a phone and paper.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { hydrated, signInAs, watchConsole } from "./people";

test("an executive begins with the summary, and its figures open where they come from", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "Executive");
  await expect(page).toHaveURL(/\/summary$/);
  await hydrated(page);
  await expect(page.locator(".headline")).toHaveCount(6);
  const cost = page.locator(".headline", { hasText: "Cost of contacts that others cause" }).locator(".headline-figure a");
  const shown = (await cost.textContent())!.trim();
  await cost.click();
  await expect(page).toHaveURL(/\/drivers\?from=/);
  await expect(page.locator(".fact-main .fact-note")).toContainText(`cost ${shown}`);
  await page.goBack();
  // What costs most, and who owns it, in sight at once.
  const first = page.locator(".costliest li").first();
  await expect(first).toContainText(/App: Outage/);
  await expect(first).toContainText("Digital");
  // Why a sentence is said.
  const why = page.locator(".sentences details").first();
  await why.locator("summary").click();
  await expect(why.locator("p")).toBeVisible();
  expect(errors).toEqual([]);
});

test("the period is in the address, and a shorter one has one before it", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/summary?from=2026-05-04&to=2026-05-31");
  await expect(page.locator(".page-sub")).toContainText("2026-05-04 to 2026-05-31, against 2026-04-06 to 2026-05-03");
  await page.goto("/summary?colour=red");
  await expect(page.getByText("There is no filter")).toBeVisible();
});

test("without JavaScript the summary reads, and its period is a form", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Executive" }).click();
  await page.goto("/summary");
  await expect(page.locator(".headline")).toHaveCount(6);
  await page.getByLabel("From", { exact: true }).fill("2026-05-04");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/from=2026-05-04/);
  await context.close();
});

test("a reason is linked to the touchpoint that causes it, and its owner follows", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/drivers/reasons");
  await hydrated(page);
  const row = page.getByRole("row", { name: /^move/ }).first();
  const field = row.getByRole("combobox", { name: "Touchpoint that causes move" });
  await field.fill("Invoice page");
  await field.press("Enter");
  await row.getByRole("checkbox", { name: "move is a failure" }).check();
  await row.getByRole("button", { name: "Save move" }).click();
  await expect(page.getByText("Saved. Reports follow.")).toBeVisible();
  await expect(row).toContainText("Billing");
  await field.fill("Nowhere");
  await row.getByRole("button", { name: "Save move" }).click();
  await expect(page.getByText("There is no touchpoint “Nowhere”.")).toBeVisible();
  await page.reload();
  await expect(field).toHaveValue("Invoice page");
  // Back to what it was, for whoever comes next.
  await hydrated(page);
  await field.fill("");
  await row.getByRole("checkbox", { name: "move is a failure" }).uncheck();
  await row.getByRole("button", { name: "Save move" }).click();
  await expect(row).not.toContainText("Billing");
});

test("a log says what opens a case, and the journeys' panel what customers say", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/sources/cases");
  await hydrated(page);
  await expect(page.getByText("A case is opened by Order placed.")).toBeVisible();
  await page.goto("/journeys?anchor=Call&direction=backward");
  await hydrated(page);
  await page.locator("a.node, .sankey a").filter({ hasText: "Call" }).first().click();
  const panel = page.getByRole("complementary", { name: "Selection" });
  await expect(panel).toContainText("With an open case");
  await panel.getByText("What they say").click();
  await expect(panel.getByText(/customers? with text, against the others/)).toBeVisible();
});

test("the tour leads from suspicion to cause", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/journeys");
  await hydrated(page);
  await page.getByRole("button", { name: "Take the tour" }).click();
  const card = page.getByRole("complementary", { name: "Tour" });
  await expect(card).toContainText("1 of 7");
  await expect(page).toHaveURL(/\/drivers$/);
  await card.getByRole("button", { name: "Next" }).click();
  await expect(card).toContainText("the order status page");
  await expect(page.getByRole("complementary", { name: "Selection" })).toContainText("Contacts after Order status page");
  await card.getByRole("button", { name: "Next" }).click();
  const saved = page.waitForEvent("download");
  await card.getByRole("link", { name: "Save the dispatch log" }).click();
  expect((await saved).suggestedFilename()).toBe("dispatch.csv");
  // It stays where one is when the page is loaded anew, and goes when it is ended.
  await page.reload();
  await hydrated(page);
  await expect(card).toContainText("3 of 7");
  await card.getByRole("button", { name: "End the tour" }).click();
  await expect(card).toHaveCount(0);
});

test("trends say when a level changed, and the report goes out as a workbook", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/drivers/trends");
  await hydrated(page);
  await expect(page.getByRole("row", { name: /App: Outage/ })).toContainText(/(rose|fell) in the week of 2026-0[345]/);
  await page.getByRole("link", { name: "Reasons", exact: true }).click();
  await expect(page.getByRole("row", { name: /appointment/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /App: Outage/ })).toHaveCount(0);
  await page.goto("/drivers");
  const saved = page.waitForEvent("download");
  await page.getByText("Export", { exact: true }).click();
  await page.getByRole("link", { name: "Workbook (XLSX)" }).click();
  expect((await saved).suggestedFilename()).toBe("drivers.xlsx");
});

for (const theme of ["light", "dark"]) {
  test(`summary, reasons and cases are fit for assistive technology, ${theme}, and nothing overflows`, async ({ page, context }) => {
    await signInAs(page, "CX manager");
    await context.addCookies([{ name: "theme", value: theme, url: process.env.THROUGHLINE_URL! }]);
    for (const path of ["/summary", "/drivers/reasons", "/drivers/trends", "/sources/cases"]) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(path);
      await hydrated(page);
      const found = await new AxeBuilder({ page }).analyze();
      const serious = found.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, path).toBeLessThanOrEqual(390);
    }
  });
}
