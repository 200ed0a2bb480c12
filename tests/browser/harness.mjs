// What a spec uses. A spec is a file in specs/ that calls `test` once for each thing that must
// hold:
//
//   import { assert, test } from "../harness.mjs";
//
//   test("a producer can be added", async ({ page, open, axe }) => {
//     await open();
//     await page.getByRole("button", { name: "Producer" }).click();
//     await axe();
//   });
//
//   test("the dark page in Chinese", { theme: "dark", lang: "zh-CN" }, async ({ open }) => …);
//
// Each test gets a fresh profile and fails, beyond its own assertions, on: an error or warning on
// the console, an uncaught exception, a failed request, a request to another origin, any request
// after the page has loaded. What a test provokes on purpose it allows by name: `allow(/…/)`.
// On a failure a screenshot lies in target/browser/.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

import { ready } from "./chromium.mjs";

export { assert };

export const registry = { file: "", tests: [] };

// test(name, [options], run). Options: those of `contextFor` in chromium.mjs; `page: false` for a
// test that needs no browser; `timeout` in milliseconds.
export function test(name, options, run) {
  const [settings, body] = run ? [options, run] : [{}, options];
  registry.tests.push({ file: registry.file, name, options: settings, run: body });
}

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Everything that a test is handed; `troubles` is what went wrong besides its assertions.
export function fixture(page, context, server) {
  const troubles = [];
  const allowed = [];
  let loaded = false;
  const trouble = (text) => {
    if (!allowed.some((pattern) => pattern.test(text))) troubles.push(text);
  };

  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      trouble(`console ${message.type()}: ${message.text()}`);
    }
  });
  page.on("pageerror", (error) => trouble(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => {
    // Chromium reports a download as aborted when the program that it streams into has all its
    // bytes a moment before the connection says so. One that truly broke off starts no program.
    const reason = request.failure()?.errorText;
    if (reason === "net::ERR_ABORTED" && request.url().endsWith(".wasm")) return;
    trouble(`request failed: ${request.url()} (${reason})`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (url.startsWith("data:") || url.startsWith("blob:")) return;
    if (!url.startsWith(`${server.origin}/`)) trouble(`request to elsewhere: ${url}`);
    else if (loaded) trouble(`request after load: ${url}`);
  });

  // Lets a trouble pass whose text matches.
  const allow = (pattern) => allowed.push(pattern);

  // Opens the page (`path` may carry a query or a fragment) and waits until it runs.
  const open = async (path = "/") => {
    loaded = false;
    await page.goto(server.origin + path);
    await ready(page);
    loaded = true;
  };

  const reload = async () => {
    loaded = false;
    await page.reload();
    await ready(page);
    loaded = true;
  };

  // Fails on any accessibility violation that axe-core finds, on the page or below `selector`.
  const axe = async (selector) => {
    // What fades in is judged once it is there.
    await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
    // Through the debugging protocol, which the page's content security policy does not concern.
    await page.evaluate(await axeSource);
    const violations = await page.evaluate(async (selector) => {
      const found = await window.axe.run(selector ?? document, { resultTypes: ["violations"] });
      return found.violations.map((violation) => ({
        rule: violation.id,
        impact: violation.impact,
        nodes: violation.nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
      }));
    }, selector);
    assert.deepEqual(violations, [], `axe-core found ${violations.length} violation(s)`);
  };

  // The page is no wider than its window.
  const noSidewaysScroll = async () => {
    const [content, window] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.ok(content <= window, `the page is ${content} px wide in a window of ${window}`);
  };

  return { page, context, server, open, reload, axe, allow, noSidewaysScroll, troubles };
}
