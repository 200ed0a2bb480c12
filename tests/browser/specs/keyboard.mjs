// By keyboard and by ear: what has the focus keeps it or passes it on, and what happened is said aloud.

import { FAST, broken, dialog, pause, play, stage, step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const focused = (page) =>
  page.evaluate(() => {
    const active = document.activeElement;
    return active === document.body ? "nothing" : (active.getAttribute("aria-label") ?? active.textContent).trim();
  });
// Presses the button with this name by keyboard, and tells what has the focus afterwards.
async function press(page, button) {
  await until("it can be pressed", () => button.isEnabled());
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(150);
  return focused(page);
}
const button = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });
const said = (page) => page.locator("p[aria-live=polite]").textContent();

test("the help opens at its beginning", { viewport: { width: 1280, height: 720 } }, async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("?");
  await dialog(page).waitFor();
  assert.equal(await focused(page), "What the marks mean");
  assert.equal(await dialog(page).locator(".help").evaluate((help) => help.scrollTop), 0);
  await axe();
});

test("a button that goes away or cannot be pressed any more passes the focus on", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await step(page);
  assert.equal(await press(page, button(page, "Step back")), "Play", "at the first step");
  await step(page);
  await until("the step is taken", async () => (await steps(page)) === 1);
  assert.equal(await press(page, button(page, "Back to the start")), "Play");
  assert.notEqual(await press(page, button(page, "Undo")), "nothing", "the message is gone");
  await button(page, "Step back").click();
  assert.notEqual(await press(page, page.locator(".transport-forward")), "nothing", "to the newest moment");
  await page.keyboard.press("Home");
  await page.keyboard.press("End");
  assert.equal(await press(page, button(page, "Previous milestone")), "Next milestone");

  await button(page, "Break something").click();
  await dialog(page).getByRole("button", { name: /^Freeze a process/ }).click();
  await dialog(page).getByRole("button", { name: "Break it" }).click();
  await broken(page).waitFor();
  assert.equal(await press(page, broken(page).getByRole("button", { name: /^Heal:/ })), await stage(page).getAttribute("aria-label"));

  await page.keyboard.press("3");
  for (const name of ["Last rebalance", "Whole"]) {
    const was = button(page, name).first();
    if (await was.isEnabled()) assert.notEqual(await press(page, was), "nothing", name);
  }
});

test("another lens takes the focus of the one that goes, and Space still plays", { saved: FAST }, async ({ page, open }) => {
  await open();
  await button(page, "Add a consumer to billing").focus();
  await page.keyboard.press("3");
  await until("the lens has it", async () => (await focused(page)) === "The cluster");
  await page.keyboard.press("Space");
  await until("time runs", async () => (await steps(page)) > 2);
  await pause(page);
});

test("a lesson that is begun from its link is read next", async ({ page, open }) => {
  await open();
  assert.equal(await press(page, button(page, /^Lesson 3/)), await page.locator("#lesson-title").textContent());
});

test("a click elsewhere is not taken back", async ({ page, open }) => {
  await open();
  await step(page);
  await button(page, "Step back").focus();
  await page.locator(".transport-clock").click();
  assert.equal(await focused(page), "nothing");
  await page.keyboard.press(",");
  await until("it is back", () => button(page, "Step back").isDisabled());
  await page.waitForTimeout(100);
  assert.equal(await focused(page), "nothing");
});

