// The same seed and commands give the same run in wasm as natively: the page computes the digest
// that tests/determinism.rs computes, and both must be the recorded one.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { assert, test } from "../harness.mjs";
import { project } from "../server.mjs";

if (existsSync(join(project, "tests", "determinism.rs"))) {
  test("a run in wasm has the recorded digest", async ({ page, open }) => {
    const recorded = await readFile(join(project, "tests", "determinism.digest"), "utf8");
    await open();
    const digest = await page.evaluate(() => window.wasmBindings.kafkascopeDigest());
    assert.equal(digest.trim(), recorded.trim());
  });
}
