// Screenshots, written into target/shots: those that README.md names, and one of each state of the page that should
// be looked at after a change. A picture is a line in the table: its name, the window and preferences, and what to do
// before it is taken.
//
//   node shots.mjs [TEXT]   only the pictures with TEXT in their name

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { contextFor, launch, ready } from "./chromium.mjs";
import { BY_CLOCK, COMPRESSED, FAST, RACKS, add, inspect, pause, play, playLines, step, steps, until } from "./cluster.mjs";
import { project, serve } from "./server.mjs";

const TABLET = { width: 1024, height: 768 };
const PHONE = { width: 390, height: 844 };

// What is done before a picture is taken.
const form = (name) => (page) => add(page, name);
const menu = (name) => (page) => page.getByRole("button", { name }).click();
const inspecting = (name) => (page) => inspect(page, name);
const tab = (name) => (page) => page.getByRole("button", { name, exact: true }).click();

// At the moment when a batch is between its producer and its partition.
async function pausedInFlight(page) {
  const newest = page.getByRole("log").locator(".line").first();
  await until("a batch leaves", async () => {
    if (/sent a batch/.test(await newest.textContent())) return true;
    const before = await steps(page);
    await step(page);
    await until("a step was taken", async () => (await steps(page)) > before);
    return false;
  });
  await play(page);
  await page.waitForTimeout(30);
  await pause(page);
}

function crash(...brokers) {
  return async (page) => {
    for (const id of brokers) {
      const inspector = await inspect(page, new RegExp(`^B${id}, Broker ${id}`));
      await inspector.getByRole("button", { name: "Crash", exact: true }).click();
    }
    await play(page);
    await page.waitForTimeout(3_000);
    await pause(page).catch(() => undefined);
  };
}

// The form of a fault, found by its place in the palette where the language is another.
function breaking(name) {
  return async (page) => {
    await page.keyboard.press("x");
    await page.getByRole("dialog").getByRole("button", { name }).click();
  };
}

