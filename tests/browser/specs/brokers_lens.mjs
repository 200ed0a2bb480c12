// The Brokers lens: a card a broker, each replica in its place, what can be done to a broker there, and the way of the
// strips from lens to lens.

import { BY_CLOCK, broken, dialog, pause, play, pressUntil, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const PHONE = { width: 390, height: 844 };
const card = (page, id) => page.getByRole("button", { name: new RegExp(`^B${id}, Broker ${id}`) });
const state = (page, id, words) => page.getByRole("button", { name: new RegExp(`^B${id}, Broker ${id}.*: ${words}`) });
const copy = (page, broker, number) =>
  page.getByRole("button", { name: new RegExp(`^P${number}, replica of orders-${number} on broker ${broker}: `) });
const said = (page, broker, number) => copy(page, broker, number).getAttribute("aria-label");
const PARTITIONS = [0, 1, 2, 3, 4, 5];

// Which broker leads each partition, by what the replicas' rows say.
async function leaders(page) {
  const all = [];
  for (const number of PARTITIONS) {
    for (const broker of [1, 2, 3]) {
      if (/: leader of epoch \d+/.test(await said(page, broker, number))) all[number] = broker;
    }
  }
  return all;
}

// Chooses from the menu on a broker's card.
async function act(page, id, name) {
  await page.getByRole("button", { name: `Actions on broker ${id}` }).click();
  await page.getByRole("menuitem", { name }).click();
}

async function opened(page, open) {
  await open();
  await page.keyboard.press("2");
  await card(page, 1).waitFor();
}

test("every replica stands on its broker, one of each partition leads", async ({ page, open, axe }) => {
  await opened(page, open);
  assert.equal(await page.getByRole("tab", { name: "Brokers" }).getAttribute("aria-selected"), "true");
  await page.getByText("3 brokers · KRaft controller B1 · topic orders, 6 partitions, replication 3, min.insync 2").waitFor();
  for (const number of PARTITIONS) {
    const words = await Promise.all([1, 2, 3].map((broker) => said(page, broker, number)));
    assert.equal(words.filter((word) => /: leader of epoch 0, log end \d+, high watermark \d+/.test(word)).length, 1, words.join("\n"));
    assert.equal(words.filter((word) => /: follower in the ISR, log end/.test(word)).length, 2);
  }
  await axe();
});

test("a crash is noticed, leadership moves, and the broker comes back", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open, axe }) => {
  await opened(page, open);
  const led = (await leaders(page)).map((broker) => broker === 2);
  await act(page, 2, /^Crash/);
  await state(page, 2, "crashed at .*, not noticed yet").waitFor();
  await play(page);
  await state(page, 2, "fenced since").waitFor({ timeout: 45_000 });
  const moved = page.getByText(/^leadership of P\d.* moved: B2 → B\d/);
  await moved.waitFor();
  await pause(page);
  const names = /leadership of (.*) moved/.exec(await moved.textContent())[1];
  assert.deepEqual([...names.matchAll(/P(\d)/g)].map(([, number]) => Number(number)), PARTITIONS.filter((number) => led[number]));
  assert.ok((await leaders(page)).every((broker) => broker === 1 || broker === 3));
  for (const number of PARTITIONS) assert.match(await said(page, 2, number), /: not in the ISR, broker not running/);
  await axe();
  await page.getByRole("button", { name: "Restart B2" }).click();
  await play(page);
  await state(page, 2, "alive").waitFor({ timeout: 45_000 });
  await until("its replicas are in the ISR again", async () => /follower in the ISR|leader of/.test(await said(page, 2, 0)));
});

test("a broker is stopped from its card", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await opened(page, open);
  await act(page, 3, /^Stop/);
  await play(page);
  await state(page, 3, "stopped at").waitFor({ timeout: 45_000 });
  assert.ok(!(await leaders(page)).includes(3));
});

