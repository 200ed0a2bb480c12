// The page's figures: its weight, how soon it runs, what a frame costs. One row each on standard
// output: name, value, unit, limit, ratio; tab-separated. `cargo xtask bench` runs it.
//
// A figure is a function that prints its rows; it opens the page as it needs it.

import { contextFor, launch, ready } from "./chromium.mjs";
import { median } from "./measure.mjs";
import { serve } from "./server.mjs";
import { LIMIT, weigh } from "./weight.mjs";

// `limit` 0: a figure without one.
function row(name, value, unit, limit = 0) {
  const ratio = limit > 0 ? value / limit : 0;
  console.log([name, Number(value.toFixed(2)), unit, limit, Number(ratio.toFixed(3))].join("\t"));
}

const server = await serve();
const browser = await launch();

// Runs `use` on a fresh page, slowed down by `throttle`.
async function onPage({ throttle = 1, ...options }, use) {
  const context = await contextFor(browser, server.origin, options);
  const page = await context.newPage();
  if (throttle > 1) {
    const session = await context.newCDPSession(page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  }
  try {
    return await use(page);
  } finally {
    await context.close();
  }
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

for (const figure of [weight, start]) await figure();

await browser.close();
await server.close();
