// The page's figures: its weight, how soon it runs, what a frame costs. One row each on standard
// output: name, value, unit, limit, ratio; tab-separated. `cargo xtask bench` runs it.
//
// A figure is a function that prints its rows; it opens the page as it needs it.

import { contextFor, launch, ready } from "./chromium.mjs";
import { add, card, dialog, inspect, play, records, until } from "./cluster.mjs";
import { frames, median, quantile } from "./measure.mjs";
import { serve } from "./server.mjs";
import { LIMIT, weigh } from "./weight.mjs";

// `limit` 0: a figure without one.
function row(name, value, unit, limit = 0) {
  const ratio = limit > 0 ? value / limit : 0;
  console.log([name, Number(value.toFixed(2)), unit, limit, Number(ratio.toFixed(3))].join("\t"));
}

const server = await serve();
const browser = await launch();

// Runs `use` on a fresh page.
async function onPage(options, use) {
  const context = await contextFor(browser, server.origin, options);
  const page = await context.newPage();
  try {
    return await use(page);
  } finally {
    await context.close();
  }
}

// As if the processor had so many times less to give.
async function slowDown(page, rate) {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate });
}

async function weight() {
  const { files, kb } = await weigh();
  row("page weight, gzipped, without fonts", kb, "kB", LIMIT);
  const program = files.find((file) => file.name.endsWith(".wasm"));
  if (program) row("of it the program", program.kb, "kB");
}

// From the address to the first render of the program, which takes the frame away.
async function start() {
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    times.push(
      await onPage({}, async (page) => {
        await page.addInitScript(() => {
          new MutationObserver((_changes, observer) => {
            const seen = document.getElementById("boot");
            if (seen) window.bootSeen = true;
            if (!window.bootSeen || seen) return;
            window.bootGone = performance.now();
            observer.disconnect();
          }).observe(document, { childList: true, subtree: true });
        });
        await page.goto("/");
        await ready(page);
        return page.evaluate(() => window.bootGone);
      }),
    );
  }
  row("page start, median of 5", median(times), "ms");
}

// The busiest stage that is still drawn with cells: 24 partitions, 200 records a second, simulated time as fast as
// the wall's, three replicas each, and a group of three that reads it all. Made by the page's own forms.
const BUSY_PARTITIONS = 24;
const BUSY_RATE = 200;
const REAL_TIME = { "kafkascope.pace": "clock", "kafkascope.speed.clock": "6" };

async function busy(page) {
  await page.goto("/");
  await ready(page);
  await page.getByRole("button", { name: "Add partitions to orders" }).click();
  await dialog(page).getByLabel("Partitions, new total").fill(String(BUSY_PARTITIONS));
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  for (const name of ["checkout", "web-logs"]) {
    await (await inspect(page, name)).getByRole("button", { name: "Close it" }).click();
  }
  await play(page);
  await card(page, `orders-${BUSY_PARTITIONS - 1}`).waitFor();
  await add(page, "Producer…");
  await dialog(page).getByRole("textbox", { name: "Keys", exact: true }).fill("alice, bob, carol, dave, erin, frank, grace, heidi");
  await dialog(page).getByRole("textbox", { name: "Rate", exact: true }).fill(String(BUSY_RATE));
  await dialog(page).getByRole("combobox", { name: "partitioner.class" }).selectOption("RoundRobinPartitioner");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  // Until the strips are full: from then on every frame is like every other.
  await until("the strips are full", async () => (await records(page, "orders", BUSY_PARTITIONS)) > 25 * BUSY_PARTITIONS, 120_000);
}

// What a frame costs the main thread then. Limits: half of a frame, and with a sixth of the speed two frames.
async function frameWork() {
  for (const [throttle, limit] of [[1, 8], [6, 33]]) {
    const saved = REAL_TIME;
    const { p50, p95, perSecond } = await onPage({ saved }, async (page) => {
      await busy(page);
      await slowDown(page, throttle);
      return frames(browser, page, 6_000);
    });
    const when = throttle > 1 ? `, CPU ÷ ${throttle}` : "";
    row(`frame work at ${BUSY_RATE} records/s on ${BUSY_PARTITIONS} partitions, p95${when}`, p95, "ms", limit);
    row(`the same, p50${when}`, p50, "ms");
    // 59 frames a second or more, said as the time that one takes, so that less is better as in all rows.
    row(`from frame to frame then, mean${when}`, 1000 / perSecond, "ms", throttle > 1 ? 0 : 1000 / 59);
  }
}

