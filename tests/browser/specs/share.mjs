// A run as a link, as lines and as a file; what comes in wrong; and what a reload brings back.

import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FAST, clock, dialog, inspect, partition, pause, play, stage, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

// What a class sees of this moment.
async function seen(page) {
  const cards = [];
  for (let number = 0; number < 6; number += 1) cards.push((await partition(page, `orders-${number}`)).said);
  return { clock: await clock(page), steps: await steps(page), cards };
}

async function something(page) {
  const inspector = await inspect(page, /^B2, Broker 2/);
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await play(page);
  await until("time has gone by", async () => (await steps(page)) >= 40);
  await pause(page);
  return seen(page);
}

const share = async (page) => {
  await page.keyboard.press("k");
  await dialog(page).getByRole("heading", { name: "Share and keep" }).waitFor();
};
const link = (page) => dialog(page).getByRole("textbox", { name: "Link" }).inputValue();
const lines = (page) => dialog(page).getByRole("textbox", { name: "Lines" });
const opened = (page) => page.getByText("Opened. What was here before can be had back.").waitFor();

test("a link leads to the same moment, with its lens and language", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe, allow }) => {
  // The page comes anew.
  allow(/request after load/);
  await open();
  const before = await something(page);
  await page.keyboard.press("1");
  await share(page);
  await axe();
  const address = await link(page);
  assert.ok(address.length < 2_000, `${address.length} characters`);
  await page.keyboard.press("Escape");
  await page.evaluate(() => localStorage.clear());
  // Another address in the same tab, and the page from nothing.
  await page.goto("about:blank");
  await page.goto(address);
  await opened(page);
  assert.deepEqual(await seen(page), before);
  assert.equal(await page.evaluate(() => location.hash), "");
  await page.getByRole("button", { name: "Undo" }).click();
  await until("the page's own beginning", async () => (await steps(page)) === 0);
});

test("the lines can be read, changed and played", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await something(page);
  await share(page);
  const source = await lines(page).inputValue();
  assert.match(source, /crash-broker broker=2/);
  await lines(page).fill(source.replace("crash-broker broker=2", "crash-broker broker=x"));
  await dialog(page).getByRole("button", { name: "Play these lines" }).click();
  await dialog(page).getByRole("alert").getByText(/broker/).first().waitFor();
  // What can only be seen when the run begins is said here too, and the lines stay.
  const unknown = `lesson id=nowhere\n${source.split("\n").filter((line) => line.startsWith("@")).join("\n")}\n`;
  await lines(page).fill(unknown);
  await dialog(page).getByRole("button", { name: "Play these lines" }).click();
  await dialog(page).getByRole("alert").getByText("There is no lesson “nowhere”").waitFor();
  assert.equal(await lines(page).inputValue(), unknown);
  await lines(page).fill(source.replace("crash-broker broker=2", "crash-broker broker=3"));
  await dialog(page).getByRole("button", { name: "Play these lines" }).click();
  await opened(page);
  await stage(page).getByRole("button", { name: /^B3, .*crashed/ }).waitFor();
});

test("a file is saved, opened and dropped", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const before = await something(page);
  await share(page);
  const coming = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Save as file" }).click();
  const path = join(tmpdir(), `kafkascope-${process.pid}.json`);
  await (await coming).saveAs(path);
  await page.keyboard.press("Escape");
  await page.keyboard.press("r");
  await until("the beginning", async () => (await steps(page)) === 0);
  await share(page);
  await dialog(page).locator("input[type=file]").setInputFiles(path);
  await opened(page);
  assert.deepEqual(await seen(page), before);
  await writeFile(path, "{\"kafkascope\": 99}");
  await share(page);
  await dialog(page).locator("input[type=file]").setInputFiles(path);
  await dialog(page).getByRole("heading", { name: "This cannot be opened" }).waitFor();
  await dialog(page).getByRole("button", { name: "Leave it" }).click();
  assert.deepEqual(await seen(page), before);
});