// A broker cut off, another frozen, and a producer with a wrong clock.
async function faulty(page) {
  for (const [row, node] of [[0, "3"], [3, "freeze-broker broker=2"], [8, "checkout"], [0, "checkout"]]) {
    await page.keyboard.press("x");
    await page.locator(".palette-row").nth(row).click();
    await page.locator("dialog select").first().selectOption(node);
    await page.locator("dialog button[type=submit]").click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await play(page).catch(() => page.keyboard.press(" "));
  await page.waitForTimeout(2_000);
}

// The ledger after some seconds, with the life of its newest record of one verdict.
function ledgerOf(total) {
  return async (page) => {
    await play(page).catch(() => page.keyboard.press(" "));
    await page.waitForTimeout(4_000);
    await page.keyboard.press(" ");
    await page.locator(".ledger-bar").getByRole("button", { name: total }).first().click();
    await page.locator(".ledger-row").first().click();
  };
}

async function noTopics(page) {
  const inspector = await inspect(page, "orders");
  await inspector.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
  await play(page);
  await page.getByText("No topic yet").waitFor();
  await page.waitForTimeout(1_000);
}

async function nothingLeft(page) {
  for (const name of ["checkout", "web-logs"]) {
    await (await inspect(page, name)).getByRole("button", { name: "Close it" }).click();
  }
  await (await inspect(page, "billing")).getByRole("button", { name: "Close all" }).click();
  await noTopics(page);
}

// A lesson to the end of its step `beats`, or before its question is answered.
function lesson(number, beats) {
  return async (page) => {
    await page.locator(".header .scenario button").first().click();
    await page.getByRole("menuitemradio", { name: new RegExp(`Lesson ${number} |第 ${number} 课`) }).click();
    const lead = page.locator(".lesson-lead");
    for (let beat = 1; beat <= beats; beat += 1) {
      if ((await page.getByRole("radio").count()) > 0) {
        await page.getByRole("radio").nth(1).check();
      }
      await lead.click();
      await until("the step has ended", async () => (await page.locator(".lesson-done").count()) > 0);
      if (beat < beats) await lead.click();
    }
    if (beats > 0) return;
    await page.getByText(/step 1 of|第 1 步/).waitFor();
  };
}

async function question(page) {
  await lesson(3, 1)(page);
  await page.locator(".lesson-lead").click();
  await page.getByRole("radio").nth(1).check();
}

async function manyPartitions(page) {
  await page.getByRole("button", { name: "Add partitions to orders" }).click();
  await page.getByRole("dialog").getByLabel("Partitions, new total").fill("24");
  await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
  await play(page);
  await page.waitForTimeout(3_000);
  await pause(page);
}

const why = (page) => page.getByTitle("0: alice", { exact: true }).click();

async function wrongInput(page) {
  await add(page, "Topic…");
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("or ders");
  await page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await page.locator("[aria-invalid=true]").waitFor();
}

const SHOTS = [
  { name: "start-light" },
  { name: "start-dark", theme: "dark" },
  { name: "start-zh", lang: "zh-CN" },
  { name: "start-tablet", viewport: { width: 820, height: 1180 } },
  { name: "start-1024", viewport: TABLET },
  { name: "start-1024-zh-dark", viewport: TABLET, lang: "zh-CN", theme: "dark" },
  { name: "start-phone", viewport: PHONE },
  { name: "phone-story", viewport: PHONE, act: tab("Story") },
  { name: "phone-about", viewport: PHONE, act: tab("Start") },
  { name: "phone-inspector", viewport: PHONE, act: inspecting("checkout") },
  { name: "phone-zh", viewport: PHONE, lang: "zh-CN" },
  { name: "in-flight-light", act: pausedInFlight },
  { name: "in-flight-dark", theme: "dark", act: pausedInFlight },
  { name: "one-broker-down", saved: BY_CLOCK, act: crash(2) },
  { name: "two-brokers-down", saved: BY_CLOCK, act: crash(2, 3) },
  { name: "all-brokers-down-dark", saved: BY_CLOCK, theme: "dark", act: crash(1, 2, 3) },
  { name: "faults-palette", act: (page) => page.keyboard.press("x") },
  { name: "faults-palette-phone-zh", viewport: PHONE, lang: "zh-CN", act: (page) => page.keyboard.press("x") },
  { name: "faults-broken", saved: BY_CLOCK, act: faulty },
  { name: "faults-broken-dark", saved: BY_CLOCK, theme: "dark", act: faulty },
  { name: "faults-broken-phone", saved: BY_CLOCK, viewport: PHONE, act: faulty },
  { name: "faults-broken-zh", saved: BY_CLOCK, lang: "zh-CN", act: faulty },
  { name: "faults-form", act: breaking(/^Cut a link/) },
  { name: "ledger-light", saved: BY_CLOCK, act: ledgerOf(/visible$/) },
  { name: "ledger-dark", saved: BY_CLOCK, theme: "dark", act: ledgerOf(/visible$/) },
  { name: "ledger-zh", saved: BY_CLOCK, lang: "zh-CN", act: ledgerOf(/可见$/) },
  { name: "ledger-phone", saved: BY_CLOCK, viewport: PHONE, act: ledgerOf(/visible$/) },
  { name: "no-topics", saved: FAST, act: noTopics },
  { name: "nothing-left", saved: FAST, act: nothingLeft },
  { name: "many-partitions", saved: BY_CLOCK, act: manyPartitions },
  { name: "lesson-1", saved: BY_CLOCK, act: lesson(1, 3) },
  { name: "lesson-2", saved: BY_CLOCK, act: lesson(2, 3) },
  { name: "lesson-2-end-dark", saved: BY_CLOCK, theme: "dark", act: lesson(2, 5) },
  { name: "lesson-3-question", saved: BY_CLOCK, act: question },
  { name: "lesson-3", saved: BY_CLOCK, act: lesson(3, 5) },
  { name: "lesson-3-zh", saved: BY_CLOCK, lang: "zh-CN", act: lesson(3, 2) },
  { name: "lesson-2-zh", saved: BY_CLOCK, lang: "zh-CN", act: lesson(2, 5) },
  { name: "lesson-phone", saved: BY_CLOCK, viewport: PHONE, act: lesson(2, 1) },
  { name: "lesson-1024", saved: BY_CLOCK, viewport: TABLET, act: lesson(2, 1) },
  { name: "dialog-topic", act: form("Topic…") },
  { name: "dialog-producer", act: form("Producer…") },
  { name: "dialog-consumer-dark", theme: "dark", act: form("Consumer…") },
  { name: "dialog-broker", act: form("Broker…") },
  { name: "dialog-cluster", act: form("Cluster settings…") },
  { name: "dialog-wrong", act: wrongInput },
  { name: "dialog-phone", viewport: PHONE, act: (page) => page.keyboard.press("n") },
  { name: "dialog-zh", lang: "zh-CN", act: (page) => page.keyboard.press("n") },
  { name: "menu-add", act: menu("Add to the cluster") },
  { name: "menu-scenario", act: menu(/^Scenario:/) },
  { name: "menu-speed", act: menu(/^Pace and speed:/) },
  { name: "menu-colours-dark", theme: "dark", act: menu(/^Colours:/) },
  { name: "help", act: menu("Help") },
  { name: "help-zh-dark", lang: "zh-CN", theme: "dark", act: menu("帮助") },
  { name: "why", act: why },
  { name: "why-phone", viewport: PHONE, act: why },
  { name: "inspect-producer", act: inspecting("checkout") },
  { name: "inspect-consumer", act: inspecting("C1") },
  { name: "inspect-group", act: inspecting("billing") },
  { name: "inspect-topic", act: inspecting("orders") },
  { name: "inspect-partition-dark", theme: "dark", act: inspecting(/^P1, orders-1/) },
  { name: "inspect-broker", act: inspecting(/^B1, Broker 1/) },
  { name: "group-whole", saved: FAST, act: joined },
  { name: "group-rebalance", saved: FAST, act: rebalance },
  { name: "group-dark", saved: FAST, theme: "dark", viewport: TABLET, act: rebalance },
  { name: "group-zh", saved: FAST, lang: "zh-CN", act: (page) => page.keyboard.press("3") },
  { name: "sequence", act: sequence },
  { name: "sequence-dark", theme: "dark", viewport: TABLET, act: sequence },
  { name: "sequence-phone", viewport: PHONE, act: sequence },
  { name: "sequence-zh", lang: "zh-CN", act: (page) => page.keyboard.press("4") },
  { name: "group-modern", saved: BY_CLOCK, act: modern },
  { name: "group-modern-dark", saved: BY_CLOCK, theme: "dark", act: modern },
  { name: "group-broken", saved: BY_CLOCK, act: broken("3") },
  { name: "group-empty", act: empty("3") },
  { name: "group-tool", act: tool },
  { name: "group-tool-dark", theme: "dark", viewport: TABLET, act: tool },
  { name: "group-tool-phone", viewport: PHONE, act: tool },
  { name: "group-crowd", saved: { ...BY_CLOCK, "kafkascope.lens": "group" }, act: crowd },
  { name: "sequence-broken", saved: BY_CLOCK, act: broken("4") },
  { name: "sequence-empty-dark", theme: "dark", act: empty("4") },
  { name: "inspect-consumer-phone", viewport: PHONE, act: inspecting("C1") },
  { name: "inspect-consumer-dark", viewport: TABLET, theme: "dark", act: inspecting("C1") },
  { name: "inspect-group-dark", viewport: TABLET, theme: "dark", act: inspecting("billing") },
  { name: "brokers-light", act: (page) => page.keyboard.press("2") },
  { name: "brokers-dark", theme: "dark", act: (page) => page.keyboard.press("2") },
  { name: "brokers-down-light", saved: BY_CLOCK, act: lost },
  { name: "brokers-down-dark", saved: BY_CLOCK, theme: "dark", act: lost },
  { name: "brokers-down-zh", saved: BY_CLOCK, lang: "zh-CN", act: lost },
  { name: "brokers-down-1024", saved: BY_CLOCK, viewport: TABLET, theme: "dark", act: lost },
  { name: "brokers-down-phone", saved: BY_CLOCK, viewport: PHONE, act: lost },
  { name: "brokers-many", saved: BY_CLOCK, act: manyCopies },
  { name: "brokers-pending", saved: BY_CLOCK, act: pending },
  { name: "brokers-menu", saved: BY_CLOCK, act: menuOnCard },
  { name: "brokers-menu-zh-dark", saved: BY_CLOCK, lang: "zh-CN", theme: "dark", act: menuOnCard },
  { name: "brokers-wiped", saved: BY_CLOCK, act: wiped },
  { name: "brokers-wiped-dark", saved: BY_CLOCK, theme: "dark", act: wiped },
  { name: "brokers-wiped-zh", saved: BY_CLOCK, lang: "zh-CN", act: wiped },
  { name: "brokers-wiped-1024", saved: BY_CLOCK, viewport: TABLET, act: wiped },
  { name: "brokers-wiped-phone", saved: BY_CLOCK, viewport: PHONE, act: wiped },
  { name: "codecs-card", saved: BY_CLOCK, act: compressed("card") },
  { name: "codecs-segment", saved: BY_CLOCK, act: compressed("segment") },
  { name: "codecs-segment-zh-dark", saved: BY_CLOCK, lang: "zh-CN", theme: "dark", act: compressed("segment") },
  { name: "racks-light", saved: { "kafkascope.pace": "clock", "kafkascope.speed.clock": "0", "kafkascope.lens": "brokers" }, act: racks("lens") },
  { name: "racks-inspector-dark", theme: "dark", act: racks("inspector") },
  { name: "brokers-large-light", saved: { ...BY_CLOCK, "kafkascope.lens": "brokers" }, act: large },
  { name: "brokers-large-dark", saved: { ...BY_CLOCK, "kafkascope.lens": "brokers" }, theme: "dark", act: large },
  { name: "share", saved: BY_CLOCK, act: (page) => shared(page, "k") },
  { name: "share-dark-1024", saved: BY_CLOCK, theme: "dark", viewport: TABLET, act: (page) => shared(page, "k") },
  { name: "share-zh", saved: BY_CLOCK, lang: "zh-CN", act: (page) => shared(page, "k") },
  { name: "share-phone", saved: BY_CLOCK, viewport: PHONE, act: (page) => shared(page, "k") },
  { name: "share-wrong", act: damaged },
  { name: "runs", saved: BY_CLOCK, act: forked },
  { name: "runs-zh-dark", saved: BY_CLOCK, lang: "zh-CN", theme: "dark", act: forked },
  { name: "runs-phone", saved: BY_CLOCK, viewport: PHONE, act: forked },
  { name: "runs-compared", saved: BY_CLOCK, act: compared },
  { name: "runs-compared-zh-phone", saved: BY_CLOCK, lang: "zh-CN", viewport: PHONE, act: compared },
  { name: "beside-group", saved: FAST, act: beside("3") },
  { name: "beside-group-dark-1024", saved: FAST, theme: "dark", viewport: TABLET, act: beside("3") },
  { name: "beside-group-zh", saved: FAST, lang: "zh-CN", act: beside("3") },
  { name: "beside-group-phone", saved: FAST, viewport: PHONE, act: beside("3") },
  { name: "beside-topic", saved: FAST, act: beside("1") },
  { name: "beside-brokers-dark", saved: FAST, theme: "dark", act: beside("2") },
  { name: "beside-sequence", saved: FAST, act: beside("4") },
  { name: "past", saved: FAST, act: past },
  { name: "past-1024-zh", saved: FAST, lang: "zh-CN", viewport: TABLET, act: past },
  { name: "timeline-zoomed", saved: FAST, act: zoomed },
  { name: "timeline-zoomed-dark-1024", saved: FAST, theme: "dark", viewport: TABLET, act: zoomed },
  { name: "timeline-zoomed-zh", saved: FAST, lang: "zh-CN", act: zoomed },
  { name: "menu-until", saved: BY_CLOCK, act: runUntil },
  { name: "group-phone", saved: FAST, viewport: PHONE, act: joined },
];

// Takes one of the actions on a broker's card by its place, in any language.
async function chooseOn(page, broker, row) {
  await page.locator(".bcard-menu button").nth(broker - 1).click();
  await page.getByRole("menuitem").nth(row).click();
  // The keys that follow are the page's.
  await page.evaluate(() => document.activeElement?.blur());
}

async function menuOnCard(page) {
  await lost(page);
  await page.locator(".bcard-menu button").nth(1).click();
}

// Broker 2 has lost its disk, broker 3 stands still; the metrics of the first fault are open.
async function wiped(page) {
  await lost(page);
  await page.locator(".bcard-do.other").click();
  await chooseOn(page, 3, 2);
  const first = page.locator(".broken-metrics").first();
  if ((await first.getAttribute("aria-expanded")) === "false") await first.click();
}

// Three brokers that hear nothing of each other, so that what is written stays above the watermark.
async function pending(page) {
  await manyCopies(page);
  await chooseOn(page, 2, 2);
  await chooseOn(page, 3, 2);
  await page.keyboard.press("Space");
  await page.waitForTimeout(1_200);
  await page.keyboard.press("Space");
}

// A batch of gzip in a log that is kept in zstd: its card, or its segment.
function compressed(what) {
  return async (page) => {
    await playLines(page, COMPRESSED);
    if (what === "card") {
      await page.getByRole("log").locator(".line", { hasText: /sent a batch/ }).first().getByRole("button").last().click();
    } else {
      await page.locator("#at-partition-orders-0").click();
      await page.locator(".inspector td button.link").first().click();
    }
  };
}

// A consumer that reads from the follower in its rack: what is fetched on its way.
function racks(where) {
  return async (page) => {
    await playLines(page, RACKS("c"));
    if (where === "inspector") {
      await page.keyboard.press("1");
      await inspect(page, "C1");
      await page.locator(".inspector td, .inspector th").last().scrollIntoViewIfNeeded();
      return;
    }
    await page.keyboard.press("Space");
    await until("a fetch leaves broker 3", () => leavesLast(page));
    await page.keyboard.press("Space");
  };
}

// Is anything drawn just right of the last broker's card?
const leavesLast = (page) =>
  page.evaluate(() => {
    const card = [...document.querySelectorAll(".bcard")].at(-1).getBoundingClientRect();
    return [...document.querySelectorAll(".stage canvas")].some((canvas) => {
      const at = canvas.getBoundingClientRect();
      const scale = canvas.width / at.width;
      const [x, y, height] = [card.right + 2 - at.left, card.top - at.top, card.height].map((one) => one * scale);
      return canvas.getContext("2d").getImageData(x, y, 12 * scale, height).data.some((value, index) => index % 4 === 3 && value > 0);
    });
  });

// The Brokers lens when broker 2 has been lost and others lead.
async function lost(page) {
  await page.keyboard.press("2");
  await chooseOn(page, 2, 1);
  await page.keyboard.press("Space");
  await page.locator(".moved").waitFor({ timeout: 60_000 });
  await page.keyboard.press("Space");
  await page.waitForTimeout(400);
}

// The same with 24 partitions, and with one large cluster.
async function manyCopies(page) {
  await manyPartitions(page);
  await page.keyboard.press("2");
  await page.waitForTimeout(600);
}

async function large(page) {
  await page.evaluate(() => window.wasmBindings.kafkascopeLarge());
  await page.getByRole("button", { name: /^B100, / }).waitFor({ timeout: 120_000 });
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: /^B100, [Bb]roker 100.*(fenced|被 fence)/ }).waitFor({ timeout: 120_000 });
  await page.keyboard.press("Space");
  await page.waitForTimeout(400);
}