// A group of 500 with the Group lens open, in simulated time as fast as the wall's, from rest through two rebalances:
// the first member leaves after a second, and another joins four seconds later. The group is made without drawing.
async function crowd() {
  const saved = { ...REAL_TIME, "kafkascope.lens": "group" };
  const { p50, p95, perSecond } = await onPage({ saved }, async (page) => {
    await page.goto("/");
    await ready(page);
    await page.evaluate(() => window.wasmBindings.kafkascopeCrowd(500));
    await page.getByRole("button", { name: /^crowd: Stable, generation/ }).last().waitFor({ state: "attached", timeout: 120_000 });
    await play(page);
    const measured = await frames(browser, page, 9_000);
    const bands = await page.getByRole("button", { name: /^crowd: PreparingRebalance/ }).count();
    if (bands < 2) throw new Error(`the group rebalanced ${bands} times while it was measured`);
    return measured;
  });
  row("frame work in rebalances of 500 members, p95", p95, "ms", 16.7);
  row("the same, p50", p50, "ms");
  row("from frame to frame then, mean", 1000 / perSecond, "ms", 1000 / 59);
}

// A hundred brokers with a thousand partitions of three replicas, by clock in real time, with the Brokers lens open:
// one of them is killed after a second, noticed nine seconds later, and its leaderships move.
async function large() {
  const saved = { ...REAL_TIME, "kafkascope.lens": "brokers" };
  const { p50, p95, perSecond } = await onPage({ saved }, async (page) => {
    await page.goto("/");
    await ready(page);
    await page.evaluate(() => window.wasmBindings.kafkascopeLarge());
    await page.getByRole("button", { name: /^B100, Broker 100: alive/ }).waitFor({ timeout: 120_000 });
    await play(page);
    const measured = await frames(browser, page, 15_000);
    await page.getByRole("button", { name: /^B100, Broker 100: fenced/ }).waitFor({ timeout: 60_000 });
    return measured;
  });
  row("frame work on 100 brokers with 1,000 partitions, one lost, p95", p95, "ms", 16.7);
  row("the same, p50", p50, "ms");
  row("from frame to frame then, mean", 1000 / perSecond, "ms", 1000 / 59);
}

// The million records of benches/figures.rs, in wasm. With the native figure of the same run beside it, as
// `cargo xtask bench` gives it, the row is how many times slower; alone it is nanoseconds a record.
async function fullLoad() {
  const native = Number(process.env.KAFKASCOPE_NATIVE_NS ?? 0);
  const ms = await onPage({}, async (page) => {
    await page.goto("/");
    await ready(page);
    return page.evaluate(() => {
      const times = [];
      for (let run = 0; run < 3; run += 1) {
        const began = performance.now();
        if (!(window.wasmBindings.kafkascopeFullLoad() > 0)) throw new Error("the load did not end");
        times.push(performance.now() - began);
      }
      return Math.min(...times);
    });
  });
  row("model in Chromium", ms, "ns/record");
  if (native > 0) row("model in Chromium over native", ms / native, "times", 2.5);
}

// Any moment of a run of a million events, gone to in wasm; and the marks of any part of it, as a timeline that is zoomed
// makes them.
async function seeks() {
  const { seeks, axes } = await onPage({}, async (page) => {
    await page.goto("/");
    await ready(page);
    return page.evaluate(() => {
      if (!(window.wasmBindings.kafkascopePast() >= 1_000_000)) throw new Error("the run is too short");
      let state = 1;
      const random = () => {
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
      };
      const time = (act) => {
        const began = performance.now();
        act();
        return performance.now() - began;
      };
      const seeks = Array.from({ length: 150 }, () => time(() => window.wasmBindings.kafkascopeSeek(random())));
      // The events are read once, with the first axis.
      window.wasmBindings.kafkascopeAxis(0, 1);
      const axes = Array.from({ length: 300 }, () => {
        const from = random();
        const to = from + (1 - from) * random() ** 3;
        return time(() => {
          if (!(window.wasmBindings.kafkascopeAxis(from, to) >= 0)) throw new Error("there are no marks");
        });
      });
      return { seeks, axes };
    });
  });
  row("seek in a run of a million events, p95", quantile(seeks, 0.95), "ms", 150);
  row("the same, p50", median(seeks), "ms");
  row("another axis of a timeline of a million events, p95", quantile(axes, 0.95), "ms", 16.7);
  row("the same, p50", median(axes), "ms");
}