test("a damaged link says what is wrong, and keeps what is sound only if asked", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe, allow }) => {
  // The page comes anew.
  allow(/request after load/);
  await open();
  await something(page);
  // Long enough that a part of it is sound when its end is missing.
  const inspector = page.getByRole("region").filter({ has: page.getByRole("button", { name: "Close the inspector" }) }).last();
  for (const what of ["Restart", "Crash", "Restart", "Crash"]) {
    await inspector.getByRole("button", { name: what, exact: true }).click();
  }
  await share(page);
  const address = await link(page);
  await page.evaluate(() => localStorage.clear());
  for (const wrong of [address.slice(0, -6), address.replace(/.{3}$/, (end) => (end === "AAA" ? "ABA" : "AAA")), address.replace("#k1=", "#k7="), address.replace(/#k1=.*/, "#k1=%00%ff<script>")]) {
    await page.goto("about:blank");
    await page.goto(wrong);
    await dialog(page).getByRole("heading", { name: "This cannot be opened" }).waitFor();
    await dialog(page).getByRole("alert").waitFor();
    assert.equal(await steps(page), 0, "nothing has been changed");
    await dialog(page).getByRole("button", { name: "Leave it" }).click();
  }
  await page.goto("about:blank");
  await page.goto(address.slice(0, -6));
  await dialog(page).getByRole("alert").waitFor();
  await axe();
  await dialog(page).getByRole("button", { name: /^Open what is sound/ }).click();
  await opened(page);
  // A page with a link that is none of its business just begins.
  await page.goto("about:blank");
  await page.goto(address.replace(/#.*/, "#stage"));
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  assert.equal(await dialog(page).count(), 0);
});

test("a reload returns to the same moment, and a crash to the last command", { saved: FAST, timeout: 120_000 }, async ({ page, open, allow }) => {
  // The page comes anew.
  allow(/request after load/);
  await open();
  const before = await something(page);
  await until("it is kept", () => page.evaluate(() => Object.values(localStorage).some((kept) => /crash-broker/.test(kept))));
  await page.reload();
  await page.getByText("This is where you were.").waitFor();
  assert.deepEqual(await seen(page), before);
  await page.evaluate(() => localStorage.setItem("kafkascope.crashed", "1"));
  await page.reload();
  await dialog(page).getByRole("heading", { name: "The page broke off last time" }).waitFor();
  await dialog(page).getByText(/crash-broker broker=2/).waitFor();
  await dialog(page).getByRole("button", { name: "Leave the last command out" }).click();
  await page.getByText("This is where you were.").waitFor();
  await stage(page).getByRole("button", { name: /^B2, .*alive/ }).waitFor();
});

test("where storage is full that is said, and a file still works", { saved: FAST }, async ({ page, open }) => {
  await page.addInitScript(() => {
    Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  });
  await open();
  const inspector = await inspect(page, /^B2, Broker 2/);
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await page.getByText(/This browser does not keep the run/).waitFor();
  await share(page);
  const coming = page.waitForEvent("download");
  await dialog(page).getByRole("button", { name: "Save as file" }).click();
  await coming;
});

const runs = async (page) => {
  await page.keyboard.press("u");
  await dialog(page).getByRole("heading", { name: "Runs, undo and comparison" }).waitFor();
};

test("acting in the past keeps the old run, which can be shown again, named, compared and deleted", { saved: FAST, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  const old = await something(page);
  for (let count = 0; count < 5; count += 1) await page.keyboard.press("ArrowLeft");
  const inspector = await inspect(page, /^B3, Broker 3/);
  await inspector.getByRole("button", { name: "Stop", exact: true }).click();
  await page.keyboard.press("Escape");
  await runs(page);
  await axe();
  const rows = dialog(page).getByRole("listitem");
  assert.equal(await rows.count(), 2);
  const name = dialog(page).getByRole("textbox", { name: "Name of run 1" });
  // What is typed stays while time goes on.
  await name.fill("with a");
  await page.evaluate(() => document.querySelector(".round-play").click());
  await page.waitForTimeout(400);
  assert.equal(await name.inputValue(), "with a");
  await page.evaluate(() => document.querySelector(".round-play").click());
  await name.fill("with a crash");
  await name.press("Tab");
  await dialog(page).getByRole("button", { name: "Compare with the one shown: with a crash" }).click();
  await dialog(page).getByRole("heading", { name: "Two runs compared" }).waitFor();
  await dialog(page).getByText(/“with a crash” .*differ in|“.*” and “with a crash” differ in/).first().waitFor();
  await dialog(page).getByText(/stop-broker broker=3/).first().waitFor();
  await axe();
  await dialog(page).getByRole("button", { name: "Back to the runs" }).click();
  await dialog(page).getByRole("button", { name: "Show with a crash" }).click();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("End");
  await until("the old run, as it was", async () => (await steps(page)) === old.steps);
  assert.deepEqual(await seen(page), old);
  await runs(page);
  await dialog(page).getByRole("button", { name: /^Delete Run 2/ }).click();
  assert.equal(await dialog(page).getByRole("listitem").count(), 1);
  await dialog(page).getByRole("button", { name: /^Put back: Run 2/ }).click();
  assert.equal(await dialog(page).getByRole("listitem").count(), 2);
});

test("a command is undone and redone, and a run is run again with one thing changed", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const before = await something(page);
  await runs(page);
  await dialog(page).getByRole("button", { name: "Undo crash-broker broker=2" }).click();
  await page.keyboard.press("Escape");
  await stage(page).getByRole("button", { name: /^B2, .*alive/ }).waitFor();
  await runs(page);
  await dialog(page).getByRole("button", { name: "Redo crash-broker broker=2" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("End");
  await until("it is as it was", async () => (await steps(page)) === before.steps);
  assert.deepEqual(await seen(page), before);
  await runs(page);
  await dialog(page).getByRole("button", { name: "orders with 7 partitions" }).click();
  await dialog(page).getByRole("heading", { name: "Two runs compared" }).waitFor({ timeout: 60_000 });
  await dialog(page).getByText("partitions of topic orders").first().waitFor();
});
