// Measuring what the page costs while it runs.

export function median(values) {
  return quantile(values, 0.5);
}

export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return sorted[Math.max(0, place)];
}

// What the main thread works in each frame while the page runs for `ms`, from Chromium's own
// trace: scripts, style, layout and paint, everything that is a task of the page's main thread.
// Hands back the work of a frame at p50 and p95 in milliseconds, and the frames a second.
export async function frames(browser, page, ms) {
  await browser.startTracing(page, {
    categories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"],
  });
  // A mark in each frame: where one frame's work ends and the next one's begins.
  const count = await page.evaluate(
    (ms) =>
      new Promise((resolve) => {
        let count = 0;
        const began = performance.now();
        const each = (now) => {
          console.timeStamp("kafkascope-frame");
          count += 1;
          if (now - began < ms) requestAnimationFrame(each);
          else resolve((count - 1) / ((now - began) / 1000));
        };
        requestAnimationFrame(each);
      }),
    ms,
  );
  const trace = JSON.parse((await browser.stopTracing()).toString("utf8"));
  const work = workByFrame(trace.traceEvents);
  return { p50: quantile(work, 0.5), p95: quantile(work, 0.95), perSecond: count };
}

// The tasks of the thread that left the marks, added up between one mark and the next. Times in a
// trace are microseconds.
export function workByFrame(events) {
  const marks = events
    .filter((event) => event.name === "TimeStamp" && event.args?.data?.message === "kafkascope-frame")
    .sort((a, b) => a.ts - b.ts);
  if (marks.length < 2) throw new Error("the trace holds no frames");
  const [{ pid, tid }] = marks;
  const tasks = events
    .filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && event.name === "RunTask")
    .sort((a, b) => a.ts - b.ts);
  if (tasks.length === 0) throw new Error("the trace holds no tasks of the page");
  const work = new Array(marks.length - 1).fill(0);
  let frame = 0;
  for (const task of tasks) {
    // A frame's mark lies inside its task, so a task belongs to the first mark after its start.
    while (frame < marks.length && marks[frame].ts < task.ts) frame += 1;
    // The thread's own time where the trace has it: what others do on a shared machine is not the page's work.
    if (frame > 0 && frame < marks.length) work[frame - 1] += (task.tdur ?? task.dur) / 1000;
  }
  return work;
}