// The Group lens after a fourth consumer has joined.
async function joined(page) {
  await page.getByRole("button", { name: "Add a consumer to billing" }).click();
  await page.getByRole("dialog").waitFor();
  await page.getByRole("dialog").locator("button[type=submit]").click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("3");
  await play(page);
  await page.locator(".gl-sum").waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1_200);
  await pause(page);
}

// After some seconds and a crash, a dialog by its key.
async function shared(page, key) {
  await page.keyboard.press("Space");
  await page.waitForTimeout(1_500);
  await page.keyboard.press("x");
  await page.locator(".palette-row").nth(3).click();
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.waitForTimeout(1_500);
  await page.keyboard.press("Space");
  await page.keyboard.press(key);
  await page.locator("dialog").waitFor();
}

async function damaged(page) {
  await shared(page, "k");
  await page.locator("dialog textarea").last().fill("crash-brooker broker=1");
  await page.getByRole("button", { name: "Play these lines" }).click();
}

// A run, another one that began in its past, and what can be run again.
async function forked(page) {
  await shared(page, "k");
  await page.keyboard.press("Escape");
  for (let count = 0; count < 5; count += 1) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("x");
  await page.locator(".palette-row").nth(3).click();
  await page.locator("dialog button[type=submit]").click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("Space");
  await page.waitForTimeout(1_500);
  await page.keyboard.press("Space");
  await page.keyboard.press("u");
  await page.locator("dialog").waitFor();
}