test("the rows of the Sequence lens keep the focus while they scroll", async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("4");
  const list = page.getByRole("group", { name: /^RPCs and moments/ });
  assert.equal(await list.count(), 1, "one group has the name");
  await list.focus();
  const at = () =>
    page.evaluate(() => {
      const [row, list] = [document.activeElement, document.querySelector(".lens-scroll")].map((element) => element.getBoundingClientRect());
      const place = Number(document.activeElement.dataset.row ?? -1);
      return { place, isShown: row.top >= list.top - 1 && row.bottom <= list.bottom + 1 };
    });
  const first = await page.locator(".lens-scroll").evaluate((list) => Math.ceil(list.scrollTop / 27));
  await page.keyboard.press("ArrowDown");
  assert.deepEqual(await at(), { place: first, isShown: true }, "the first row that is shown");
  for (const [key, goes] of [
    ["ArrowUp", (was) => was - 1],
    ["PageUp", (was, page) => Math.max(0, was - page)],
    ["Home", () => 0],
    ["PageDown", (was, page) => was + page],
    ["ArrowDown", (was) => was + 1],
  ]) {
    const size = await page.locator(".lens-scroll").evaluate((list) => Math.floor(list.clientHeight / 27));
    const was = (await at()).place;
    await page.keyboard.press(key);
    await page.waitForTimeout(120);
    assert.deepEqual(await at(), { place: goes(was, size), isShown: true }, key);
  }
  const here = (await at()).place;
  await page.locator(".lens-scroll").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await page.waitForTimeout(200);
  assert.equal((await at()).place, here, "also while it is out of sight");
  await axe();
  await page.keyboard.press("ArrowDown");
  await page.waitForTimeout(120);
  assert.deepEqual(await at(), { place: here + 1, isShown: true });
});

for (const viewport of [{ width: 1280, height: 720 }, { width: 390, height: 844 }]) {
  test(`both ends of the RPC in full keep a lifeline at ${viewport.width}`, { viewport }, async ({ page, open }) => {
    await open();
    await page.keyboard.press("4");
    await page.getByRole("button", { name: /: checkout sends Produce to B\d/ }).last().press("Enter");
    await page.locator(".sq-detail").waitFor();
    const lines = page.getByRole("group", { name: "Lifelines" });
    await lines.getByRole("button", { name: "checkout", exact: true }).waitFor();
    const others = lines.getByRole("img");
    if ((await others.count()) > 0) assert.match(await others.getAttribute("aria-label"), /share this lifeline: .*admin/);
    const wider = await page.locator(".sq-detail").evaluate((detail) => detail.scrollWidth - detail.clientWidth);
    assert.ok(wider <= 0, `the detail is ${wider} px too wide`);
  });
}

test("what a screen reader says of time: paused, gone to, bookmarked", { saved: FAST }, async ({ page, open }) => {
  await open();
  await play(page);
  await page.waitForTimeout(600);
  assert.equal(await said(page), "", "nothing while it runs");
  await pause(page);
  assert.match(await said(page), /^Paused at \d+\.\d+ s\. .+/);
  await page.keyboard.press("Home");
  assert.match(await said(page), /^At \d+\.\d+ s\./);
  await page.keyboard.press("m");
  assert.match(await said(page), /^Bookmark at \d+\.\d+ s\./);
  await page.keyboard.press("m");
  assert.match(await said(page), /^No bookmark at /);
  await page.keyboard.press("End");
  assert.match(await said(page), /^At \d+\.\d+ s\. .+/);
});

test("on a phone a lesson that runs shows the cluster, says so, and comes back", { viewport: { width: 390, height: 844 }, timeout: 90_000 }, async ({ page, open }) => {
  await open();
  await page.locator(".tabs").getByRole("button", { name: "Start" }).click();
  await button(page, /^Lesson 3/).click();
  await page.locator(".lesson-lead").press("Enter");
  await stage(page).waitFor();
  assert.match(await said(page), /^The cluster is shown while this step runs/);
  await until("the stage has the focus", async () => (await focused(page)) === "The cluster");
  const tab = page.locator(".tabs").getByRole("button", { name: "Lesson", exact: true });
  assert.ok(await tab.evaluate((tab) => tab.getBoundingClientRect().right <= innerWidth), "the way back is in sight");
  await tab.press("Enter");
  await page.locator(".lesson-lead").waitFor();
  await page.locator(".tabs").getByRole("button", { name: "Topic" }).press("Enter");
  await stage(page).focus();
  await page.keyboard.press("f");
  await page.locator(".lesson-lead").getByText("Continue").waitFor();
  const heading = await page.locator("#lesson-title").textContent();
  await until("the lesson is read next", async () => (await focused(page)) === heading);
});
