// The page's weight must not grow. Its budget is lower and stands in the bench, which says by how much it is missed.

import { assert, test } from "../harness.mjs";
import { HEAVIEST, weigh } from "../weight.mjs";

test(`the page weighs at most ${HEAVIEST} kB gzipped, without fonts`, { page: false }, async () => {
  const { files, kb } = await weigh();
  const list = files.map((file) => `${file.kb.toFixed(1)} kB ${file.name}`).join("\n");
  assert.ok(kb <= HEAVIEST, `${kb.toFixed(1)} kB:\n${list}`);
});
