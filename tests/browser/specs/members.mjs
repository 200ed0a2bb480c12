// What a class does to the members of a group: to their processes, their applications and their offsets.

import { BY_CLOCK, dialog, fact, inspect, partition, play, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

test("a killed consumer is waited for, and starts again as it was", { saved: BY_CLOCK, timeout: 180_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, "C1");
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await inspector.getByText("killed", { exact: true }).waitFor();
  await stage(page).getByRole("img", { name: "killed" }).waitFor();
  // Nobody tells the group; it finds out when the session ends, 45 s after the last heartbeat.
  await play(page);
  await stage(page).getByRole("button", { name: /^P0–P2 · C2 owns/ }).waitFor({ timeout: 90_000 });
  await (await inspect(page, "C1")).getByRole("button", { name: "Restart", exact: true }).click();
  await stage(page).getByRole("button", { name: /^P0 P1 · C1 owns/ }).waitFor({ timeout: 90_000 });
});

test("a frozen consumer thaws as a zombie that has lost its partitions", { saved: BY_CLOCK, timeout: 180_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, "C1");
  await inspector.getByRole("button", { name: "Freeze" }).click();
  await inspector.getByText("frozen", { exact: true }).waitFor();
  await stage(page).getByRole("img", { name: "frozen" }).waitFor();
  await play(page);
  // The others get its partitions; it still believes that it has them, as its card shows.
  await stage(page).getByRole("button", { name: /^P0–P2 · C2 owns/ }).waitFor({ timeout: 90_000 });
  await stage(page).getByRole("button", { name: /^P0 P1 · C1 owns/ }).waitFor();
  await inspector.getByRole("button", { name: "Thaw" }).click();
  await inspector.getByRole("button", { name: "Thaw" }).waitFor({ state: "detached" });
  await stage(page).getByRole("button", { name: /^P2 P3 · C2 owns/ }).waitFor({ timeout: 90_000 });
});

test("a stalled, slowed and paused consumer says so and goes on", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, "C2");
  await inspector.getByRole("button", { name: "Stall its loop" }).click();
  await inspector.getByText("hangs: heartbeats, but does not poll").waitFor();
  await stage(page).getByRole("img", { name: "hangs" }).waitFor();
  await inspector.getByRole("button", { name: "Let its loop go on" }).click();
  await stage(page).getByRole("img", { name: "hangs" }).waitFor({ state: "detached" });
  await inspector.getByRole("button", { name: "Slow down ×10" }).click();
  await inspector.getByRole("button", { name: "Back to its speed" }).click();
  await inspector.getByRole("button", { name: "Pause", exact: true }).click();
  await inspector.getByRole("button", { name: "Resume", exact: true }).waitFor();
  await inspector.getByRole("button", { name: "Resume", exact: true }).click();
});

test("the buttons stand under what they act on, and Tab goes through them in that order", async ({ page, open, axe }) => {
  await open();
  const inspector = await inspect(page, "C1");
  const parts = {
    "Its poll loop": ["Stall its loop", "Slow down ×10", "Commit now"],
    "What it reads": ["Pause", "Seek…", "Subscription…"],
    "Its process": ["Configure…", "Freeze", "Crash", "Restart", "Close it"],
  };
  for (const [name, buttons] of Object.entries(parts)) {
    const part = inspector.getByRole("group", { name, exact: true });
    await part.getByRole("heading", { name }).waitFor();
    assert.deepEqual(await part.getByRole("button").allTextContents(), buttons);
  }
  await inspector.getByRole("button", { name: "Stall its loop" }).focus();
  for (const name of Object.values(parts).flat().slice(1)) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
  }
  await axe();
});

