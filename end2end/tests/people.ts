// Signing in by one click of the demo, and watching pages.
import { expect, type Page } from "@playwright/test";

export async function signInAs(page: Page, role: string) {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: role }).click();
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
}

// What the console of a healthy page holds: nothing.
export function watchConsole(page: Page): string[] {
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return errors;
}

// Hydrated: pointing at a node fills in its figures.
export async function hydrated(page: Page) {
  await page.waitForLoadState("networkidle");
}
