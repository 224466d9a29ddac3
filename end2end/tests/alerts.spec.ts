// Alerts: a limit is told once, letters wait while the mail server is down and come when it is up, reports come as
// documents, and keys read reports.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { SMTPServer } from "smtp-server";
import { hydrated, signInAs, watchConsole } from "./people";

type Letter = { to: string[]; text: string };

// A mail server that keeps what it is given.
async function mailServer(port: number) {
  const letters: Letter[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        letters.push({ to: session.envelope.rcptTo.map((one) => one.address), text: Buffer.concat(parts).toString("utf8") });
        done();
      });
    },
  });
  await new Promise<void>((listens) => server.listen(port, "127.0.0.1", listens));
  return { letters, close: () => new Promise<void>((closed) => server.close(() => closed())) };
}

const subject = (letter: Letter) => /^Subject: (.*(?:\r\n .*)*)/m.exec(letter.text)?.[1].replace(/\r\n /g, " ") ?? "";

async function sure(page: Page, word: string, button: string) {
  await page.getByText(word, { exact: true }).first().click();
  await page.getByRole("button", { name: button }).click();
}

test("a limit is told once, and its letter waits for the mail server", async ({ page }) => {
  test.setTimeout(120_000);
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Alerts" }).click();
  await expect(page.getByRole("heading", { name: "Alerts", level: 1 })).toBeVisible();
  await hydrated(page);
  await page.getByRole("combobox", { name: "Figure" }).selectOption("Contacts per 1,000 customers, by week");
  await page.getByLabel("Limit", { exact: true }).fill("0.5");
  await page.getByLabel("By mail").first().selectOption("At once");
  await page.getByRole("button", { name: "Tell at this limit" }).click();
  await expect(page.getByText("You will be told.")).toBeVisible();
  const told = page.locator(".inbox li", { hasText: "Contacts per 1,000 customers, by week is above its limit" });
  await expect(async () => {
    await page.reload();
    await expect(told).toHaveCount(1, { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  await expect(page.getByText("passed now")).toBeVisible();
  // Nobody listens at the mail server's address yet: the page says so, and the letter is kept.
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("1 letter to you can’t be sent yet", { timeout: 1000 });
  }).toPass({ timeout: 30_000 });
  const mail = await mailServer(Number(process.env.THROUGHLINE_MAIL_PORT));
  await expect.poll(() => mail.letters.length, { timeout: 60_000 }).toBe(1);
  expect(subject(mail.letters[0])).toContain("is above its limit");
  await expect(async () => {
    await page.reload();
    await expect(page.getByRole("alert")).toHaveCount(0, { timeout: 1000 });
  }).toPass();
  // A report that is sent now comes as a document, and nothing comes twice.
  await hydrated(page);
  await page.getByLabel("How often").selectOption("Every Monday");
  await page.getByRole("button", { name: "Arrange it" }).click();
  await expect(page.getByText("The report will come.")).toBeVisible();
  await page.getByRole("button", { name: "Send now" }).click();
  await expect(page.getByText("The report is on its way.")).toBeVisible();
  await expect.poll(() => mail.letters.length, { timeout: 30_000 }).toBe(2);
  expect(mail.letters[1].text).toContain("Content-Type: application/pdf");
  expect(mail.letters[1].text).toContain("filename=\"summary.pdf\"");
  await mail.close();
  await page.getByRole("button", { name: "Mark all as read" }).click();
  await expect(page.getByText("All is read.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Mark as read" })).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("files of a page: a document, a workbook, a table, pictures", async ({ page, request }) => {
  await signInAs(page, "Executive");
  await page.goto("/summary");
  const from = page.url();
  for (const [kind, begins] of [["pdf", "%PDF-"], ["xlsx", "PK"], ["csv", "headline,figure"], ["svg", "<svg"], ["png", "\u0089PNG"]]) {
    const answer = await page.request.get(new URL(`/export/summary.${kind}`, from).href);
    expect(answer.status(), kind).toBe(200);
    expect((await answer.body()).toString("latin1").startsWith(begins), kind).toBe(true);
  }
  await page.getByText("Export", { exact: true }).click();
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Document (PDF)" }).click();
  expect((await saved).suggestedFilename()).toBe("summary.pdf");
  // What is not there, or not for this person, is not found.
  for (const file of ["summary.exe", "secrets.csv", "journeys.csv", "summary", "review.pdf?id=none"]) {
    expect((await page.request.get(new URL(`/export/${file}`, from).href)).status(), file).toBe(404);
  }
  expect((await request.get(new URL("/export/summary.pdf", from).href)).status()).toBe(401);
});

test("a key reads reports as its person may", async ({ page, request }) => {
  await signInAs(page, "Department head, Billing");
  await page.goto("/alerts");
  await hydrated(page);
  await page.getByLabel("Name of the key").fill("dashboard");
  await page.getByRole("button", { name: "Make a key" }).click();
  const token = (await page.locator("code.token").innerText()).trim();
  const ask = (path: string, more: Record<string, string> = {}) =>
    request.get(new URL(`/api/v1/reports${path}`, page.url()).href, { headers: { Authorization: `Bearer ${token}`, ...more } });
  const names = (await (await ask("")).json()).map((one: { report: string }) => one.report);
  expect(names).toContain("drivers");
  const answer = await ask("/drivers?per_page=2");
  expect(answer.status()).toBe(200);
  const body = await answer.json();
  expect(body.rows.length).toBeLessThanOrEqual(2);
  expect(body.columns[0]).toBe("driver");
  expect((await ask("/drivers?per_page=2", { "If-None-Match": answer.headers()["etag"] })).status()).toBe(304);
  for (const [path, status] of [["/drivers?page=0", 400], ["/drivers?colour=red", 400], ["/nothing", 404], ["/drivers?table=None", 404], ["/drivers?page=9999", 404], ["/drivers?open=all", 400]] as const) {
    expect((await ask(path)).status(), path).toBe(status);
  }
  expect((await request.get(new URL("/api/v1/reports", page.url()).href)).status()).toBe(401);
  const described = await (await request.get(new URL("/api/v1/openapi.json", page.url()).href)).json();
  expect(Object.keys(described.paths)).toContain("/api/v1/reports/drivers");
  await page.reload();
  await hydrated(page);
  await sure(page, "Revoke", "Revoke the key");
  await expect(page.getByText("The key is revoked.")).toBeVisible();
  expect((await ask("")).status()).toBe(401);
});

for (const scheme of ["light", "dark"] as const) {
  test(`alerts are fit for assistive technology, ${scheme}, and nothing overflows`, async ({ browser }) => {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 390, height: 844 }, baseURL: process.env.THROUGHLINE_URL });
    const page = await context.newPage();
    await signInAs(page, "CX manager");
    await page.goto("/alerts");
    await hydrated(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`)).toEqual([]);
    await context.close();
  });
}