test("another subscription and a seek, by their forms", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await play(page);
  const inspector = await inspect(page, "C1");
  await inspector.getByRole("button", { name: "Seek…" }).click();
  await dialog(page).getByRole("spinbutton", { name: "Offset" }).or(dialog(page).getByLabel("Offset")).first().fill("3");
  await dialog(page).getByRole("button", { name: "Seek", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await page.getByText(/C1.*goes to offset 3/).first().waitFor();

  await page.getByRole("button", { name: "Add to the cluster" }).click();
  await page.getByRole("menuitem", { name: "Topic…" }).click();
  await dialog(page).getByLabel("Name").fill("refunds");
  await dialog(page).getByRole("button", { name: "Create" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await until("the topic is there", async () => (await stage(page).getByRole("region", { name: "refunds" }).count()) === 1);
  await (await inspect(page, "C1")).getByRole("button", { name: "Subscription…" }).click();
  await dialog(page).getByLabel("refunds").check();
  await dialog(page).getByRole("button", { name: "Apply" }).click();
  await dialog(page).waitFor({ state: "detached" });
  assert.match(await fact(await inspect(page, "C1"), "Subscribes to"), /refunds/);
});

test("one partition is paused and read again, while the others go on", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  const inspector = await inspect(page, "C1");
  await inspector.getByRole("button", { name: /^Pause orders-0/ }).click();
  await inspector.getByRole("button", { name: /^Resume orders-0/ }).waitFor();
  assert.equal(await inspector.getByRole("button", { name: /^Pause orders-/ }).count(), 1, "the other one goes on");
  await inspector.getByRole("row", { name: /orders-0/ }).getByText("paused", { exact: true }).waitFor();
  await axe();
  await play(page);
  const read = async () => (await partition(page, "orders-1")).position("billing");
  const before = await read();
  await until("orders-1 is read on", async () => (await read()) > before);
  await inspector.getByRole("button", { name: /^Resume orders-0/ }).click();
  await inspector.getByRole("button", { name: /^Pause orders-0/ }).waitFor();
});

test("a consumer begins by duration; one that is none is told", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await (await inspect(page, "billing")).getByRole("button", { name: "Add a consumer…" }).click();
  const name = await dialog(page).getByLabel("Name").inputValue();
  await dialog(page).getByLabel("Group", { exact: false }).first().fill("audit");
  await dialog(page).getByRole("combobox", { name: "auto.offset.reset" }).selectOption("by_duration:");
  const duration = dialog(page).getByRole("textbox", { name: "Duration" });
  await duration.fill("yesterday");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).getByText(/auto\.offset\.reset.*yesterday|yesterday.*auto\.offset\.reset/).first().waitFor();
  await duration.fill("PT1H");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await stage(page).getByRole("button", { name: new RegExp(`· ${name} owns`) }).first().waitFor({ timeout: 60_000 });
});

test("a pattern subscribes: one that cannot be read is told, a sound one finds its topic", { saved: BY_CLOCK, timeout: 180_000 }, async ({ page, open, axe }) => {
  await open();
  await (await inspect(page, "billing")).getByRole("button", { name: "Add a consumer…" }).click();
  await dialog(page).getByLabel("Group", { exact: false }).first().fill("audit");
  await dialog(page).getByLabel("Gets its partitions").selectOption("pattern");
  assert.equal(await dialog(page).getByRole("group", { name: "Topics" }).count(), 0, "only what the choice needs is asked");
  await dialog(page).getByLabel("Pattern", { exact: true }).fill("ord(");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).getByText(/must be a regular expression as RE2 reads it/).waitFor();
  await axe();
  await dialog(page).getByLabel("Pattern", { exact: true }).fill("ord.*");
  const name = await dialog(page).getByLabel("Name").inputValue();
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await until("it subscribes to what matches", async () =>
    /topics that match ord\.\*: orders/.test(await fact(await inspect(page, name), "Subscribes to")));
  await stage(page).getByRole("button", { name: new RegExp(`· ${name} owns`) }).first().waitFor({ timeout: 60_000 });
});

test("the first member of the consumer protocol changes the group, and the others stay as classic ones", { saved: BY_CLOCK, timeout: 180_000 }, async ({ page, open }) => {
  await open();
  await (await inspect(page, "billing")).getByRole("button", { name: "Add a consumer…" }).click();
  await dialog(page).getByRole("combobox", { name: "group.protocol" }).selectOption("consumer");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  const inspector = await inspect(page, "billing");
  await inspector.getByText("Group epoch", { exact: true }).waitFor({ timeout: 60_000 });
  await until("who was there is marked", async () => (await inspector.getByText("classic protocol", { exact: true }).count()) === 3);
});

test("a group's offsets are reset and the group deleted only while nobody is in it", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  let inspector = await inspect(page, "billing");
  await inspector.getByRole("button", { name: "Reset offsets…" }).click();
  await dialog(page).getByRole("button", { name: "Reset", exact: true }).click();
  await dialog(page).getByText(/only be done while group .*billing.* is inactive, but its state is Stable/).waitFor();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  await inspector.getByRole("button", { name: "Delete the group" }).click();
  await page.getByText(/Refused: .*billing.* is inactive/).first().waitFor();
  await inspector.getByRole("button", { name: "Close all" }).click();
  await play(page);
  await inspector.getByText("Empty", { exact: true }).waitFor();

  await inspector.getByRole("button", { name: "Reset offsets…" }).click();
  await dialog(page).getByRole("combobox", { name: "To", exact: true }).selectOption("offset");
  await dialog(page).getByLabel("Offset").last().fill("2");
  await dialog(page).getByRole("button", { name: "Reset", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await until("it is committed", async () => (await partition(page, "orders-1")).committed("billing") === 2);
  inspector = await inspect(page, "billing");
  await inspector.getByRole("button", { name: "Delete the group" }).click();
  await stage(page).getByRole("region", { name: "billing" }).waitFor({ state: "detached" });
});