test("a card, a row and a record open what is behind them", async ({ page, open, axe }) => {
  await opened(page, open);
  const inspector = page.getByRole("button", { name: "Close the inspector" });
  await card(page, 2).click();
  await page.getByRole("heading", { name: "Broker 2" }).first().waitFor();
  await inspector.waitFor();
  await page.keyboard.press("Escape");
  await copy(page, 3, 1).click();
  await page.getByRole("heading", { name: "orders-1" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("group", { name: /^Records of orders-0 on broker 2/ }).locator("button").first().click();
  await page.getByRole("dialog").waitFor();
  await axe();
});

test("the keyboard alone reaches a replica's records and its broker's actions", { timeout: 90_000 }, async ({ page, open }) => {
  await opened(page, open);
  const label = (text) => ({ with: text, test: (text) => document.activeElement?.getAttribute("aria-label")?.startsWith(text) ?? false });
  await pressUntil(page, "Tab", label("P0, replica of orders-0 on broker 1"));
  await pressUntil(page, "Tab", label("Records of orders-0 on broker 1"), 3);
  await page.keyboard.press("Home");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "BUTTON");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await pressUntil(page, "Tab", label("Actions on broker 2"));
  await page.keyboard.press("Enter");
  await page.getByRole("menu", { name: "Actions on broker 2" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await state(page, 2, "crashed").waitFor();
  assert.ok(await page.evaluate(label("Actions on broker 2").test, "Actions on broker 2"), "the focus is back");
});

test("a disk is wiped from the card, from its menu and by keyboard, and only where it can be", { timeout: 120_000 }, async ({ page, open, axe }) => {
  await opened(page, open);
  const menu = page.getByRole("menu");
  const items = async (id) => {
    await page.getByRole("button", { name: `Actions on broker ${id}` }).click();
    const all = await menu.getByRole("menuitem").locator(".menu-words > span").allTextContents();
    await axe();
    await page.keyboard.press("Escape");
    return all;
  };
  assert.deepEqual(await items(1), ["Stop", "Crash", "Freeze", "Break something…"]);
  for (const id of [1, 2, 3]) await act(page, id, /^Crash/);
  assert.deepEqual(await items(1), ["Restart", "Wipe its disk", "Break something…"]);
  const wiped = (id) => page.locator(".bcard").nth(id - 1).getByText("Its disk is empty.", { exact: false });
  await page.locator(".bcard").nth(0).getByRole("button", { name: "Wipe its disk" }).click();
  await wiped(1).waitFor();
  assert.equal(await page.locator(".bcard").nth(0).getByText("nothing on this disk").count(), 6);
  await act(page, 2, /^Wipe its disk/);
  await wiped(2).waitFor();
  await page.locator(".bcard").nth(2).getByRole("button", { name: "Wipe its disk" }).focus();
  await page.keyboard.press("Enter");
  await wiped(3).waitFor();
  assert.deepEqual(await items(3), ["Restart", "Break something…"]);
  await axe();
  // The palette begins with the broker that it was asked for at.
  await act(page, 2, "Break something…");
  await dialog(page).getByRole("button", { name: /^Slow disk/ }).click();
  assert.equal(await dialog(page).getByRole("combobox").first().inputValue(), "2");
});

test("each fault has its own table of Kafka's metrics", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open, axe }) => {
  await opened(page, open);
  const list = broken(page);
  const value = async (metric) => {
    const cells = await list.getByRole("row", { name: new RegExp(metric) }).getByRole("cell").allTextContents();
    return cells.map((cell) => Number(cell.replace("−", "-")));
  };
  await act(page, 2, /^Crash/);
  const first = list.getByRole("button", { name: /^Metrics: \d+ changed\. broker 2: crashed/ });
  // With room for it, the newest is open.
  assert.equal(await first.getAttribute("aria-expanded"), "true");
  await list.getByText("before crash-broker broker=2 at").waitFor();
  await play(page);
  await until("the leaders have noticed", async () => (await value("UnderReplicatedPartitions"))[1] > 0, 60_000);
  await pause(page);
  const [was, now, change] = await value("UnderReplicatedPartitions");
  assert.deepEqual([was, change], [0, now]);
  await axe();
  await act(page, 3, /^Freeze/);
  await list.getByText("before freeze-broker broker=3 at").waitFor();
  assert.deepEqual(await value("UnderReplicatedPartitions"), [now, now, 0], "before the second, the first was there");
  // The first one's by keyboard.
  await first.focus();
  await page.keyboard.press("Enter");
  await list.getByText("before crash-broker broker=2 at").waitFor();
  assert.deepEqual(await value("UnderReplicatedPartitions"), [0, now, now]);
  await page.keyboard.press("Enter");
  assert.equal(await list.getByRole("table").count(), 0);
  // On every lens.
  await page.keyboard.press("1");
  await first.click();
  assert.deepEqual(await value("UnderReplicatedPartitions"), [0, now, now]);
});

for (const viewport of [{ width: 1440, height: 900 }, { width: 1024, height: 768 }, PHONE]) {
  test(`all of the metrics are in sight at ${viewport.width} × ${viewport.height}`, { viewport, timeout: 90_000 }, async ({ page, open, axe, noSidewaysScroll }) => {
    await opened(page, open);
    await act(page, 2, /^Crash/);
    const toggle = broken(page).getByRole("button", { name: /^Metrics: / });
    if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
    const cut = await page.evaluate(() => {
      const rows = [...document.querySelectorAll(".metrics tbody tr")];
      const seen = (row) => {
        const { left, right, top, bottom } = row.getBoundingClientRect();
        const corners = [[left + 2, top + 3], [right - 3, bottom - 3]];
        return corners.every(([x, y]) => row.contains(document.elementFromPoint(x, y)));
      };
      return [rows.length, rows.filter((row) => !seen(row)).map((row) => row.textContent)];
    });
    assert.deepEqual(cut, [8, []]);
    await noSidewaysScroll();
    await axe();
  });
}

test("metrics are compared from a chosen moment on, without any fault", async ({ page, open, axe }) => {
  await opened(page, open);
  await page.getByRole("button", { name: /^Metrics: compare/ }).click();
  const list = page.getByRole("region", { name: "Kafka's metrics" });
  await list.getByText(/^Kafka's metrics since/).waitFor();
  await axe();
  await list.getByRole("button", { name: "Stop comparing" }).click();
  await list.waitFor({ state: "detached" });
});

test("the watermark's label lies on no record", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await page.getByRole("button", { name: "Add partitions to orders" }).click();
  await dialog(page).getByLabel("Partitions, new total").fill("24");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("2");
  await play(page);
  await copy(page, 1, 23).waitFor();
  await pause(page);
  // Nobody acknowledges any more, so what comes stays above the watermark.
  await act(page, 2, /^Freeze/);
  await act(page, 3, /^Freeze/);
  await play(page);
  await until("something is not committed", async () => (await page.locator(".copy.leads.compact .c.hid").count()) > 0, 60_000);
  await pause(page);
  const over = await page.evaluate(() =>
    [...document.querySelectorAll(".copy.leads .hw-tag")].filter((tag) => {
      const at = tag.getBoundingClientRect();
      const cells = [...tag.closest(".copy").querySelectorAll(".c")].map((cell) => cell.getBoundingClientRect());
      return cells.some((cell) => cell.left < at.right && cell.right > at.left && cell.top < at.bottom && cell.bottom > at.top);
    }).length);
  assert.equal(over, 0);
});

test("strips move between the Topic and the Brokers lens", async ({ page, open }) => {
  await open();
  const moving = (key) =>
    page.evaluate((key) => {
      document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      return new Promise((resolve) => {
        const look = (left) => {
          const now = document.querySelectorAll(".moving-strip").length;
          // What has not come to its place yet can be reached all the same.
          const strip = document.querySelector(".stage:not(.moving-layer) .strip");
          strip.focus();
          const reached = document.activeElement === strip;
          if (now > 0 || left === 0) resolve([now, document.getAnimations().length, reached]);
          else requestAnimationFrame(() => look(left - 1));
        };
        look(30);
      });
    }, key);
  assert.deepEqual(await moving("2"), [18, 18, true], "each of six partitions goes to three places");
  await page.locator(".moving-layer").waitFor({ state: "detached", timeout: 2_000 });
  assert.deepEqual(await moving("1"), [18, 18, true], "and three come together in one");
  await page.locator(".moving-layer").waitFor({ state: "detached", timeout: 2_000 });
});

test("with reduced motion nothing moves from lens to lens", { reducedMotion: "reduce" }, async ({ page, open }) => {
  await open();
  await page.keyboard.press("2");
  await card(page, 1).waitFor();
  await page.waitForTimeout(200);
  assert.equal(await page.locator(".moving-layer").count(), 0);
});

test("on a phone the cards stand in one column", { viewport: PHONE }, async ({ page, open, axe, noSidewaysScroll }) => {
  await open();
  await page.getByRole("button", { name: "Brokers", exact: true }).click();
  await card(page, 3).waitFor();
  const lefts = await page.locator(".bcard").evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().left)));
  assert.equal(new Set(lefts).size, 1);
  await noSidewaysScroll();
  await axe();
});

test("in Chinese and dark every word is there", { lang: "zh-CN", theme: "dark" }, async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("2");
  await page.getByText("3 个 broker · KRaft controller B1").waitFor();
  assert.equal(await page.getByText("follower", { exact: true }).count(), 12);
  await axe();
});
