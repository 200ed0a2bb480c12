// What the page is made of. Its weight must not grow: the budget is lower and stands in the bench, which says by how much
// it is missed. And who built it is nobody's business.

import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { assert, test } from "../harness.mjs";
import { dist } from "../server.mjs";
import { HEAVIEST, weigh } from "../weight.mjs";

test(`the page weighs at most ${HEAVIEST} kB gzipped, without fonts`, { page: false }, async () => {
  const { files, kb } = await weigh();
  const list = files.map((file) => `${file.kb.toFixed(1)} kB ${file.name}`).join("\n");
  assert.ok(kb <= HEAVIEST, `${kb.toFixed(1)} kB:\n${list}`);
});

test("the page holds no path of the machine that built it", { page: false }, async () => {
  const { files } = await weigh();
  for (const { name } of files) {
    const text = await readFile(join(dist, name), "latin1");
    for (const path of [`${homedir()}/`, `${process.cwd()}/`, "registry/src"]) {
      const at = text.indexOf(path);
      assert.ok(at < 0, `${name}: ${text.slice(at, at + 120)}`);
    }
  }
});