// A run of some 20,000 events with 50 commands, played from its lines; hands back its link.
async function long(page) {
  await page.goto("/");
  await ready(page);
  await page.keyboard.press("k");
  const sends = Array.from({ length: 50 }, (_, n) => `@${10 + n}s send producer=checkout key=alice value=v${n}`);
  await dialog(page).getByRole("textbox", { name: "Lines" }).fill(["lesson id=start", ...sends, "@90s now", ""].join("\n"));
  await dialog(page).getByRole("button", { name: "Play these lines" }).click();
  await page.getByText("Opened. What was here before can be had back.").waitFor({ timeout: 60_000 });
  await page.keyboard.press("k");
  const link = await dialog(page).getByRole("textbox", { name: "Link" }).inputValue();
  const event = /@90s\/(\d+) now/.exec(await dialog(page).getByRole("textbox", { name: "Lines" }).inputValue());
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  if (!(Number(event?.[1]) > 15_000)) throw new Error(`the run has ${event?.[1]} events`);
  return link;
}

// From a link in the address to its moment on the page that is there already.
async function opening() {
  const times = [];
  for (let run = 0; run < 5; run += 1) {
    times.push(
      await onPage({}, async (page) => {
        const link = await long(page);
        await page.getByRole("button", { name: "Undo" }).click();
        return page.evaluate(
          (link) =>
            new Promise((resolve) => {
              const began = performance.now();
              new MutationObserver(() => {
                if (/Opened\. What was here before/.test(document.body.textContent)) resolve(performance.now() - began);
              }).observe(document.body, { childList: true, subtree: true, characterData: true });
              location.hash = new URL(link).hash;
            }),
          link,
        );
      }),
    );
  }
  row("a link of 50 commands and 20,000 events, to its moment, median of 5", median(times), "ms", 300);
}

// A step back near the end of that run: what the page does for the key until it has nothing left to do.
async function stepBack() {
  const times = await onPage({}, async (page) => {
    await long(page);
    return page.evaluate(async () => {
      const times = [];
      for (let count = 0; count < 60; count += 1) {
        const began = performance.now();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
        // Rendering is asked for by a microtask; a message comes after all of those.
        await new Promise((resolve) => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => resolve();
          channel.port2.postMessage(0);
        });
        times.push(performance.now() - began);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return times;
    });
  });
  row("a step back in a run of 20,000 events, p95", quantile(times, 0.95), "ms", 16);
  row("the same, p50", median(times), "ms");
}

// The playhead dragged to and fro over that run, with all of it on the axis.
async function dragging() {
  for (const [throttle, limit] of [[1, 8], [6, 33]]) {
    const { p50, p95 } = await onPage({}, async (page) => {
      await long(page);
      const box = await page.locator(".timeline").boundingBox();
      const y = box.y + 40;
      await page.mouse.move(box.x + box.width / 2, y);
      for (let count = 0; count < 8; count += 1) await page.mouse.wheel(0, 400);
      await page.waitForTimeout(500);
      await slowDown(page, throttle);
      await page.mouse.down();
      let over = false;
      const moves = (async () => {
        for (let count = 0; !over; count += 1) {
          const part = 0.5 + 0.4 * Math.sin(count / 25);
          await page.mouse.move(box.x + 80 + part * (box.width - 100), y);
          await page.waitForTimeout(10);
        }
      })();
      const measured = await frames(browser, page, 6_000);
      over = true;
      await moves;
      await page.mouse.up();
      return measured;
    });
    const when = throttle > 1 ? `, CPU ÷ ${throttle}` : "";
    row(`frame work while the playhead is dragged over 20,000 events, p95${when}`, p95, "ms", limit);
    row(`the same, p50${when}`, p50, "ms");
  }
}

// node bench.mjs [NAME]   only the figure of that name
const figures = [weight, start, fullLoad, frameWork, crowd, large, seeks, opening, stepBack, dragging].filter((figure) => figure.name.includes(process.argv[2] ?? ""));
for (const figure of figures) await figure();

await browser.close();
await server.close();
