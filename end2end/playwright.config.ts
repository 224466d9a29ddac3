import { defineConfig } from "@playwright/test";

// Debian's Chromium; nothing is downloaded. The server is started by `cargo xtask test`.
const launch = {
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
};

export default defineConfig({
  testDir: "tests",
  fullyParallel: false,
  workers: 1,
  timeout: 60_000,
  reporter: [["list"]],
  use: { baseURL: process.env.THROUGHLINE_URL, launchOptions: launch, viewport: { width: 1440, height: 900 } },
  outputDir: "../target/end2end",
});
