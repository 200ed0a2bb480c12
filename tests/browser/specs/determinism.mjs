// The same seed and commands give the same run in wasm as natively: the page computes the digest
// that tests/determinism.rs computes, and both must be the recorded one.

import { existsSync } from "node:fs";
import { readFile, readdir } from "node:fs/promises";
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

  test("every golden run in wasm has the digests that it has natively", { timeout: 180_000 }, async ({ page, open }) => {
    const folder = join(project, "tests", "golden", "runs");
    const names = (await readdir(folder)).filter((name) => name.endsWith(".txt"));
    assert.ok(names.length >= 50, `${names.length} golden runs`);
    await open();
    const differ = [];
    for (const name of names) {
      const run = await readFile(join(folder, name), "utf8");
      const digests = await page.evaluate((run) => window.wasmBindings.kafkascopePlay(run), run);
      if (!run.startsWith(`# ${digests}\n`)) differ.push(`${name}: ${digests}`);
    }
    assert.deepEqual(differ, []);
  });
}
