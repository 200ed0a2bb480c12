// The page's weight has a limit; the goal is lower and stands in the bench.

import { assert, test } from "../harness.mjs";
import { LIMIT, weigh } from "../weight.mjs";

test(`the page weighs at most ${LIMIT} kB gzipped, without fonts`, { page: false }, async () => {
  const { files, kb } = await weigh();
  const list = files.map((file) => `${file.kb.toFixed(1)} kB ${file.name}`).join("\n");
  assert.ok(kb <= LIMIT, `${kb.toFixed(1)} kB:\n${list}`);
});
