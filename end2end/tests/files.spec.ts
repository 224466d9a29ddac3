// Files and the interface for machines, looked at by other programs: what leaves the product opens elsewhere, and says the
// same as its page.
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import { hydrated, signInAs } from "./people";

const execFileLater = promisify(execFile);
let folder = "";
test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "throughline-files-"));
});
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (program: string, ...words: string[]) => execFileSync(program, words, { encoding: "utf8", timeout: 120_000 });

async function saved(page: Page, file: string, query = "") {
  const answer = await page.request.get(new URL(`/export/${file}${query}`, page.url()).href);
  expect(answer.status(), file).toBe(200);
  const path = join(folder, file);
  writeFileSync(path, await answer.body());
  return path;
}

// Rows of a CSV file whose cells hold no line breaks.
function rows(text: string) {
  return text.trim().split(/\r?\n/).map((line) => {
    const cells: string[] = [];
    for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
      cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    }
    return cells;
  });
}

test("documents open in poppler: fonts inside, tagged, in reading order, with the page's figures", async ({ page }) => {
  await signInAs(page, "CX manager");
  for (const [path, file, heads] of [
    ["/summary", "summary.pdf", ["What changed", "What costs most", "Who committed to what"]],
    ["/drivers", "drivers.pdf", ["What causes contacts", "Whose contacts these are", "Reasons that were given"]],
  ] as const) {
    await page.goto(path);
    const pdf = await saved(page, file);
    const about = run("pdfinfo", pdf);
    expect(about, file).toMatch(/Tagged:\s+yes/);
    expect(about, file).toMatch(/Page size:\s+595\S* x 841\S* pts \(A4\)/);
    // Two lines of heads, then a font a line: name, type, encoding, whether it is embedded.
    const fonts = run("pdffonts", pdf).trim().split("\n").slice(2);
    expect(fonts.length, file).toBeGreaterThan(0);
    for (const font of fonts) {
      expect(font, file).toMatch(/\syes\s+(yes|no)\s+(yes|no)\s+\d+\s+\d+\s*$/);
    }
    const text = run("pdftotext", "-layout", pdf, "-");
    let last = -1;
    for (const head of heads) {
      const at = text.toLowerCase().indexOf(head.toLowerCase());
      expect(at, `${head} of ${file}`).toBeGreaterThan(last);
      last = at;
    }
    if (path === "/summary") {
      // Each headline stands in the document as it stands on the page.
      const figures = await page.locator(".headlines .headline-figure a").allInnerTexts();
      expect(figures.length).toBeGreaterThan(3);
      const flat = text.replaceAll(/\s+/g, " ");
      for (const figure of figures.filter((one) => /\d/.test(one))) {
        expect(flat, figure).toContain(figure.replaceAll(/\s+/g, " ").trim());
      }
    }
    // Each page can be drawn, and none is empty.
    run("pdftoppm", "-r", "30", "-gray", pdf, join(folder, file));
    const pages = Number(/Pages:\s+(\d+)/.exec(about)?.[1]);
    const digits = String(pages).length;
    for (let at = 1; at <= pages; at += 1) {
      const picture = readFileSync(join(folder, `${file}-${String(at).padStart(digits, "0")}.pgm`));
      const dark = picture.subarray(32).filter((light) => light < 128).length;
      expect(dark, `page ${at} of ${file}`).toBeGreaterThan(100);
    }
  }
});

test("each file that an export menu names is there", async ({ page }) => {
  await signInAs(page, "CX manager");
  for (const path of ["/summary", "/drivers", "/drivers?department=Billing", "/drivers/trends", "/reviews", "/journeys"]) {
    await page.goto(path);
    const links = page.locator(".page-actions a[download]");
    const files = await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
    expect(files.length, path).toBeGreaterThan(1);
    for (const file of files) {
      expect((await page.request.get(file)).status(), file).toBe(200);
    }
  }
});

test("workbooks open in LibreOffice and read back equal, and a name like a formula stays text", async ({ page }) => {
  test.setTimeout(180_000);
  await signInAs(page, "CX manager");
  for (const [path, of] of [["/drivers", "drivers"], ["/reviews", "reviews"], ["/drivers/trends", "trends"]] as const) {
    await page.goto(path);
    const book = await saved(page, `${of}.xlsx`);
    const table = rows(readFileSync(await saved(page, `${of}.csv`), "utf8"));
    run("soffice", "--headless", `-env:UserInstallation=file://${folder}/office`, "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "--outdir", join(folder, "read"), book);
    const read = rows(readFileSync(join(folder, "read", `${of}.csv`), "utf8"));
    expect(read.length, of).toBe(table.length);
    for (const [at, row] of table.entries()) {
      for (const [column, cell] of row.entries()) {
        const found = read[at][column] ?? "";
        const number = Number(cell);
        if (cell !== "" && Number.isFinite(number)) {
          expect(Number(found), `${of} ${at}/${column}`).toBeCloseTo(number, 5);
        } else {
          expect(found, `${of} ${at}/${column}`).toBe(cell.replace(/^'(?=[=+@-])/, ""));
        }
      }
    }
  }
});

test("the interface for machines does what its description says", async ({ page, request }) => {
  test.setTimeout(300_000);
  await signInAs(page, "CX manager");
  await page.goto("/alerts");
  await hydrated(page);
  const base = new URL("/", page.url()).href;
  const document = new URL("/api/v1/openapi.json", base).href;
  const described = await (await request.get(document)).json();
  const paths = Object.keys(described.paths);
  expect(paths.length).toBeGreaterThan(10);
  // A key may ask so often a minute, so each path has a key of its own, and its asker is slower than that.
  const schemathesis = process.env.THROUGHLINE_SCHEMATHESIS ?? "schemathesis";
  const asking = [];
  for (const path of paths) {
    await page.getByLabel("Name of the key").fill(`for ${path}`);
    await page.getByRole("button", { name: "Make a key" }).click();
    const made = page.getByRole("row", { name: `for ${path}`, exact: false });
    await expect(made.first()).toBeVisible();
    const token = (await page.locator("code.token").innerText()).trim();
    const words = [
      "run", document, "--include-path", path, "--header", `Authorization: Bearer ${token}`, "--max-examples", "5",
      "--rate-limit", "100/m", "--seed", "7", "--phases", "coverage,fuzzing", "--request-timeout", "20", "--no-color",
    ];
    const asked = execFileLater(schemathesis, words, { encoding: "utf8", timeout: 240_000, cwd: folder });
    asking.push(asked.then(({ stdout }) => stdout, (error) => `FAILURES of ${path}: ${error.stdout} ${error}`));
  }
  for (const said of await Promise.all(asking)) {
    expect(said).not.toContain("FAILURES");
    expect(said).toMatch(/[1-9]\d* generated/);
  }
});
