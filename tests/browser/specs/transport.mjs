// Time: play, pause, step, both paces, back to the start and back again. An action never starts a clock that stands.

import { BY_CLOCK, FAST, add, clock, dialog, inspect, pause, play, playLines, records, step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const speed = (page) => page.getByRole("button", { name: /^Pace and speed:/ });
const log = (page) => page.getByRole("log", { name: "What just happened" });

test("a step is one event, and its sentence is the newest", async ({ page, open }) => {
  await open();
  assert.equal(await steps(page), 0);
  for (let count = 1; count <= 3; count += 1) {
    await step(page);
    await until(`step ${count} has come`, async () => (await steps(page)) === count);
  }
  assert.ok((await clock(page)) > 9);
  const lit = log(page).locator(".lit").first();
  await lit.waitFor();
  await page.keyboard.press(".");
  await until("a key steps too", async () => (await steps(page)) === 4);
  await page.keyboard.press("ArrowRight");
  await until("and the arrow", async () => (await steps(page)) === 5);
});

test("time runs by event, is paused where it is, and goes on", { saved: FAST }, async ({ page, open }) => {
  await open();
  const before = await records(page, "orders", 6);
  await play(page);
  await until("20 steps have gone by", async () => (await steps(page)) >= 20);
  await pause(page);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  const [stood, at] = [await clock(page), await steps(page)];
  await page.waitForTimeout(300);
  assert.deepEqual([await clock(page), await steps(page)], [stood, at], "it stands");
  await page.keyboard.press("Space");
  await until("records have come", async () => (await records(page, "orders", 6)) > before);
});

test("time runs by clock, idle time too", async ({ page, open }) => {
  await open();
  await speed(page).click();
  await page.getByRole("menuitemradio", { name: /^By clock/ }).click();
  assert.match(await speed(page).getAttribute("aria-label"), /×/);
  for (let count = 0; count < 3; count += 1) await page.keyboard.press("+");
  const from = await clock(page);
  await play(page);
  await until("two seconds have gone by", async () => (await clock(page)) >= from + 2);
  await page.keyboard.press("e");
  await until("a key changes the pace", async () => /steps\/s/.test(await speed(page).textContent()));
  await page.keyboard.press("-");
  await until("and the speed", async () => /^2 steps\/s/.test(await speed(page).textContent()));
});

test("skipped time is said, and that nothing more will change", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  for (const name of ["checkout", "web-logs"]) {
    const producer = await inspect(page, name);
    await producer.getByRole("button", { name: "Pause" }).click();
    await producer.getByRole("button", { name: "Resume" }).waitFor();
  }
  await page.getByText("Given. Play or Step shows what follows.").waitFor();
  assert.ok(!(await page.getByRole("button", { name: "Pause", exact: true }).last().isVisible()) ||
    (await page.getByRole("button", { name: "Play", exact: true }).isVisible()), "an action starts no clock");
  const group = await inspect(page, "billing");
  await group.getByRole("button", { name: "Close all" }).click();
  await play(page);
  await page.getByText("Nothing more will change until you act.").waitFor({ timeout: 45_000 });
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
});

test("back to the start, and back again", { saved: BY_CLOCK }, async ({ page, open }) => {
  await open();
  const reset = page.getByRole("button", { name: "Back to the start" });
  assert.ok(await reset.isDisabled());
  await add(page, "Topic…");
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("mine");
  await dialog(page).getByRole("button", { name: "Create" }).click();
  await play(page);
  const mine = page.getByRole("button", { name: "mine", exact: true });
  await mine.waitFor();
  await reset.click();
  await mine.waitFor({ state: "detached" });
  assert.equal(await clock(page), 9);
  await page.getByRole("button", { name: "Undo" }).click();
  await mine.waitFor();
  assert.ok((await clock(page)) > 9);
});

test("the story shows the kinds that are asked for", { saved: FAST }, async ({ page, open, reload }) => {
  await open();
  const kind = (name) => page.getByRole("group", { name: "Kinds of events shown" }).getByRole("button", { name });
  await log(page).getByText("High watermark of").first().waitFor();
  await kind("Replicate").click();
  await until("replication is gone", async () => (await log(page).getByText("High watermark of").count()) === 0);
  await reload();
  assert.equal(await kind("Replicate").getAttribute("aria-pressed"), "false");
  for (const name of ["Produce", "Consume", "Group", "Cluster"]) await kind(name).click();
  await page.getByText("All kinds of events are hidden; choose one above.").waitFor();
  await kind("Group").click();
  await log(page).getByText(/joined|assign/i).first().waitFor();
});

test("a step that is a long way off is looked for while the page stays alive", { timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await playLines(page, [
    "cluster brokers=128 seed=7 begin=1s",
    "setup @590s create-topic topic=late partitions=1 replication.factor=3",
    "@1s now",
  ]);
  // On a machine as slow as this, and a class may have one.
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: 6 });
  // Pressed again while it is looked for, nothing else happens; the page is drawn meanwhile.
  await step(page);
  await page.getByText("A long way to the next change").waitFor();
  await step(page);
  await until("the step has come", async () => (await clock(page)) >= 590, 60_000);
  assert.equal(Math.floor(await clock(page)), 590);
  // With nothing left to come, the search ends by itself; or somebody ends it.
  await play(page);
  await page.getByText("A long way to the next change").waitFor({ timeout: 60_000 });
  await pause(page);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
  await play(page);
  await page.getByText("Nothing more will change until you act.").waitFor({ timeout: 60_000 });
});
