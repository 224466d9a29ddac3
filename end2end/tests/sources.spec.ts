import { expect, test } from "@playwright/test";
import { hydrated, signInAs } from "./people";

test("a log gets in by the page, twice, and its activities are mapped and unmapped", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/sources");
  await hydrated(page);
  const rows = ["visitor;when;page", "a;2026-02-01 10:00;Kiosk", "a;2026-02-01 10:05;Kiosk help", "b;nonsense;Kiosk", "b;2026-02-02 10:00;Kiosk;extra"];
  const file = { name: "kiosk.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) };
  for (const accepted of [2, 0]) {
    await page.goto("/sources");
    await hydrated(page);
    await page.locator('input[type="file"]').setInputFiles(file);
    await expect(page.getByRole("heading", { name: "kiosk.csv" })).toBeVisible();
    await hydrated(page);
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await expect(page.getByText("done", { exact: true })).toBeVisible();
    await expect(page.locator(".stat", { hasText: "Received" }).locator("dd")).toHaveText("4");
    await expect(page.locator(".stat", { hasText: "Accepted" }).locator("dd")).toHaveText(String(accepted));
    await expect(page.locator(".stat", { hasText: "Quarantined" }).locator("dd")).toHaveText("2");
    await expect(page.getByText("bad_time")).toBeVisible();
    await expect(page.getByText("ragged_row")).toBeVisible();
  }
  await page.goto("/inventory/unmapped");
  await hydrated(page);
  const row = page.getByRole("row", { name: /^Kiosk kiosk/ });
  await row.getByRole("combobox", { name: /^Touchpoint for/ }).fill("order");
  await page.locator(".combobox-option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await row.getByRole("button", { name: "Map" }).click();
  await expect(page.getByText("Mapped. Every journey shows it")).toBeVisible();
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row).toHaveCount(1);
});

test("a running import is shown without JavaScript", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL: process.env.THROUGHLINE_URL });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "CX manager" }).click();
  const rows = Array.from({ length: 400_000 }, (_, at) => `c${at % 5000},2026-03-01T${10 + (at % 10)}:00:00Z,Page ${at % 50},${at}`);
  const text = ["customer,time,activity,id", ...rows].join("\n");
  await page.goto("/sources");
  await page.locator('input[type="file"]').setInputFiles({ name: "many.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Look at the file" }).click();
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("heading", { name: "many.csv" })).toBeVisible();
  const received = async () => {
    await page.reload();
    return page.locator(".stat", { hasText: "Received" }).locator("dd").innerText();
  };
  await expect.poll(received, { timeout: 30_000 }).toBe("400,000");
  await context.close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`a dry run shows what an import would do, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled, baseURL: process.env.THROUGHLINE_URL });
    const page = await context.newPage();
    await page.goto("/sign-in");
    await page.getByRole("button", { name: "CX manager" }).click();
    const source = javaScriptEnabled ? "tried" : "tried-plainly";
    const rows = ["customer,time,activity,ticket", "a,2026-02-01T10:00:00Z,Desk,T1", "b,nonsense,Desk,T2", "c,2026-02-01T11:00:00Z,Desk,T3"];
    await page.goto("/sources");
    if (javaScriptEnabled) await hydrated(page);
    await page.locator('input[type="file"]').setInputFiles({ name: `${source}.csv`, mimeType: "text/csv", buffer: Buffer.from(rows.join("\n")) });
    if (!javaScriptEnabled) await page.getByRole("button", { name: "Look at the file" }).click();
    await expect(page.getByRole("heading", { name: `${source}.csv` })).toBeVisible();
    if (javaScriptEnabled) await hydrated(page);
    await page.getByLabel("Contact reason").selectOption("ticket");
    await page.getByRole("button", { name: "Dry run" }).click();
    const through = page.getByRole("button", { name: "Import 2 events" });
    // Without JavaScript one looks again until the dry run is through.
    await expect(async () => {
      const again = page.getByRole("link", { name: "Look again" });
      if (!javaScriptEnabled && (await again.isVisible())) await again.click();
      await expect(through).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 30_000 });
    await expect(page.getByRole("region", { name: "First rows that would be taken in" }).getByRole("row")).toHaveCount(3);
    await expect(page.getByRole("region", { name: "First refused rows" }).getByRole("row", { name: /nonsense/ })).toHaveCount(1);
    // The mapping can be gone back to, as it was said.
    await page.getByRole("link", { name: "Change the mapping" }).click();
    await expect(page.getByLabel("Contact reason")).toHaveValue("ticket");
    await page.goBack();
    // Nothing was kept so far, and the import does what was shown.
    await page.getByRole("button", { name: "Import 2 events" }).click();
    await expect(page).toHaveURL(/\/sources\/imports\//);
    const accepted = async () => {
      await page.reload();
      return page.locator(".stat", { hasText: "Accepted" }).locator("dd").innerText();
    };
    await expect.poll(accepted).toBe("2");
    await context.close();
  });
}
