// For everyone: axe-core finds nothing whatever is open, in light and dark; nothing scrolls sideways; and the keyboard
// reaches everything, sees where it is, closes with Escape and comes back to where it was.

import { FAST, add, card, dialog, inspect, pressUntil, stage, tabTo, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const FORMS = ["Topic…", "Producer…", "Consumer…", "Broker…", "Cluster settings…"];
const THINGS = ["checkout", "C1", "billing", "orders", /^P1, orders-1/, /^B1, Broker 1/];

for (const theme of ["light", "dark"]) {
  test(`axe: every dialog, in ${theme}`, { theme, timeout: 120_000 }, async ({ page, open, axe }) => {
    await open();
    for (const form of FORMS) {
      await add(page, form);
      const more = dialog(page).getByText(/^All settings/);
      if ((await more.count()) > 0) await more.click();
      await axe();
      await page.keyboard.press("Escape");
      await dialog(page).waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Help" }).click();
    await axe();
  });

  test(`axe: every inspector, in ${theme}`, { theme, timeout: 120_000 }, async ({ page, open, axe }) => {
    await open();
    for (const thing of THINGS) {
      const inspector = await inspect(page, thing);
      const more = inspector.getByText(/^All settings/);
      if ((await more.count()) > 0) await more.click();
      await axe();
    }
  });

  test(`axe: menus, a lesson and its question, in ${theme}`, { theme, timeout: 120_000 }, async ({ page, open, axe }) => {
    await open();
    for (const name of ["Add to the cluster", /^Colours:/, /^Pace and speed:/, /^Scenario:/]) {
      await page.getByRole("button", { name }).click();
      await page.getByRole("menu").waitFor();
      await axe();
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Lesson 1 · A log only grows" }).click();
    await page.getByText("Lesson 1 · step 1 of 5").waitFor();
    await axe();
  });
}

const WINDOWS = [
  { width: 390, height: 844 },
  { width: 1024, height: 768 },
];
for (const viewport of WINDOWS) {
  for (const lang of ["en-US", "zh-CN"]) {
    test(`nothing scrolls sideways at ${viewport.width} × ${viewport.height}, ${lang}`, { viewport, lang, timeout: 120_000 }, async ({ page, open, axe, noSidewaysScroll }) => {
      await open();
      await noSidewaysScroll();
      const tabs = page.locator(".tabs button");
      for (const tab of await tabs.all()) {
        if (!(await tab.isVisible())) continue;
        await tab.click();
        await noSidewaysScroll();
      }
      if (await tabs.first().isVisible()) await tabs.first().click();
      for (const key of ["t", "n", "c", "?"]) {
        await page.keyboard.press(key);
        await dialog(page).waitFor();
        await noSidewaysScroll();
        await page.keyboard.press("Escape");
        await dialog(page).waitFor({ state: "detached" });
      }
      await card(page, "orders-1").click();
      await page.locator(".inspector").waitFor();
      await noSidewaysScroll();
      await page.keyboard.press("Escape");
      await stage(page).count();
      await page.getByTitle("0: alice", { exact: true }).click();
      await page.getByRole("dialog").waitFor();
      await noSidewaysScroll();
      await axe();
    });
  }
}

const activeIs = (page, locator) => locator.evaluate((element) => element === document.activeElement);

test("Tab goes in the order in which the page is read, and is seen everywhere", { timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const seen = [];
  for (let count = 0; count < 150; count += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const active = document.activeElement;
      if (!active || active === document.body) return undefined;
      const area = active.closest("header, .left, .producers, .cluster, .groups, .transport, .timeline-slot, .ledger-bar");
      const style = getComputedStyle(active);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      return {
        area: area ? area.className || area.tagName : "skip",
        name: active.getAttribute("aria-label") ?? active.textContent.trim().slice(0, 30),
        marked: ring || style.boxShadow !== "none" || active.closest(".at, label")?.matches(":focus-within") || false,
        inView: active.getBoundingClientRect().width > 0,
      };
    });
    if (!at) break;
    seen.push(at);
  }
  const areas = seen.map((at) => at.area.split(" ")[0]).filter((area, index, all) => area !== all[index - 1]);
  assert.deepEqual(areas, ["skip", "header", "left", "producers", "cluster", "groups", "ledger-bar", "transport", "timeline-slot"]);
  assert.deepEqual(seen.filter((at) => !at.marked || !at.inView), []);
});

test("arrow keys move within a strip, Enter asks, Escape leads back", async ({ page, open }) => {
  await open();
  const strip = page.getByRole("group", { name: /^Records of orders-3;/ });
  await strip.focus();
  await page.keyboard.press("Home");
  assert.ok(await activeIs(page, strip.getByTitle("0: alice")));
  await page.keyboard.press("ArrowRight");
  assert.ok(await activeIs(page, strip.getByTitle("1: alice")));
  await page.keyboard.press("Enter");
  const why = page.getByRole("dialog", { name: "Why partition 3?" });
  await why.waitFor();
  await page.keyboard.press("Escape");
  await why.waitFor({ state: "detached" });
  assert.ok(await activeIs(page, strip.getByTitle("1: alice")), "the focus is back on the cell");
  await page.keyboard.press("End");
  const hw = page.getByRole("button", { name: /^HW 4, the high watermark/ });
  assert.ok(await activeIs(page, hw));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "What is visible?" }).waitFor();
  await page.keyboard.press("Escape");
  assert.ok(await until("the focus is back", () => activeIs(page, hw)));
  assert.equal(await page.getByText(/^step 0$/).count(), 1, "no arrow stepped the clock");
});

test("dialogs, menus and the inspector give the focus back", async ({ page, open }) => {
  await open();
  const plus = page.getByRole("button", { name: "Add to the cluster" });
  await tabTo(page, "Add to the cluster");
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Escape");
  await until("the button has it again", () => activeIs(page, plus));
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  // The focus stays within: Tab never reaches the page below.
  for (let count = 0; count < 40; count += 1) {
    await page.keyboard.press("Tab");
    assert.ok(await page.evaluate(() => !document.activeElement?.closest("header, main, .transport")), "the dialog holds it");
  }
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await until("the button has it again", () => activeIs(page, plus));

  await tabTo(page, "checkout");
  await page.keyboard.press("Enter");
  const close = page.getByRole("button", { name: "Close the inspector" });
  await close.waitFor();
  await close.focus();
  await page.keyboard.press("Enter");
  await close.waitFor({ state: "detached" });
  await until("the card has it again", () => activeIs(page, stage(page).getByRole("button", { name: "checkout", exact: true })));
});

test("a producer is added by keyboard alone, and sends one", { saved: FAST }, async ({ page, open }) => {
  await open();
  await page.keyboard.press("n");
  await dialog(page).waitFor();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("market");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor({ state: "detached" });
  await tabTo(page, "Key of the record that market sends");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("zoe");
  await page.keyboard.press("Enter");
  await page.getByText("Given. Play or Step shows what follows.").waitFor();
  await pressUntil(page, "Tab", { with: "Play", test: (name) => document.activeElement?.getAttribute("aria-label") === name });
  await page.keyboard.press("Enter");
  await until("it is in a log", async () => (await stage(page).getByTitle(/: zoe/).count()) > 0);
});
