// The inventory: a whole session by keyboard, two people in one cell, proposals, files, rules, and every page as a person
// with and without JavaScript finds it.
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { readFileSync } from "node:fs";
import { hydrated, signInAs, watchConsole } from "./people";

// Presses Tab until something has the focus.
async function tabTo(page: Page, to: Locator, most = 120) {
  for (let presses = 0; presses < most; presses++) {
    if (await to.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached by ${most} presses of Tab: ${to}`);
}

const grid = (page: Page) => page.getByRole("grid", { name: "Touchpoints" });
const said = (page: Page) => page.locator(".sheet-said");
const line = (page: Page, name: string) => page.locator("tr[data-id]").filter({ has: page.getByRole("link", { name, exact: true }) });
const cell = (page: Page, name: string, column: number) => line(page, name).locator("td").nth(column);

// Goes somewhere by the command palette.
async function palette(page: Page, words: string) {
  const field = page.getByRole("dialog").getByRole("combobox");
  // Before the page listens, the keys go nowhere.
  await expect(async () => {
    await page.keyboard.press("Control+k");
    await expect(field).toBeFocused({ timeout: 700 });
  }).toPass();
  await page.keyboard.type(words);
  await expect(page.getByRole("dialog").getByRole("option").first()).toContainText(words);
  await page.keyboard.press("Enter");
}

// Hydrated, and listening to what others do.
async function inventory(page: Page) {
  const listening = page.waitForResponse(/\/inventory\/live$/);
  await page.goto("/inventory");
  await hydrated(page);
  await listening;
}

test("a whole session by keyboard alone", async ({ page }) => {
  const errors = watchConsole(page);
  await page.goto("/sign-in");
  await tabTo(page, page.getByRole("button", { name: "CX manager" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await hydrated(page);
  await palette(page, "Inventory");
  await expect(page).toHaveURL(/\/inventory$/);
  await hydrated(page);
  await tabTo(page, grid(page));
  // One cell: type, take, undo, do again.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const stage = cell(page, "Appointment booking", 2);
  await expect(stage).toHaveText("Sign up");
  await page.keyboard.type("buy");
  await page.keyboard.press("Enter");
  await expect(stage).toHaveText("Buy");
  await expect(said(page)).toHaveText("Stage of Appointment booking: saved.");
  await page.keyboard.press("Control+z");
  await expect(stage).toHaveText("Sign up");
  await page.keyboard.press("Control+y");
  await expect(stage).toHaveText("Buy");
  await page.keyboard.press("Control+z");
  await expect(stage).toHaveText("Sign up");
  // Escape leaves it as it was, and the next key is the grid's again.
  await page.keyboard.press("F2");
  await page.keyboard.type("nonsense");
  await page.keyboard.press("Escape");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowUp");
  await expect(stage).toHaveText("Sign up");
  // A value that can't stand there is named, and comes back.
  await page.keyboard.type("Moon");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toContainText("There is no stage “Moon”.");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  // What was typed stands there still, to be corrected or left.
  await expect(page.locator(".sheet-editor")).toHaveValue(/./);
  await expect(page.locator(".sheet-editor")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(cell(page, "App", 2)).toHaveText("Use");
  // A range: filled down after a look, undone in one step.
  await tabTo(page, grid(page));
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Control+d");
  await expect(page.getByRole("dialog")).toContainText("2 cells would change.");
  await page.keyboard.press("Enter");
  await expect(said(page)).toHaveText("2 cells changed.");
  await expect(cell(page, "Billboard advert", 1)).toHaveText("Digital");
  await tabTo(page, grid(page));
  await page.keyboard.press("Control+z");
  await expect(cell(page, "Billboard advert", 1)).toHaveText("Marketing");
  // Copied and pasted.
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Control+c");
  await expect(said(page)).toHaveText("1 cell copied.");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Control+v");
  await expect(cell(page, "Appointment booking", 1)).toHaveText("Digital");
  await page.keyboard.press("Control+z");
  await expect(cell(page, "Appointment booking", 1)).toHaveText("Field service");
  // A new touchpoint, opened beside the grid, with a comment.
  await page.keyboard.press("Control+End");
  await page.keyboard.type("Kiosk");
  await page.keyboard.press("Enter");
  await expect(said(page)).toHaveText("1 touchpoint added.");
  await expect(line(page, "Kiosk")).toBeVisible();
  await page.keyboard.press("Control+Enter");
  const panel = page.getByRole("complementary", { name: "Touchpoint" });
  await expect(panel.getByRole("heading", { name: "Kiosk" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await page.keyboard.press("Control+Enter");
  await expect(panel.getByRole("heading", { name: "Kiosk" })).toBeVisible();
  await tabTo(page, panel.getByRole("textbox", { name: "Comment" }), 200);
  await page.keyboard.type("Where does it stand? @Demo head of Billing");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(panel.locator(".comments")).toContainText("Where does it stand?");
  // And it goes again.
  await palette(page, "Inventory");
  await hydrated(page);
  const undo = page.getByRole("button", { name: /^Undo: Adding Kiosk/ });
  await tabTo(page, undo);
  await page.keyboard.press("Enter");
  await expect(line(page, "Kiosk")).toHaveCount(0);
  expect(errors).toEqual([]);
});

test("two people in one cell: the second sees both, and nothing is lost", async ({ browser }) => {
  const [first, second] = [await browser.newPage(), await browser.newPage()];
  await signInAs(first, "CX manager");
  await signInAs(second, "Department head, Billing");
  await inventory(first);
  await inventory(second);
  const write = async (page: Page, text: string) => {
    await cell(page, "Invoice page", 2).dblclick();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
  };
  await write(second, "Renew");
  await write(first, "Get help");
  await first.keyboard.press("Enter");
  await expect(said(first)).toHaveText("Stage of Invoice page: saved.");
  // The first one's change is told to the second, who is still writing.
  await expect(said(second)).toHaveText("Demo CX manager changed something.");
  await second.keyboard.press("Enter");
  const dialog = second.getByRole("dialog");
  await expect(dialog).toContainText("Theirs: Get help");
  await expect(dialog).toContainText("Demo CX manager");
  await expect(dialog.getByRole("textbox")).toHaveValue("Renew");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(cell(second, "Invoice page", 2)).toHaveText("Renew");
  // The first sees it come in, and where the second is.
  await expect(cell(first, "Invoice page", 2)).toHaveText("Renew");
  await cell(second, "Invoice page", 2).click();
  await expect(line(first, "Invoice page").locator(".sheet-other")).toHaveAttribute("title", "Demo head of Billing is here");
  // Both steps are in the history, and can be put back.
  await first.getByRole("link", { name: "Invoice page", exact: true }).click();
  const panel = first.getByRole("complementary", { name: "Touchpoint" });
  await expect(panel.locator(".history")).toContainText("stage: Get help → Renew");
  await expect(panel.locator(".history")).toContainText("stage: Use → Get help");
  await panel.locator(".history li", { hasText: "stage: Use → Get help" }).getByRole("button", { name: "Restore" }).click();
  await expect(cell(first, "Invoice page", 2)).toHaveText("Use");
  await first.close();
  await second.close();
});

test("what one writes stays under one's hands while others change and move the row", async ({ browser }) => {
  const [first, second] = [await browser.newPage(), await browser.newPage()];
  await signInAs(first, "CX manager");
  await signInAs(second, "Department head, Billing");
  await inventory(first);
  await inventory(second);
  const told = first.waitForResponse(/\/inventory\/live$/);
  await first.goto("/inventory?sort=stage.asc");
  await hydrated(first);
  await told;
  await cell(first, "Invoice page", 2).click();
  await expect(first.locator(".sheet-at")).toHaveText("Use");
  const place = await line(first, "Invoice page").getAttribute("aria-rowindex");
  await cell(first, "Invoice page", 3).dblclick();
  const field = first.locator(".sheet-editor");
  await expect(field).toBeFocused();
  await first.keyboard.press("Control+a");
  await first.keyboard.type("Mai", { delay: 30 });
  // Another cell of the row changes, and with it the row's place.
  await cell(second, "Invoice page", 2).dblclick();
  await second.keyboard.press("Control+a");
  await second.keyboard.type("Attract");
  await second.keyboard.press("Enter");
  await expect(said(first)).toHaveText("Demo head of Billing changed something.");
  await expect(line(first, "Invoice page")).not.toHaveAttribute("aria-rowindex", place!);
  await expect(field).toBeFocused();
  await first.keyboard.type("l", { delay: 30 });
  await expect(field).toHaveValue("Mail");
  await first.keyboard.press("Enter");
  await expect(cell(first, "Invoice page", 3)).toHaveText("Mail");
  await expect(cell(first, "Invoice page", 2)).toHaveText("Attract");
  // Two changes in a row do not wait for each other.
  for (const text of ["Web", "App", "Web"]) {
    await cell(first, "Invoice page", 3).dblclick();
    await first.keyboard.press("Control+a");
    await first.keyboard.type(text);
    await first.keyboard.press("Enter");
  }
  await expect(said(first)).toHaveText("Channel of Invoice page: saved.");
  await expect(cell(first, "Invoice page", 3)).toHaveText("Web");
  await expect(first.getByRole("dialog")).toHaveCount(0);
  await cell(second, "Invoice page", 2).dblclick();
  await second.keyboard.press("Control+a");
  await second.keyboard.type("Use");
  await second.keyboard.press("Enter");
  await expect(cell(first, "Invoice page", 2)).toHaveText("Use");
  await first.close();
  await second.close();
});

test("what waits behind a refusal goes on from what really stands there", async ({ page }) => {
  await signInAs(page, "CX manager");
  await inventory(page);
  // A slow server: what is typed next is typed before the first answer.
  await page.route(/\/api\/edit_cells/, async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  const write = async (column: number, text: string) => {
    await cell(page, "Invoice page", column).dblclick();
    await page.keyboard.press("Control+a");
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
  };
  await expect(cell(page, "Invoice page", 2)).toHaveText("Use");
  await write(2, "Nowhere");
  await write(2, "Renew");
  await write(3, "App");
  const dialog = page.getByRole("dialog", { name: "This can’t be applied" });
  await expect(dialog).toContainText("There is no stage “Nowhere”.");
  // While it asks, nothing else is sent; the pointer closes it, and the refused text stands in its field again.
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(page.locator(".sheet-editor")).toBeFocused();
  await expect(page.locator(".sheet-editor")).toHaveValue("Nowhere");
  await page.keyboard.press("Escape");
  await expect(said(page)).toHaveText("Channel of Invoice page: saved.");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(cell(page, "Invoice page", 2)).toHaveText("Renew");
  await expect(cell(page, "Invoice page", 3)).toHaveText("App");
  await page.reload();
  await hydrated(page);
  await expect(cell(page, "Invoice page", 2)).toHaveText("Renew");
  for (const step of ["Channel", "Stage"]) {
    await page.getByRole("button", { name: `Undo: ${step} of Invoice page` }).click();
    await expect(page.getByRole("button", { name: `Redo: ${step} of Invoice page` })).toBeEnabled();
  }
  await expect(cell(page, "Invoice page", 2)).toHaveText("Use");
});

test("a cell at the edge of what is seen takes what is typed at once", async ({ page }) => {
  await signInAs(page, "CX manager");
  for (const name of ["Payment", "Invoice page", "Newsletter", "Call"]) {
    await page.goto("/inventory?group=stage&sort=events.desc");
    await hydrated(page);
    // Drawing the field scrolls the grid, and rows move about under it.
    await cell(page, name, 3).dblclick();
    await page.keyboard.press("Control+a");
    await page.keyboard.type("Elsewhere");
    await expect(page.locator(".sheet-editor")).toHaveValue("Elsewhere");
    await page.keyboard.press("Escape");
    await expect(said(page)).toHaveText(/^\s*$/);
  }
});

test("a touchpoint beside the grid survives a reload, and its keys come and go with it", async ({ page }) => {
  const errors = watchConsole(page);
  await signInAs(page, "CX manager");
  await inventory(page);
  await cell(page, "Chat", 1).click();
  await page.keyboard.press("Control+Enter");
  const panel = page.getByRole("complementary", { name: "Touchpoint" });
  await expect(panel).toBeFocused();
  for (let times = 0; times < 5; times++) {
    await page.reload();
    await expect(panel.getByRole("heading", { name: "Chat" })).toBeVisible();
  }
  await hydrated(page);
  await panel.getByRole("button", { name: "Close the touchpoint" }).click();
  await expect(grid(page)).toBeFocused();
  expect(errors).toEqual([]);
});

test("menus close on Escape and elsewhere, and stay on a phone's screen", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/inventory");
  await hydrated(page);
  const columns = page.locator("details.menu", { has: page.locator("summary", { hasText: /^Columns$/ }) });
  await columns.locator("summary").click();
  await expect(columns).toHaveAttribute("open", "");
  await page.keyboard.press("Escape");
  await expect(columns).not.toHaveAttribute("open", "");
  await expect(columns.locator("summary")).toBeFocused();
  await columns.locator("summary").click();
  await page.getByRole("heading", { name: "Inventory", exact: true }).click();
  await expect(columns).not.toHaveAttribute("open", "");
  await page.setViewportSize({ width: 390, height: 844 });
  for (const word of ["Columns", "Views", "Export"]) {
    const menu = page.locator("details.menu", { has: page.locator("summary", { hasText: new RegExp(`^${word}$`) }) });
    await menu.locator("summary").click();
    const box = (await menu.locator(".menu-box").boundingBox())!;
    expect(box.x, word).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width, word).toBeLessThanOrEqual(390);
    await page.keyboard.press("Escape");
  }
});

test("what another department owns is proposed, and its owner accepts", async ({ browser }) => {
  const [head, owner] = [await browser.newPage(), await browser.newPage()];
  await signInAs(head, "Department head, Field service");
  await signInAs(owner, "Department head, Billing");
  await inventory(head);
  await cell(head, "Payment", 3).dblclick();
  await head.keyboard.press("Control+a");
  await head.keyboard.type("Web");
  await head.keyboard.press("Enter");
  await expect(said(head)).toHaveText("1 change is proposed; the owner decides.");
  await expect(cell(head, "Payment", 3)).toHaveText("Billing");
  await owner.goto("/inventory/gaps");
  const proposal = owner.locator(".proposal", { hasText: "Payment" });
  await expect(proposal).toContainText("Channel from “Billing” to “Web”");
  await proposal.getByRole("button", { name: "Accept" }).click();
  await expect(owner.locator(".proposal", { hasText: "Payment" })).toHaveCount(0);
  await inventory(owner);
  await expect(cell(owner, "Payment", 3)).toHaveText("Web");
  await owner.getByRole("button", { name: /^Undo: Channel of Payment/ }).click();
  await expect(cell(owner, "Payment", 3)).toHaveText("Billing");
  await head.close();
  await owner.close();
});

test("a paste shows what it changes before it is applied", async ({ page }) => {
  await signInAs(page, "CX manager");
  await inventory(page);
  await cell(page, "App", 1).click();
  const paste = (text: string) =>
    grid(page).evaluate((element, text) => {
      const clip = new DataTransfer();
      clip.setData("text/plain", text);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clip, bubbles: true, cancelable: true }));
    }, text);
  await paste("Sales\tBuy\nNobody\tBuy\n");
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("There is no department “Nobody”.");
  await expect(dialog.getByRole("button", { name: "Apply" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(cell(page, "App", 1)).toHaveText("Digital");
  await paste("Sales\tBuy\nSales\t\n");
  await expect(dialog).toContainText("4 cells would change.");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(cell(page, "App", 1)).toHaveText("Digital");
  // A megabyte of nonsense is answered, not swallowed.
  await paste("x".repeat(7 * 1024 * 1024));
  await expect(said(page)).toContainText("That is more than can be pasted at once");
});

test("columns, filters, groups and order live in the address", async ({ page }) => {
  await signInAs(page, "CX manager");
  await inventory(page);
  await page.getByRole("columnheader", { name: "Events" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=events\.desc/);
  await expect(page.locator("tr[data-id]").first()).toContainText("Invoice");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("textbox", { name: "Filter Owner" }).fill("=sales");
  await expect(page.locator("tr[data-id]").first()).toContainText("Shop window");
  await page.getByLabel("Group").selectOption("stage");
  await expect(page.locator(".sheet-group").first()).toContainText("Buy");
  await page.getByText("Columns", { exact: true }).click();
  await page.getByRole("checkbox", { name: "Customers", exact: true }).check();
  await expect(page.getByRole("columnheader", { name: "Customers", exact: true })).toBeVisible();
  const address = page.url();
  await page.goto(address);
  await expect(page.getByRole("columnheader", { name: "Customers", exact: true })).toBeVisible();
  await expect(page.locator(".sheet-group").first()).toContainText("Buy");
  await hydrated(page);
  await page.getByText("Views", { exact: true }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("What Sales owns");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("The view is saved.")).toBeVisible();
  await inventory(page);
  await page.getByText("Views", { exact: true }).click();
  await page.getByRole("link", { name: "What Sales owns" }).click();
  await expect(page).toHaveURL(/f\.owner/);
  await expect(page.locator(".sheet-group").first()).toContainText("Buy");
});

test("a workbook goes out and comes back as nothing new", async ({ page }) => {
  await signInAs(page, "CX manager");
  await inventory(page);
  for (const [label, suffix] of [["Workbook (XLSX)", "xlsx"], ["Table (CSV)", "csv"]]) {
    await page.getByText("Export", { exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: label }).click()]);
    const file = test.info().outputPath(`inventory.${suffix}`);
    await download.saveAs(file);
    await page.locator('input[type="file"]').setInputFiles({ name: `inventory.${suffix}`, mimeType: "application/octet-stream", buffer: readFileSync(file) });
    await page.getByRole("button", { name: "Preview" }).click();
    await expect(page).toHaveURL(/\/inventory\/import\//);
    await expect(page.getByText("The file changes nothing")).toBeVisible();
    await expect(page.getByRole("button", { name: "Apply" })).toBeDisabled();
    await page.getByRole("link", { name: "Cancel" }).click();
    await hydrated(page);
  }
  // A file with an unknown owner and a bad cell: named, and nothing applied.
  const bad = "touchpoint,department,emotion,experience\nParking,Salez,,\nInvoice,,9,Odd\n";
  await page.locator('input[type="file"]').setInputFiles({ name: "bad.csv", mimeType: "text/csv", buffer: Buffer.from(bad) });
  await page.getByRole("button", { name: "Preview" }).click();
  await expect(page.getByText("Line 2, department")).toBeVisible();
  await expect(page.getByText("Did you mean “Sales”?")).toBeVisible();
  await expect(page.getByText("Line 3, emotion")).toBeVisible();
  await expect(page.getByRole("button", { name: "Apply" })).toBeDisabled();
});

test("a rule is tested as it is written, and its share follows it", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/inventory?q=App");
  await page.locator("tr[data-id]").first().getByRole("link").click();
  const panel = page.getByRole("complementary", { name: "Touchpoint" });
  await expect(panel.getByRole("heading", { name: "App", exact: true })).toBeVisible();
  const outage = panel.locator(".experiences li", { hasText: "Outage" });
  await expect(outage).toContainText("events");
  const before = await outage.locator(".number").innerText();
  const rule = panel.locator(".rules li").first();
  const activity = rule.getByRole("combobox", { name: "Activity", exact: true });
  await expect(activity).toHaveValue("App error");
  await activity.fill("App login");
  await activity.press("Escape");
  await rule.getByRole("button", { name: "Test" }).click();
  await expect(rule.locator(".trial")).toContainText("of the last 30 days");
  await expect(rule.locator(".trial-list li")).toHaveCount(5);
  await rule.getByRole("button", { name: "Save" }).click();
  await expect(outage.locator(".number")).not.toHaveText(before);
  await page.getByRole("button", { name: /^Undo: Rule of App/ }).click();
  await expect(said(page)).toContainText("Undone");
});

test("KPIs: made, linked, read, drawn", async ({ page }) => {
  await signInAs(page, "CX manager");
  await page.goto("/inventory/kpis/new");
  await hydrated(page);
  await page.getByRole("textbox", { name: "Name" }).fill("Answers in time");
  await page.getByRole("textbox", { name: "Unit" }).fill("%");
  await page.getByRole("textbox", { name: "Target" }).fill("90");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Answers in time" })).toBeVisible();
  await page.getByRole("textbox", { name: "One a line" }).fill("2026-03-01, 80\n2026-03-08, 92.5, new rota\n");
  await page.getByRole("button", { name: "Take readings" }).click();
  await expect(page.getByRole("img", { name: /Answers in time: 2 readings/ })).toBeVisible();
  await page.getByRole("combobox", { name: "Touchpoint", exact: true }).fill("Chat");
  await page.getByRole("combobox", { name: "Touchpoint", exact: true }).press("Escape");
  await page.getByRole("button", { name: "Link", exact: true }).click();
  await expect(page.locator(".links").getByRole("link", { name: "Chat" })).toBeVisible();
  await page.goto("/inventory/kpis");
  await expect(page.getByRole("row", { name: /Answers in time/ })).toContainText("92.5 %");
  await page.goto("/inventory/matrix");
  await expect(page.getByRole("row", { name: /^Chat/ })).toContainText("C");
  await page.goto("/inventory/kpis");
  await page.getByRole("link", { name: "Answers in time" }).click();
  await hydrated(page);
  await page.getByText("Remove this KPI").click();
  await page.getByRole("button", { name: "Remove", exact: true }).last().click();
  await expect(page).toHaveURL(/\/inventory\/kpis$/);
  await expect(page.getByRole("link", { name: "Answers in time" })).toHaveCount(0);
});

const PAGES = ["/inventory", "/inventory?group=stage&f.owner=sales", "/inventory/gaps", "/inventory/kpis", "/inventory/matrix", "/inventory/lists"];

test("every page of the inventory is fit for screen readers", async ({ page }) => {
  await signInAs(page, "CX manager");
  const open = [...PAGES];
  await page.goto("/inventory?q=Invoice");
  open.push(`/inventory/${await page.locator("tr[data-id]").first().getAttribute("data-id")}`);
  open.push(`/inventory?open=${await page.locator("tr[data-id]").first().getAttribute("data-id")}`);
  await page.goto("/inventory/kpis");
  open.push((await page.getByRole("link", { name: "Handle time" }).getAttribute("href"))!);
  for (const path of open) {
    await page.goto(path);
    await hydrated(page);
    const found = await new AxeBuilder({ page }).analyze();
    expect(found.violations.map((one) => `${path}: ${one.id} ${one.nodes[0].target}`)).toEqual([]);
  }
  await inventory(page);
  await expect(grid(page)).toMatchAriaSnapshot(`
    - grid "Touchpoints":
      - rowgroup:
        - row:
          - columnheader "Touchpoint"
          - columnheader "Owner"
          - columnheader "Stage"
      - rowgroup:
        - row:
          - rowheader /App$/
          - gridcell "Digital"
          - gridcell "Use"
  `);
});

test("nothing overflows a phone, in the dark", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  const page = await context.newPage();
  await signInAs(page, "CX manager");
  for (const path of PAGES) {
    await page.goto(path);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
  }
  await context.close();
});

test("without JavaScript the grid reads, sorts, filters and undoes", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signInAs(page, "CX manager");
  await page.goto("/inventory");
  await page.getByRole("columnheader", { name: "Events" }).getByRole("link").click();
  await expect(page.locator("tr[data-id]").first()).toContainText("Invoice");
  await page.getByRole("searchbox", { name: "Search touchpoints" }).fill("chat");
  await page.getByRole("searchbox", { name: "Search touchpoints" }).press("Enter");
  await expect(page.locator("tr[data-id]")).toHaveCount(1);
  await page.getByRole("link", { name: "Chat" }).click();
  await page.getByRole("textbox", { name: "What is promised" }).fill("An answer in a minute");
  await page.getByRole("button", { name: "Save", exact: true }).first().click();
  await expect(page.getByRole("textbox", { name: "What is promised" })).toHaveValue("An answer in a minute");
  await page.goto("/inventory");
  await page.getByRole("button", { name: /^Undo: Change of Chat/ }).click();
  await page.goto("/inventory?q=Chat");
  await page.getByRole("link", { name: "Chat" }).click();
  await expect(page.getByRole("textbox", { name: "What is promised" })).toHaveValue("");
  await context.close();
});

test("a front-line person proposes, and sees no way to change", async ({ page }) => {
  await signInAs(page, "Front line");
  await inventory(page);
  await expect(page.getByRole("link", { name: "+ Add a touchpoint" })).toHaveCount(0);
  await page.getByRole("link", { name: "Call", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Touchpoint" });
  await expect(panel.getByRole("textbox", { name: "Name" })).toBeDisabled();
  await panel.getByRole("combobox", { name: "What to change" }).selectOption("expectation");
  await panel.getByRole("textbox", { name: "What should stand there" }).fill("Not to wait");
  await panel.getByRole("textbox", { name: "Why" }).fill("They say so");
  await panel.getByRole("button", { name: "Propose" }).click();
  await expect(panel.locator(".proposal")).toContainText("Expectation");
  await panel.getByRole("button", { name: "Take it back" }).click();
  await expect(panel.locator(".proposals > .proposal")).toHaveCount(1);
});
