// The screenshots that README.md names, written into target/shots. A picture is a line in the
// table: its name, the window and preferences, and what to do before it is taken.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { contextFor, launch, ready } from "./chromium.mjs";
import { project, serve } from "./server.mjs";

const SHOTS = [
  { name: "start-light" },
  { name: "start-dark", theme: "dark" },
  { name: "start-zh", lang: "zh-CN" },
  { name: "start-tablet", viewport: { width: 820, height: 1180 } },
];

const folder = join(project, "target", "shots");
await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const { name, act, ...options } of SHOTS) {
  const context = await contextFor(browser, server.origin, { deviceScaleFactor: 2, ...options });
  const page = await context.newPage();
  await page.goto("/");
  await ready(page);
  await act?.(page);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  console.log(`target/shots/${name}.png`);
  await context.close();
}
await browser.close();
await server.close();
