// What the specs do on the page, by the names that a person sees or hears: never by the structure of the page.

import { assert } from "./harness.mjs";

// Preferences of an earlier visit that make time go fast: by event at 60 steps a second, or by
// clock at 10 simulated seconds a second.
export const FAST = { "kafkascope.speed.event": "7" };
export const BY_CLOCK = { "kafkascope.pace": "clock", "kafkascope.speed.clock": "9" };

// On a slow machine everything comes, only later.
const PATIENCE = 45_000;

// Asks again and again until `ask` gives something true, and hands that back.
export async function until(what, ask, limit = PATIENCE) {
  const deadline = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${limit / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const stage = (page) => page.getByRole("region", { name: "The cluster" });
export const broken = (page) => page.getByRole("region", { name: "Broken now" });
export const dialog = (page) => page.getByRole("dialog");
export const add = async (page, what) => {
  await page.getByRole("button", { name: "Add to the cluster" }).click();
  await page.getByRole("menuitem", { name: what }).click();
  await dialog(page).waitFor();
};
export const play = (page) => page.getByRole("button", { name: "Play", exact: true }).click();
export const pause = (page) => page.getByRole("button", { name: "Pause", exact: true }).last().click();
export const step = (page) => page.getByRole("button", { name: "Step", exact: true }).click();

// How many steps the class has seen.
export async function steps(page) {
  return Number((await page.getByText(/^step \d+$/).textContent()).slice("step ".length));
}

// The simulated time that the clock shows, in seconds.
export async function clock(page) {
  const text = await page.getByRole("group", { name: "Simulated time" }).textContent();
  const [, minutes, seconds] = /(?:(\d+)\s*(?:min|:)\s*)?([\d.]+)\s*s/.exec(text) ?? assert.fail(`no time: ${text}`);
  return Number(minutes ?? 0) * 60 + Number(seconds);
}

// A partition's card by its full name, and what its accessible name says.
export const card = (page, name) => page.getByRole("button", { name: new RegExp(`^P\\d+, ${name}[:：]`) });
export async function partition(page, name) {
  const said = await card(page, name).getAttribute("aria-label");
  const number = (pattern) => {
    const found = pattern.exec(said);
    return found ? Number(found[1]) : undefined;
  };
  return {
    said,
    leader: number(/leader broker (\d+)/),
    records: number(/, (\d+) records?\b/),
    hw: number(/high watermark (\d+)/),
    committed: (group) => number(new RegExp(`${group} committed (\\d+)`)),
    position: (group) => number(new RegExp(`${group} at position (\\d+)`)) ?? number(new RegExp(`${group} committed (\\d+)`)),
    lag: number(/lag (\d+)/),
  };
}

// All records of a topic with so many partitions.
export async function records(page, topic, partitions) {
  let sum = 0;
  for (let number = 0; number < partitions; number += 1) {
    sum += (await partition(page, `${topic}-${number}`)).records;
  }
  return sum;
}

// Opens the inspector of the thing with this name on the stage, and hands it back.
export async function inspect(page, name) {
  await stage(page).getByRole("button", { name, exact: typeof name === "string" }).click();
  const close = page.getByRole("button", { name: "Close the inspector" });
  await close.waitFor();
  return page.getByRole("region").filter({ has: close }).last();
}

// What the inspector says beside a name.
export async function fact(inspector, name) {
  const term = inspector.getByRole("term").filter({ hasText: new RegExp(`^${name}$`) });
  return (await term.locator("xpath=following-sibling::dd").textContent()).trim();
}

// Presses `key` until `found` says of what has the focus that it is the one; returns how often.
export async function pressUntil(page, key, found, most = 150) {
  for (let count = 0; count <= most; count += 1) {
    if (await page.evaluate(found.test, found.with)) return count;
    await page.keyboard.press(key);
  }
  const active = await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  throw new Error(`${most} × ${key} did not come to ${JSON.stringify(found.with)}; the focus is on ${active}`);
}

// Moves the focus by Tab to the button, field or choice with this text or label.
export const tabTo = (page, name, key = "Tab") =>
  pressUntil(page, key, {
    with: name,
    test: (name) => {
      const active = document.activeElement;
      if (!active || active === document.body) return false;
      const labels = [...(active.labels ?? [])].map((label) => label.textContent);
      const texts = [active.getAttribute("aria-label"), ...labels, active.textContent];
      return texts.some((text) => text?.trim() === name || text?.trim().startsWith(`${name} `));
    },
  });

// Plays a run given as its lines, with the text that the page writes for one in "Share and keep".
export async function playLines(page, lines) {
  await page.keyboard.press("k");
  await dialog(page).getByRole("textbox").nth(1).waitFor();
  await dialog(page).locator("textarea").last().fill(`${lines.join("\n")}\n`);
  await dialog(page).getByRole("button", { name: /^Play these lines|^运行这些/ }).click();
  await dialog(page).waitFor({ state: "detached", timeout: 60_000 });
}

// Three brokers in racks a, b and c; `orders` has one partition that broker 1 leads, and a consumer reads it whose
// `client.rack` is `rack` (KIP-392).
export const RACKS = (rack) => [
  "cluster brokers=3 seed=7 begin=0s racks=a,b,c replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector",
  "@0s create-topic topic=orders partitions=1 replication.factor=3",
  "@1s reassign topic=orders partition=0 replicas=1,2,3",
  "@3s elect-leaders type=preferred topic=orders partition=0",
  "@4s add-producer producer=checkout topic=orders keys=alice,bob rate=20 acks=all",
  `@5s add-consumer consumer=C1 assign=orders:0 auto.offset.reset=earliest client.rack=${rack}`,
  "@9s now",
];

// A producer that compresses with gzip, and a topic that its broker keeps in zstd.
export const COMPRESSED = [
  "cluster brokers=3 seed=7 begin=0s",
  "@0s create-topic topic=orders partitions=1 replication.factor=3 compression.type=zstd",
  '@2s add-producer producer=zip topic=orders rate=200 linger.ms=200 compression.type=gzip value="the same words again and again, as in most logs that anybody keeps"',
  "@6s now",
];
