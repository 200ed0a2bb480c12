// Any moment again: a step back, the playhead dragged, the newest moment, and what is done in the past.

import { FAST, clock, inspect, partition, pause, play, step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const back = (page) => page.getByRole("button", { name: "Step back" });
const newest = (page) => page.getByRole("button", { name: "To the newest" });
const playhead = (page) => page.getByRole("slider", { name: "Moment that is shown" });

// What a class sees of this moment: clock, steps, and every partition's card.
async function seen(page) {
  const cards = [];
  for (let number = 0; number < 6; number += 1) cards.push((await partition(page, `orders-${number}`)).said);
  return { clock: await clock(page), steps: await steps(page), cards };
}

// Sixty steps on.
async function played(page) {
  await play(page);
  await until("time has gone by", async () => (await steps(page)) >= 60);
  await pause(page);
}

// Drags the playhead to the left.
async function drag(page, pixels) {
  const head = await playhead(page).boundingBox();
  const [x, y] = [head.x + head.width / 2, head.y + head.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let part = 1; part <= 6; part += 1) await page.mouse.move(x - (pixels * part) / 6, y);
  await page.mouse.up();
}

test("a step back is the moment before, and a step forward the one after it", async ({ page, open }) => {
  await open();
  assert.ok(await back(page).isDisabled(), "there is nothing before the beginning");
  const moments = [await seen(page)];
  for (let count = 1; count <= 6; count += 1) {
    await step(page);
    await until(`step ${count} has come`, async () => (await steps(page)) === count);
    moments.push(await seen(page));
  }
  for (let count = 5; count >= 1; count -= 1) {
    if (count % 2) await back(page).click();
    else await page.keyboard.press("ArrowLeft");
    await until(`step ${count} is back`, async () => (await steps(page)) === count);
    assert.deepEqual(await seen(page), moments[count]);
  }
  await step(page);
  await until("on again", async () => (await steps(page)) === 2);
  assert.deepEqual(await seen(page), moments[2]);
  await newest(page).click();
  await until("the newest", async () => (await steps(page)) === 6);
  assert.deepEqual(await seen(page), moments[6]);
  assert.equal(await newest(page).count(), 0);
  await page.keyboard.press("Home");
  await until("the first", async () => (await steps(page)) === 0);
  assert.deepEqual(await seen(page), moments[0]);
  await page.keyboard.press("End");
  await until("the newest again", async () => (await steps(page)) === 6);
});

test("the playhead is dragged, and the whole page with it", { saved: FAST }, async ({ page, open, axe }) => {
  await open();
  await played(page);
  const end = await seen(page);
  await drag(page, 24);
  await until("it is earlier", async () => (await clock(page)) < end.clock);
  const middle = await seen(page);
  assert.notDeepEqual(middle.cards, end.cards);
  await page.getByText(/before the newest$/).waitFor();
  assert.equal(await playhead(page).getAttribute("aria-valuemax"), String(Math.floor(end.clock * 1000)));
  await axe();
  // Time goes on from there, and what was is again.
  await play(page);
  await until("it has caught up", async () => (await steps(page)) > end.steps);
  await pause(page);
  await drag(page, 2000);
  await until("the beginning", async () => (await steps(page)) === 0);
  await page.keyboard.press("End");
  await until("the end", async () => (await clock(page)) >= end.clock);
});

test("what is done in the past begins another run, which can be undone", { saved: FAST }, async ({ page, open }) => {
  await open();
  await played(page);
  const end = await seen(page);
  await drag(page, 24);
  await until("it is earlier", async () => (await clock(page)) < end.clock);
  const producer = await inspect(page, "checkout");
  await producer.getByRole("button", { name: "Pause" }).click();
  await page.getByText(/began another run/).waitFor();
  assert.equal(await newest(page).count(), 0, "nothing comes later any more");
  await page.getByRole("button", { name: "Undo" }).click();
  await until("what was is there again", async () => (await clock(page)) === end.clock);
  assert.deepEqual((await seen(page)).cards, end.cards);
  // Time stood between two steps: first to the one that was, then to the one before it.
  await back(page).click();
  await back(page).click();
  await until("and what was before it", async () => (await steps(page)) < end.steps);
});
