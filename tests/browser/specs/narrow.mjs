// On a phone, on its side, and on a page at twice its size: everything lies within the window and can be reached.

import { BY_CLOCK } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const PHONES = [
  { width: 390, height: 844 },
  { width: 360, height: 640 },
];
const LOW = [
  { width: 844, height: 390 },
  { width: 720, height: 450 },
];
const MENUS = [/^Scenario:/, "Add to the cluster", /^Colours:/, /^Pace and speed:/, "Run until", ".bcard-menu .menu-button"];

const box = (page, selector) => page.locator(selector).first().boundingBox();

for (const viewport of [...PHONES, ...LOW]) {
  const size = `${viewport.width} × ${viewport.height}`;

  test(`every menu lies within the window, at ${size}`, { viewport }, async ({ page, open }) => {
    await open();
    for (const name of MENUS) {
      if (name === MENUS.at(-1)) await page.getByRole("button", { name: "Brokers", exact: true }).click();
      const button = name === MENUS.at(-1) ? page.locator(name).first() : page.getByRole("button", { name });
      await button.click();
      const list = await box(page, ".menu-list");
      const [left, right] = [list.x, list.x + list.width];
      assert.ok(left >= 0 && right <= viewport.width, `${name} reaches from ${left} to ${right}`);
      // A card's list scrolls with the lens.
      if (name !== MENUS.at(-1)) assert.ok(list.y >= 0 && list.y + list.height <= viewport.height, `${name} is ${list.height} px high from ${list.y}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= viewport.width, `with ${name} open the page is ${wide} px wide`);
      await page.keyboard.press("Escape");
    }
  });

  test(`a lesson's question takes the room there is, at ${size}`, { viewport, saved: BY_CLOCK }, async ({ page, open }) => {
    await open();
    await page.locator(".tabs button").last().click();
    await page.getByRole("button", { name: /Lesson 3/ }).click();
    await page.locator(".lesson-lead").click();
    await page.locator(".lesson-done").waitFor();
    await page.locator(".lesson-lead").click();
    await page.getByRole("radio").first().waitFor();
    const [slot, column] = [await box(page, ".slot"), await box(page, ".left")];
    const content = await page.locator(".slot").evaluate((slot) => slot.scrollHeight);
    assert.ok(slot.height >= Math.min(content, column.height) - 1, `${slot.height} of ${column.height} px for ${content}`);
  });
}

for (const viewport of LOW) {
  const size = `${viewport.width} × ${viewport.height}`;

  test(`half of a low window is the lens, and no timeline lies on the story, at ${size}`, { viewport }, async ({ page, open }) => {
    await open();
    const lens = await box(page, ".stage-slot");
    assert.ok(lens.height >= viewport.height / 2, `the lens has ${lens.height} px`);
    await page.getByRole("button", { name: "Story", exact: true }).click();
    const [lines, timeline] = [await box(page, ".story-lines"), await box(page, ".timeline-slot")];
    assert.ok(lines.height >= 100, `the sentences have ${lines.height} px`);
    const apart = lines.x + lines.width <= timeline.x + 1 || lines.y + lines.height <= timeline.y + 1;
    assert.ok(apart, `the sentences end at ${lines.x + lines.width}, the timeline begins at ${timeline.x}`);
  });
}

for (const viewport of PHONES) {
  test(`the open scenario has a name at ${viewport.width}`, { viewport }, async ({ page, open }) => {
    await open();
    const [shown, whole] = await page.locator(".scenario-name").evaluate((name) => [name.clientWidth, name.scrollWidth]);
    assert.ok(whole <= shown, `${shown} of ${whole} px of the name are shown`);
  });
}
