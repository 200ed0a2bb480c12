// What the browser keeps between visits: all runs of the page, a lesson, several works, and each tab its own.

import { FAST, clock, dialog, inspect, pause, play, playLines, stage, step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const works = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kafkascope.work.")).length);
// What came of a command is kept a moment after it; what is kept right before has no digest yet.
const kept = (page, what) =>
  until("it is kept", () =>
    page.evaluate((what) => Object.values(localStorage).some((text) => text.includes(what) && text.includes('"digest"')), what),
  );
const share = async (page) => {
  await page.keyboard.press("k");
  await dialog(page).getByRole("heading", { name: "Share and keep" }).waitFor();
};
const bookmark = (page) => page.getByRole("button", { name: /^Set or take away a bookmark/, pressed: true });
const restored = (page) => page.getByText("This is where you were.").waitFor({ timeout: 60_000 });

async function crash(page, broker) {
  const inspector = await inspect(page, new RegExp(`^B${broker}, Broker ${broker}`));
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await page.keyboard.press("Escape");
}

async function played(page, to) {
  await play(page);
  await until("time has gone by", async () => (await steps(page)) >= to);
  await pause(page);
}

test("a reload brings the tree of runs back, and the bookmarks", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await played(page, 20);
  await crash(page, 2);
  await played(page, 60);
  for (let count = 0; count < 10; count += 1) await page.keyboard.press("ArrowLeft");
  await crash(page, 3);
  await page.keyboard.press("m");
  await bookmark(page).waitFor();
  await page.keyboard.press("u");
  const name = dialog(page).getByRole("textbox", { name: "Name of run 2" });
  await name.fill("two are gone");
  await name.press("Tab");
  await page.keyboard.press("Escape");
  const at = await clock(page);
  await kept(page, "two are gone");
  await page.reload();
  await restored(page);
  assert.equal(await clock(page), at);
  await bookmark(page).waitFor();
  await page.keyboard.press("u");
  assert.equal(await dialog(page).getByRole("listitem").count(), 2);
  assert.equal(await dialog(page).getByRole("textbox", { name: "Name of run 2" }).inputValue(), "two are gone");
  await dialog(page).getByRole("button", { name: "Show Run 1" }).click();
  await page.keyboard.press("Escape");
  await stage(page).getByRole("button", { name: /^B2, .*crashed/ }).waitFor();
  await stage(page).getByRole("button", { name: /^B3, .*alive/ }).waitFor();
});

test("the end that was reached comes back, and how far time has run is kept by itself", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await step(page);
  await crash(page, 2);
  await play(page);
  // Nobody does anything but watch: moments are written every five seconds.
  const moments = () => page.evaluate(() => Object.values(localStorage).map((text) => /"moments": .*/.exec(text)?.[0]).find(Boolean));
  await until("it is kept", async () => /"digest"/.test((await moments()) ?? ""));
  await page.waitForTimeout(1_000);
  const before = await moments();
  await until("it is kept again", async () => (await moments()) !== before, 20_000);
  await pause(page);
  await page.keyboard.press("End");
  const end = await clock(page);
  for (let count = 0; count < 5; count += 1) await page.keyboard.press("ArrowLeft");
  const at = await clock(page);
  assert.ok(at < end);
  await page.waitForTimeout(1_200);
  await page.reload();
  await restored(page);
  assert.equal(await clock(page), at);
  await page.keyboard.press("End");
  assert.equal(await clock(page), end);
});

test("a lesson goes on after a reload where the class was", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await page.locator(".welcome button").first().click();
  const lead = page.locator(".lesson-lead");
  for (let beat = 0; beat < 2; beat += 1) {
    if ((await page.getByRole("radio").count()) > 0) await page.getByRole("radio").first().check();
    await lead.click();
    await until("the step has ended", async () => (await page.locator(".lesson-done").count()) > 0);
    if (beat === 0) await lead.click();
  }
  const panel = await page.locator(".lesson").innerText();
  assert.match(panel, /step 2 of/i);
  const at = await clock(page);
  await kept(page, '"class"');
  await page.waitForTimeout(1_200);
  await page.reload();
  await restored(page);
  assert.equal(await page.locator(".lesson").innerText(), panel);
  assert.equal(await clock(page), at);
  await lead.click();
  await page.getByText(/step 3 of/i).waitFor();
});

