// The arithmetic of the bench, on made-up traces.

import { assert, test } from "../harness.mjs";
import { median, quantile, workByFrame } from "../measure.mjs";

test("quantiles are values that were measured", { page: false }, async () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2);
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(quantile(hundred, 0.95), 95);
  assert.equal(quantile([7], 0.95), 7);
});

test("work belongs to the frame it was done in, on the page's thread", { page: false }, async () => {
  const mark = (ts) => ({
    name: "TimeStamp",
    pid: 1,
    tid: 2,
    ts,
    args: { data: { message: "kafkascope-frame" } },
  });
  const task = (ts, dur, tid = 2) => ({ name: "RunTask", ph: "X", pid: 1, tid, ts, dur });
  const events = [
    mark(1_000),
    task(900, 300), // holds the first mark: work before the measuring
    task(2_000, 500),
    task(3_000, 9_000, 3), // another thread
    mark(17_600),
    task(17_500, 1_500), // holds the second mark
    task(20_000, 250),
    mark(34_300),
    task(34_200, 750),
  ];
  assert.deepEqual(workByFrame(events), [2, 1]);
  // On a busy machine a task takes longer than its thread works for it.
  for (const event of events.filter((event) => event.dur)) event.tdur = event.dur / 2;
  assert.deepEqual(workByFrame(events), [1, 0.5]);
});
