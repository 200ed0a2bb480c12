// The Group lens: who owned what when, what nobody read, and what went between members and coordinator.

import { BY_CLOCK, FAST, add, dialog, pause, play, pressUntil, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const lens = (page, name) => page.getByRole("tab", { name, exact: true });
const chart = (page) => page.getByRole("group", { name: /^Chart of billing/ });
const mark = (page, name) => chart(page).getByRole("button", { name });

// A fourth consumer joins the start cluster's group, and everybody has its partitions again.
async function joined(page) {
  await page.getByRole("button", { name: "Add a consumer to billing" }).click();
  await page.getByRole("dialog").locator("button[type=submit]").click();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.keyboard.press("3");
  await play(page);
  await mark(page, /^billing: Stable, generation 2/).waitFor({ state: "attached" });
  await mark(page, /^C4 owns orders-/).first().waitFor({ state: "attached" });
  await pause(page);
}

test("the lens is switched by tab, by key and by arrow, and remembered", async ({ page, open, reload, axe }) => {
  await open();
  assert.equal(await lens(page, "Topic").getAttribute("aria-selected"), "true");
  await lens(page, "Group").click();
  await chart(page).waitFor();
  assert.equal(await lens(page, "Group").getAttribute("aria-selected"), "true");
  await axe();
  await reload();
  await chart(page).waitFor();
  await page.keyboard.press("1");
  await page.getByRole("button", { name: /^P1, orders-1/ }).waitFor();
  await lens(page, "Topic").focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await chart(page).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Group");
  assert.equal(await page.getByText(/^step 0$/).count(), 1, "no arrow stepped the clock");
});

test("every member has a row, every partition a bar, and the state a band", async ({ page, open }) => {
  await open();
  await page.keyboard.press("3");
  for (const name of ["C1, leader", "C2, 2 partitions", "C3, 2 partitions"]) await mark(page, name).waitFor();
  for (const bar of ["C1 owns orders-0", "C1 owns orders-1", "C3 owns orders-5"]) {
    await mark(page, new RegExp(`^${bar}, since 7\\.`)).waitFor();
  }
  await mark(page, /^billing: PreparingRebalance/).waitFor();
  await mark(page, /^billing: Stable, generation 1, since/).waitFor();
  assert.equal(await chart(page).getByRole("button", { name: /read by nobody/ }).count(), 0);
});

test("a join is drawn as it happens: RPCs, gaps with their length, the summary", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await joined(page);
  const gaps = chart(page).getByRole("button", { name: /^orders-\d read by nobody for [\d.]+ (ms|s), from / });
  assert.equal(await gaps.count(), 6, "the protocol is eager: all six stop");
  await page.getByText(/^P\d unread [\d.]+ (ms|s) · 6 of 6 partitions stopped$/).waitFor();
  await page.getByRole("button", { name: "Last rebalance" }).click();
  const calls = chart(page).getByRole("button", { name: /RPCs around|sent JoinGroup|answered/ });
  assert.ok((await calls.count()) >= 4);
  await axe();
  // Several at once: looking closer tells them apart.
  const several = chart(page).getByRole("button", { name: /^C4: \d+ RPCs around .*FindCoordinator.* Look closer\.$/ }).first();
  await several.click();
  await mark(page, /^C4 sent JoinGroup to B\d/).first().waitFor();
  await page.getByRole("button", { name: "Whole", exact: true }).click();
  await mark(page, /^billing: Stable, generation 2/).waitFor();
});

test("a gap, a band and a bar say why; a member opens its inspector", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await joined(page);
  const why = page.getByRole("dialog");
  await mark(page, /read by nobody for/).first().click();
  await why.filter({ hasText: /Why did nobody read orders-\d\?/ }).waitFor();
  assert.match(await why.textContent(), /read again − given up/);
  await axe();
  await page.keyboard.press("Escape");
  await mark(page, /^billing: PreparingRebalance, generation 1/).click();
  await why.filter({ hasText: "Why did this rebalance begin?" }).waitFor();
  assert.match(await why.textContent(), /C4 joined/);
  await page.keyboard.press("Escape");
  await mark(page, /^C1 owns orders-0, since/).click();
  await why.filter({ hasText: "Why these partitions for C1?" }).waitFor();
  await page.keyboard.press("Escape");
  await mark(page, /^C4, /).click();
  await page.locator(".inspector").filter({ hasText: "C4" }).waitFor();
});

test("the inspector tells a member's timers, and what the last rebalance moved", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await joined(page);
  const inspector = page.locator(".inspector");
  await mark(page, /^C1, /).click();
  for (const setting of ["session.timeout.ms", "heartbeat.interval.ms", "max.poll.interval.ms"]) {
    await inspector.getByRole("listitem").filter({ hasText: setting }).waitFor();
  }
  await inspector.getByText(/^stable · generation 2/).waitFor();
  await axe();
  await page.getByRole("button", { name: "billing", exact: true }).last().click();
  await inspector.getByRole("heading", { name: "Last rebalance" }).waitFor();
  // Range goes by the order of member ids: C4 stands last, with the last partition; C2 and C3 each shift by one.
  await inspector.getByText(/^\d partitions? moved/).waitFor();
  assert.ok((await inspector.locator("mark").count()) >= 1);
  await inspector.getByRole("button", { name: "Why did it begin?" }).click();
  await page.getByRole("dialog").filter({ hasText: "C4 joined" }).waitFor();
  await axe();
});