// A fourth consumer joins eager members, and again cooperative ones: both runs on the page.
function beside(lens) {
  return async (page) => {
    await page.getByRole("button", { name: /^Add a consumer to billing|billing.*添加|添加.*billing/ }).first().click();
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.keyboard.press("3");
    await page.keyboard.press("Space");
    await page.locator(".gl-sum").waitFor({ timeout: 60_000 });
    await page.waitForTimeout(2_500);
    await page.keyboard.press("Space");
    await page.keyboard.press("u");
    await page.locator("dialog h3 + .share-row button").first().click();
    await page.locator("dialog .modal-foot .button-main").click({ timeout: 60_000 });
    await page.locator(".pane-other").waitFor();
    await page.keyboard.press(lens);
    await page.waitForTimeout(600);
  };
}

async function compared(page) {
  await forked(page);
  await page.locator("dialog li .button").last().click();
}

// Thirty steps back from the newest moment.
async function past(page) {
  await page.keyboard.press("Space");
  await page.waitForTimeout(2_000);
  await page.keyboard.press("Space");
  for (let count = 0; count < 30; count += 1) await page.keyboard.press("ArrowLeft");
  await page.waitForTimeout(300);
}

// The timeline zoomed, with a bookmark, and the pointer on an event.
async function zoomed(page) {
  await page.keyboard.press("Space");
  await page.waitForTimeout(2_000);
  await page.keyboard.press("Space");
  await page.keyboard.press("m");
  const box = await page.locator(".timeline").boundingBox();
  await page.mouse.move(box.x + 72 + (box.width - 88) * 0.3, box.y + 50);
  await page.mouse.wheel(0, -500);
  for (let x = 200; x < box.width && (await page.locator(".timeline-tip").count()) === 0; x += 4) {
    await page.mouse.move(box.x + x, box.y + 28);
    await page.waitForTimeout(20);
  }
}

