// Runs the specs against dist/, one after another, each in a fresh profile of one Chromium.
//
//   node run.mjs [TEXT]     only the tests with TEXT in their file or name
//
// `cargo xtask test` builds the page first. The last line is "N passed, N failed".

import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { contextFor, launch } from "./chromium.mjs";
import { fixture, registry } from "./harness.mjs";
import { dist, project, serve } from "./server.mjs";

// Generous: they only tell how long a failure takes, and CI machines are slow and noisy.
const TIMEOUT = 120_000;
const filter = process.argv[2] ?? "";
const pictures = join(project, "target", "browser");

if (!(await stat(join(dist, "index.html")).catch(() => undefined))) {
  console.error("dist/ holds no page: build it with cargo xtask build");
  process.exit(1);
}

const specs = new URL("./specs/", import.meta.url);
for (const file of (await readdir(specs)).filter((name) => name.endsWith(".mjs")).sort()) {
  registry.file = file.replace(/\.mjs$/, "");
  await import(new URL(file, specs));
}

const chosen = registry.tests.filter(({ file, name }) => `${file} ${name}`.includes(filter));
const browser = await launch();
let failed = 0;
for (const test of chosen) {
  const began = performance.now();
  const error = await runOne(test);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const title = `${test.file} › ${test.name} (${seconds} s)`;
  if (error) {
    failed += 1;
    console.log(`not ok ${title}`);
    console.log(String(error.stack ?? error).replace(/^/gm, "       "));
  } else {
    console.log(`ok     ${title}`);
  }
}
await browser.close();

console.log(`\n${chosen.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || chosen.length === 0 ? 1 : 0;

// Nothing if all went well, else what went wrong.
async function runOne({ file, name, options, run }) {
  const { page: wantsPage = true, timeout = TIMEOUT, ...settings } = options;
  if (!wantsPage) return within(timeout, run({})).catch((error) => error);

  const server = await serve();
  const context = await contextFor(browser, server.origin, settings);
  context.setDefaultTimeout(Math.min(timeout, 30_000));
  const page = await context.newPage();
  const tools = fixture(page, context, server);
  let error;
  try {
    await within(timeout, run(tools));
    // What the page does wrong a moment later counts as well.
    await page.waitForTimeout(50);
    if (tools.troubles.length > 0) throw new Error(tools.troubles.join("\n"));
  } catch (caught) {
    error = caught;
    if (tools.troubles.length > 0 && !String(error).includes(tools.troubles[0])) {
      error.stack += `\nAnd besides:\n${tools.troubles.join("\n")}`;
    }
    await mkdir(pictures, { recursive: true });
    const picture = `${file}-${name}`.replace(/[^\p{L}\p{N}]+/gu, "-");
    await page.screenshot({ path: join(pictures, `${picture}.png`) }).catch(() => undefined);
  }
  await context.close();
  await server.close();
  return error;
}

function within(limit, promise) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limit / 1000} s`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