test("the chart is one stop of the Tab key; arrow keys move, Enter asks, Escape leads back", async ({ page, open }) => {
  await open();
  await page.keyboard.press("3");
  await chart(page).focus();
  await page.keyboard.press("ArrowRight");
  const active = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(await active(), /^billing: /);
  await page.keyboard.press("ArrowDown");
  assert.match(await active(), /^C1/);
  await pressUntil(page, "ArrowRight", {
    with: "C2 owns orders-2, since",
    test: (name) => document.activeElement.getAttribute("aria-label")?.startsWith(name) ?? false,
  });
  const last = await active();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await until("the focus is back", async () => (await active()) === last);
  assert.equal(await page.getByText(/^step 0$/).count(), 1, "no arrow stepped the clock");
});

test("heartbeats of the consumer protocol that say something are arrows, idle ones are not", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await add(page, "Consumer…");
  await dialog(page).getByRole("combobox", { name: "group.protocol" }).selectOption("consumer");
  await dialog(page).locator("button[type=submit]").click();
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("3");
  await play(page);
  const modern = page.getByRole("group", { name: /^Chart of group-/ });
  const arrows = (name) => modern.getByRole("button", { name });
  await arrows(/^consumer-1 owns orders-/).first().waitFor({ state: "attached", timeout: 60_000 });
  // Five seconds between heartbeats: so many idle ones go by.
  await until("half a minute has gone", async () => /^[3-9]\d\.|:/.test(await page.getByRole("group", { name: "Simulated time" }).textContent()));
  await pause(page);
  await until("its join is in sight", async () => {
    if ((await arrows(/joined with ConsumerGroupHeartbeat|^consumer-1: \d RPCs/).count()) > 0) return true;
    await page.getByRole("button", { name: "Earlier", exact: true }).click();
    return false;
  });
  const said = await modern.getByRole("button", { name: /ConsumerGroupHeartbeat/ }).evaluateAll((marks) => marks.map((mark) => mark.getAttribute("aria-label")));
  assert.ok(said.length >= 1 && said.length <= 3, `${said.length}: ${said.join("; ")}`);
});

test("the knob of the playhead stands above the headings", async ({ page, open }) => {
  await open();
  await page.keyboard.press("3");
  await chart(page).waitFor();
  const above = await page.evaluate(() => {
    const playhead = document.querySelector(".group-lens > .playhead");
    const heading = document.querySelector(".gl-head");
    const level = (element) => Number(getComputedStyle(element).zIndex) || 0;
    return level(playhead) > level(heading);
  });
  assert.ok(above);
});

for (const lang of ["en-US", "zh-CN"]) {
  test(`Kafka's tool prints the group in its columns, ${lang}`, { lang }, async ({ page, open, axe, noSidewaysScroll }) => {
    await open();
    const zh = lang === "zh-CN";
    await page.getByRole("button", { name: "billing", exact: true }).first().click();
    await page.getByRole("button", { name: zh ? "以 Kafka 工具的方式显示" : "As Kafka's tool shows it" }).click();
    const tool = dialog(page);
    await tool.waitFor();
    const text = await tool.locator("pre").allTextContents();
    assert.equal(text.length, 3);
    assert.match(text[0], /^\$ kafka-consumer-groups\.sh --bootstrap-server broker-1:9092 --describe --group billing\n/);
    assert.match(text[0], /\nGROUP {11}TOPIC {11}PARTITION {2}CURRENT-OFFSET {2}LOG-END-OFFSET {2}LAG {13}CONSUMER-ID/);
    assert.equal(text[0].match(/\nbilling +orders +\d/g).length, 6);
    assert.match(text[1], /--members --verbose\n/);
    assert.match(text[2], /\nbilling +broker-\d:9092 {2}\(\d\) +range +Stable +- +- +3$/);
    await axe();
    await noSidewaysScroll();
    await page.keyboard.press("Escape");
    await tool.waitFor({ state: "detached" });
  });
}

for (const viewport of [{ width: 1024, height: 768 }, { width: 390, height: 844 }]) {
  for (const lang of ["en-US", "zh-CN"]) {
    test(`axe and no sideways scroll at ${viewport.width}, ${lang}, dark`, { viewport, lang, theme: "dark", saved: { "kafkascope.lens": "group" } }, async ({ page, open, axe, noSidewaysScroll }) => {
      await open();
      await page.locator(".gl-bar").first().waitFor();
      await noSidewaysScroll();
      await axe();
    });
  }
}

test("without a group the lens says what it would show", async ({ page, open, axe }) => {
  await open();
  await page.getByRole("button", { name: /^Scenario:/ }).click();
  await page.getByRole("menuitemradio", { name: /A log only grows/ }).click();
  await page.keyboard.press("3");
  await page.getByRole("button", { name: "Add a consumer", exact: true }).waitFor();
  await axe();
});
