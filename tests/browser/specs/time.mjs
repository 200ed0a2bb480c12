// Any moment again: a step back, the playhead dragged, the newest moment, and what is done in the past.

import { BY_CLOCK, FAST, clock, inspect, partition, pause, play, step, steps, until } from "../cluster.mjs";
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

for (const [pace, saved] of [["by event", FAST], ["by clock", BY_CLOCK]]) {
  test(`time runs backwards ${pace}, to the beginning`, { saved }, async ({ page, open }) => {
    await open();
    const first = await seen(page);
    await played(page);
    const end = await steps(page);
    await page.keyboard.press("j");
    await page.getByRole("button", { name: "Play backwards, or pause", pressed: true }).waitFor();
    await until("it is earlier", async () => (await steps(page)) < end - 2);
    await page.keyboard.press("j");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    const middle = await seen(page);
    assert.ok(middle.steps > 0 && middle.steps < end, `${middle.steps} of ${end}`);
    // Forth again from there, and back to the beginning, where it stands still.
    await step(page);
    await until("a step on", async () => (await steps(page)) > middle.steps);
    await page.getByRole("button", { name: "Play backwards, or pause" }).click();
    await until("the beginning", async () => (await steps(page)) === 0);
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    assert.deepEqual(await seen(page), first);
    assert.ok(await page.getByRole("button", { name: "Play backwards, or pause" }).isDisabled());
  });
}

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

const next = (page) => page.getByRole("button", { name: "Next milestone" });
const previous = (page) => page.getByRole("button", { name: "Previous milestone" });

test("milestones are gone to on and back, with the same picture", async ({ page, open, axe }) => {
  await open();
  const moments = [];
  for (let count = 0; count < 3; count += 1) {
    const before = await steps(page);
    await next(page).click();
    await until("a milestone has come, and the clock stands", async () =>
      (await steps(page)) > before && (await page.getByRole("button", { name: "Play", exact: true }).count()) > 0);
    moments.push(await seen(page));
  }
  await axe();
  for (const moment of [moments[1], moments[0]]) {
    await page.keyboard.press("[");
    await until("the milestone before", async () => (await steps(page)) === moment.steps);
    assert.deepEqual((await seen(page)).cards, moment.cards);
  }
  await page.keyboard.press("]");
  await until("on to one that has been", async () => (await steps(page)) === moments[1].steps);
  await previous(page).click();
  await until("and back", async () => (await steps(page)) === moments[0].steps);
});

test("it runs until what was chosen is so, and says so", { timeout: 90_000 }, async ({ page, open, axe }) => {
  await open();
  const menu = page.getByRole("button", { name: "Run until" });
  const broker = await inspect(page, /^B2, Broker 2/);
  await broker.getByRole("button", { name: "Crash", exact: true }).click();
  await menu.click();
  await axe();
  assert.equal(await page.getByRole("menuitem", { name: "group billing is stable" }).count(), 0, "what is so is not offered");
  await page.getByRole("menuitem", { name: "a leader is elected" }).click();
  await page.getByText("Running until a leader is elected").waitFor();
  await page.getByText("Stopped: a leader is elected.").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  // The story says so; brokers and clients, whose view the stage draws, hear of it a moment later.
  await page.getByText(/The controller moved the leadership of orders-\d from broker 2 to/).first().waitFor();
  await menu.click();
  await page.getByRole("menuitem", { name: "any record is lost" }).click();
  await page.getByText("Running until any record is lost").waitFor();
  await page.getByRole("button", { name: "Pause", exact: true }).last().click();
  assert.equal(await page.getByText(/^Running until/).count(), 0);
});

test("the playhead has keys of its own where single keys are off", { saved: { "kafkascope.shortcuts": "off" } }, async ({ page, open }) => {
  await open();
  await playhead(page).focus();
  for (let count = 1; count <= 3; count += 1) {
    await page.keyboard.press("ArrowRight");
    await until(`step ${count}`, async () => (await steps(page)) === count);
  }
  await page.keyboard.press("ArrowLeft");
  await until("one back", async () => (await steps(page)) === 2);
  await page.keyboard.press("Home");
  await until("the beginning", async () => (await steps(page)) === 0);
  await page.keyboard.press("End");
  await until("the newest", async () => (await steps(page)) === 3);
});