async function runUntil(page) {
  await page.keyboard.press("Space");
  await page.waitForTimeout(1_000);
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Run until" }).click();
}

// Two members of the consumer protocol, the second of which has just joined.
async function modern(page) {
  for (const at of [0, 1]) {
    if (at === 0) await add(page, "Consumer…");
    else await page.getByRole("button", { name: "Add a consumer to group-1" }).click();
    await page.getByRole("combobox", { name: "group.protocol" }).selectOption("consumer");
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.waitForTimeout(1_500);
    await page.getByRole("button", { name: "Pause", exact: true }).last().click();
  }
  await page.keyboard.press("3");
  await page.getByRole("button", { name: "Last rebalance" }).click();
}

// A lens when a broker has been lost.
function broken(key) {
  return async (page) => {
    await crash(1)(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press(key);
    await page.waitForTimeout(500);
  };
}

// A lens with a scenario that has no groups.
function empty(key) {
  return async (page) => {
    await lesson(1, 0)(page);
    await page.keyboard.press(key);
    await page.waitForTimeout(300);
  };
}

async function tool(page) {
  await page.getByRole("button", { name: "billing", exact: true }).first().click();
  await page.getByRole("button", { name: "As Kafka's tool shows it" }).click();
  await page.getByRole("dialog").waitFor();
}

// Five hundred members, in the rebalance that the first of them caused by leaving.
async function crowd(page) {
  await page.evaluate(() => window.wasmBindings.kafkascopeCrowd(500));
  await page.getByRole("button", { name: /^crowd: Stable/ }).last().waitFor({ state: "attached", timeout: 120_000 });
  await play(page);
  await page.waitForTimeout(900);
  await pause(page);
  await page.locator(".lens-bar .button").first().click();
}

async function rebalance(page) {
  await joined(page);
  await page.getByRole("button", { name: "Last rebalance" }).click();
}

// The Sequence lens with an answer in full.
async function sequence(page) {
  await page.keyboard.press("4");
  await page.getByRole("combobox", { name: "Group" }).selectOption("billing");
  await page.getByRole("button", { name: /answers JoinGroup of C1/ }).last().click();
  await page.locator(".sq-detail").waitFor();
}

const filter = process.argv[2] ?? "";
const folder = join(project, "target", "shots");
await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await launch();
for (const { name, act, ...options } of SHOTS.filter(({ name }) => name.includes(filter))) {
  const context = await contextFor(browser, server.origin, { deviceScaleFactor: 2, ...options });
  const page = await context.newPage();
  await page.goto("/");
  await ready(page);
  await act?.(page);
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  console.log(`target/shots/${name}.png`);
  await context.close();
}
await browser.close();
await server.close();