test("works are named, opened, deleted and had back", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await step(page);
  await crash(page, 2);
  await share(page);
  const name = dialog(page).getByRole("textbox", { name: "Name of this work" });
  await name.fill("Tuesday");
  await name.press("Enter");
  await kept(page, "Tuesday");
  await page.keyboard.press("Escape");
  // A reset begins another one; the named one stays.
  await page.keyboard.press("r");
  await stage(page).getByRole("button", { name: /^B2, .*alive/ }).waitFor();
  await step(page);
  await crash(page, 3);
  await share(page);
  await axe();
  assert.equal(await dialog(page).getByRole("textbox", { name: "Name of this work" }).inputValue(), "");
  const row = dialog(page).getByRole("listitem").filter({ hasText: "Tuesday" });
  await row.getByText(/one command, one run/).waitFor();
  await row.getByRole("button", { name: "Delete Tuesday" }).click();
  await row.waitFor({ state: "detached" });
  await dialog(page).getByRole("button", { name: "Put the deleted one back" }).click();
  await row.getByRole("button", { name: "Open Tuesday" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await stage(page).getByRole("button", { name: /^B2, .*crashed/ }).waitFor();
  await stage(page).getByRole("button", { name: /^B3, .*alive/ }).waitFor();
  await share(page);
  assert.equal(await dialog(page).getByRole("textbox", { name: "Name of this work" }).inputValue(), "Tuesday");
});

test("two tabs of one work do not write over each other", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await step(page);
  await crash(page, 2);
  await kept(page, "crash-broker broker=2");
  const other = await page.context().newPage();
  await other.goto(page.url());
  await restored(other);
  await stage(other).getByRole("button", { name: /^B2, .*crashed/ }).waitFor();
  assert.equal(await works(page), 1);
  await crash(other, 3);
  await page.getByText("This work went on in another tab.").waitFor();
  await crash(page, 1);
  await kept(page, "crash-broker broker=1");
  await kept(page, "crash-broker broker=3");
  assert.equal(await works(page), 2);
  for (const [tab, down, alive] of [[page, 1, 3], [other, 3, 1]]) {
    await tab.waitForTimeout(1_000);
    await tab.reload();
    await restored(tab);
    await stage(tab).getByRole("button", { name: new RegExp(`^B${down}, .*crashed`) }).waitFor();
    await stage(tab).getByRole("button", { name: new RegExp(`^B${alive}, .*alive`) }).waitFor();
  }
});

test("what comes after the moment of a reload comes again", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await step(page);
  await crash(page, 2);
  await played(page, 40);
  await stage(page).getByRole("button", { name: /^B2, .*crashed/ }).waitFor();
  await page.keyboard.press("Home");
  await stage(page).getByRole("button", { name: /^B2, .*alive/ }).waitFor();
  await kept(page, "crash-broker");
  await page.waitForTimeout(1_200);
  await page.reload();
  await restored(page);
  await stage(page).getByRole("button", { name: /^B2, .*alive/ }).waitFor();
  await play(page);
  await stage(page).getByRole("button", { name: /^B2, .*crashed/ }).waitFor({ timeout: 30_000 });
  await pause(page);
});

test("a run of its own has its own name, counts from its own beginning and is reset to it", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const own = ["cluster brokers=1 seed=7 begin=0s", "@0s create-topic topic=mine partitions=1 replication.factor=1", "@0s add-producer producer=p topic=mine rate=10", "@3s now"];
  await playLines(page, own);
  await page.getByRole("heading", { name: "A scenario of its own" }).waitFor();
  // While a step is shown another press only ends it.
  await until("it counts", async () => {
    await step(page);
    return (await steps(page)) >= 3;
  });
  await page.keyboard.press("r");
  await until("it stands at its beginning", async () => (await clock(page)) === 0);
  await page.getByRole("heading", { name: "A scenario of its own" }).waitFor();
  assert.equal(await stage(page).getByRole("button", { name: /^B2,/ }).count(), 0);
});

test("nothing takes the place of the work but a run", async ({ page, open }) => {
  await open();
  await share(page);
  const lines = dialog(page).getByRole("textbox", { name: "Lines" });
  for (const [text, says] of [
    ["", /There is nothing in it/],
    ["lesson id=start\n@1s crash-broker broker=1\n@10s now", /Command 1: Its time is 1s, but the run begins at 9s/],
  ]) {
    await lines.fill(text);
    await dialog(page).getByRole("button", { name: "Play these lines" }).click();
    await dialog(page).getByText(says).waitFor();
  }
});
