// The timeline: zoom by wheel, by choosing a part, by buttons and keys; what is under the pointer; bookmarks.

import { FAST, clock, pause, play, stage, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const picture = (page) => page.getByRole("img", { name: /^Timeline from / });
const follow = (page) => page.getByRole("button", { name: /^Follow the newest moment/ });

// From when to when the timeline goes, in seconds.
async function part(page) {
  const [, from, to] = /^Timeline from ([\d.]+) s to ([\d.]+) s/.exec(await picture(page).getAttribute("aria-label"));
  return { from: Number(from), to: Number(to), span: Number(to) - Number(from) };
}

async function began(page, open) {
  await open();
  await play(page);
  await until("time has gone by", async () => (await steps(page)) >= 60);
  await pause(page);
  return picture(page).boundingBox();
}

test("the wheel zooms around the pointer, a part can be chosen, and it follows again", { saved: FAST }, async ({ page, open }) => {
  const box = await began(page, open);
  const whole = await part(page);
  await page.mouse.move(box.x + box.width / 2, box.y + 50);
  await page.mouse.wheel(0, -400);
  await until("less time is shown", async () => (await part(page)).span < whole.span * 0.7);
  const less = await part(page);
  assert.ok(less.from > whole.from && less.to < whole.to, "what was in the middle still is");
  await page.mouse.wheel(0, 400);
  await until("more is shown", async () => (await part(page)).span > less.span * 1.3);
  // The numbers of the axis choose a part, and so does Shift elsewhere.
  const before = await part(page);
  const at = await clock(page);
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height - 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height - 8, { steps: 4 });
  await page.mouse.up();
  await until("the part is shown", async () => (await part(page)).span < before.span * 0.3);
  assert.equal(await clock(page), at, "the playhead stays");
  await follow(page).click();
  await until("all is shown again", async () => (await part(page)).span === whole.span);
  assert.equal(await follow(page).count(), 0);
});

test("it zooms by keys, and goes with time", { saved: FAST }, async ({ page, open, axe }) => {
  await began(page, open);
  const whole = await part(page);
  await page.getByRole("slider", { name: "Moment that is shown" }).focus();
  for (let count = 0; count < 4; count += 1) await page.keyboard.press("+");
  await until("less time is shown", async () => (await part(page)).span < whole.span / 4);
  await axe();
  const { span } = await part(page);
  await play(page);
  await until("the axis goes with the playhead", async () => {
    const now = await part(page);
    return now.from > whole.from && Math.abs(now.span - span) < 0.01 && (await clock(page)) <= now.to;
  });
  await pause(page);
  const { from, to } = await part(page);
  const now = await clock(page);
  assert.ok(from <= now && now <= to, `${from} ${now} ${to}`);
  await page.getByRole("slider", { name: "Moment that is shown" }).focus();
  await page.keyboard.press("0");
  await until("it follows", async () => (await follow(page).count()) === 0);
});

test("what is under the pointer is told with its causes, and lit on the stage", { saved: FAST }, async ({ page, open }) => {
  const box = await began(page, open);
  const lit = () => stage(page).locator(".lit").count();
  assert.equal(await lit(), 0);
  const tip = page.locator(".timeline-tip");
  for (let x = 90; x < box.width && (await tip.count()) === 0; x += 4) {
    await page.mouse.move(box.x + x, box.y + 28);
    await page.waitForTimeout(20);
  }
  await tip.waitFor();
  assert.match(await tip.textContent(), /because: /);
  assert.ok((await lit()) > 0);
  const shown = await tip.boundingBox();
  assert.ok(shown.y + shown.height <= box.y + 2 && shown.x >= 0, "above the timeline");
  await page.mouse.move(box.x + box.width / 2, 200);
  await tip.waitFor({ state: "detached" });
  assert.equal(await lit(), 0);
});

test("a bookmark is set, gone to and taken away", { saved: FAST }, async ({ page, open }) => {
  await began(page, open);
  const button = page.getByRole("button", { name: "Set or take away a bookmark at this moment" });
  const isSet = async () => (await button.getAttribute("aria-pressed")) === "true";
  assert.equal(await isSet(), false);
  const at = await clock(page);
  await page.keyboard.press("m");
  await until("it is set", isSet);
  await play(page);
  await until("time has gone by", async () => (await clock(page)) > at + 1);
  await pause(page);
  assert.equal(await isSet(), false, "it is there and not here");
  for (let count = 0; count < 200 && !(await isSet()) && (await clock(page)) >= at; count += 1) await page.keyboard.press("[");
  assert.equal(await isSet(), true, "the way back stops at it");
  assert.equal(await clock(page), at);
  await button.click();
  await until("it is gone", async () => !(await isSet()));
});
