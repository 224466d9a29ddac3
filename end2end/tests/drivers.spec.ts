import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { hydrated, signInAs, watchConsole } from "./people";

const PAGES = ["/drivers", "/drivers?department=Sales", "/drivers?open=department&of=Sales"];

test("a driver opens as many contacts as it says, by keyboard", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.getByRole("link", { name: "Drivers" }).click();
  await expect(page.getByRole("heading", { name: "Drivers", exact: true })).toBeVisible();
  await hydrated(page);
  const first = page.locator(".driver").first();
  await expect(first).toContainText("Price promise");
  await expect(first).toContainText("Invoice page");
  const figure = first.getByRole("link", { name: /contacts$/ }).last();
  const shown = (await figure.innerText()).replace(/\D/g, "");
  await figure.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Selection" });
  await expect(panel.getByRole("heading", { level: 3 }).first()).toHaveText(/contacts/);
  const opened = (await panel.getByRole("heading", { level: 3 }).first().innerText()).replace(/\D/g, "");
  expect(opened).toBe(shown);
  await expect(panel.getByText("Sales").first()).toBeVisible();
  await panel.getByRole("link", { name: "Close" }).click();
  await expect(panel).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("controls live in the URL", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/drivers");
  await hydrated(page);
  await page.locator("select[name=window]").selectOption("14");
  await expect(page).toHaveURL(/window=14/);
  await page.locator("select[name=department]").selectOption("Digital");
  await expect(page).toHaveURL(/department=Digital/);
  await expect(page.getByRole("heading", { name: "Drivers of Digital" })).toBeVisible();
});

test("a department head begins with the own report, and gets no other", async ({ page }) => {
  await signInAs(page, "Department head, Billing");
  await expect(page.getByRole("heading", { name: "Drivers of Billing" })).toBeVisible();
  await page.goto("/drivers?department=Sales");
  await expect(page.getByRole("alert")).toBeVisible();
  const answer = await page.request.get("/drivers?department=Sales");
  expect(answer.status()).toBe(404);
});

test("works without JavaScript", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.THROUGHLINE_URL });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "CX manager" }).click();
  await page.goto("/drivers");
  await page.locator("select[name=department]").selectOption("Sales");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByRole("heading", { name: "Drivers of Sales" })).toBeVisible();
  await context.close();
});

for (const theme of ["light", "dark"]) {
  test(`no serious problem for assistive technology, ${theme}, and nothing overflows`, async ({ page, context }) => {
    await signInAs(page, "CX manager");
    await context.addCookies([{ name: "theme", value: theme, url: process.env.THROUGHLINE_URL! }]);
    for (const path of PAGES) {
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
