import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { hydrated, signInAs, watchConsole } from "./people";

test("from a driver to an action, a review and a commitment", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.goto("/drivers");
  await hydrated(page);
  await page.getByRole("link", { name: "Begin an action" }).first().click();
  await expect(page.getByRole("heading", { name: "Reviews and actions" })).toBeVisible();
  await hydrated(page);
  const title = `Hand prices over ${Date.now()}`;
  await page.getByLabel("What is to be done").fill(title);
  await expect(page.getByLabel("Targets contacts after")).toHaveValue("Price promise: Broken");
  await page.getByLabel("Due").fill("2020-01-01");
  await page.getByRole("button", { name: "Add the action" }).click();
  const row = page.locator(".action-row", { hasText: title });
  await expect(row).toContainText("was due 2020-01-01");
  await expect(row).toContainText("Sales");
  await page.locator("summary", { hasText: "New review" }).click();
  await page.getByLabel("Title").last().fill("Review of the half year");
  await page.getByRole("button", { name: "Make the agenda" }).click();
  await expect(page.getByRole("heading", { name: "Review of the half year" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Drivers on the agenda" })).toContainText("Price promise: Broken");
  await expect(page.getByText(title)).toBeVisible();
  await hydrated(page);
  await page.locator("summary", { hasText: "Commit" }).click();
  await page.locator("form", { has: page.getByRole("button", { name: "Record" }) }).getByLabel("Department").selectOption("Sales");
  await page.getByLabel("What it commits to").fill("Every price goes to Billing the same day.");
  await page.getByRole("button", { name: "Record" }).click();
  await expect(page.locator(".commitment")).toContainText("Every price goes to Billing the same day.");
  const found = await new AxeBuilder({ page }).analyze();
  const serious = found.violations.filter((one) => one.impact === "serious" || one.impact === "critical");
  expect(serious.map((one) => `${one.id}: ${one.nodes[0]?.html}`)).toEqual([]);
  expect(errors).toEqual([]);
});

test("an executive reads reviews and changes none", async ({ page }) => {
  await signInAs(page, "Executive");
  await page.goto("/reviews");
  await expect(page.getByRole("heading", { name: "Reviews and actions" })).toBeVisible();
  await expect(page.locator("summary", { hasText: "New" })).toHaveCount(0);
});

test("an action is added without JavaScript, and nothing overflows a phone", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.THROUGHLINE_URL, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Department head, Billing" }).click();
  await page.goto("/reviews");
  await page.locator("summary", { hasText: "New action" }).click();
  const title = `Write clearer invoices ${Date.now()}`;
  await page.getByLabel("What is to be done").last().fill(title);
  await page.getByRole("button", { name: "Add the action" }).click();
  await expect(page.locator(".action-row", { hasText: title })).toContainText("Billing");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.goto("/drivers?department=Billing");
  await expect(page.getByRole("link", { name: title })).toBeVisible();
  await context.close();
});
