// Brokers: one crashes and is noticed, its leaderships move, it comes back; one stops cleanly; one is added.

import { BY_CLOCK, add, dialog, inspect, partition, play, records, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const chip = (page, id, state) => stage(page).getByRole("button", { name: new RegExp(`^B${id}, Broker ${id}.*: ${state}`) });
const leaders = async (page) => Promise.all([0, 1, 2, 3, 4, 5].map(async (number) => (await partition(page, `orders-${number}`)).leader));

test("a broker crashes, others lead, and it comes back", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open, axe }) => {
  await open();
  assert.ok((await leaders(page)).includes(2));
  const inspector = await inspect(page, /^B2, Broker 2/);
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await chip(page, 2, "crashed, not noticed yet").waitFor();
  await play(page);
  await chip(page, 2, "crashed, fenced").waitFor({ timeout: 45_000 });
  await until("nobody is led by it", async () => {
    const now = await leaders(page);
    return now.every((leader) => leader !== undefined && leader !== 2);
  });
  const during = await records(page, "orders", 6);
  await until("records are written on", async () => (await records(page, "orders", 6)) > during);
  await axe();
  await inspector.getByRole("button", { name: "Restart" }).click();
  await chip(page, 2, "alive").waitFor({ timeout: 45_000 });
  await until("its replicas are in sync again", async () => !/out of sync/.test((await partition(page, "orders-0")).said));
});

test("a broker stops cleanly: it hands its leaderships over first", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, /^B3, Broker 3/);
  await inspector.getByRole("button", { name: "Stop" }).click();
  await play(page);
  await chip(page, 3, "stopped").waitFor({ timeout: 45_000 });
  assert.ok(!(await leaders(page)).includes(3));
  await inspector.getByRole("button", { name: "Restart" }).click();
  await chip(page, 3, "alive").waitFor({ timeout: 45_000 });
});

test("with all brokers gone nothing is led, and the page says so", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  for (const id of [1, 2, 3]) {
    const inspector = await inspect(page, new RegExp(`^B${id}, Broker ${id}`));
    await inspector.getByRole("button", { name: "Crash", exact: true }).click();
    await chip(page, id, "crashed").waitFor();
  }
  await play(page);
  const before = await records(page, "orders", 6);
  await page.waitForTimeout(1_000);
  assert.equal(await records(page, "orders", 6), before);
  await axe();
});

test("a broker is added and holds what is created after it", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await add(page, "Broker…");
  await dialog(page).getByRole("textbox", { name: "Rack (broker.rack)" }).fill("r1");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await play(page);
  await chip(page, 4, "alive").waitFor({ timeout: 45_000 });
  await add(page, "Topic…");
  await dialog(page).getByRole("textbox", { name: "Name" }).fill("wide");
  await dialog(page).getByRole("textbox", { name: "Replication factor" }).fill("4");
  await dialog(page).getByRole("button", { name: "Create" }).click();
  await until("it is there", async () => (await stage(page).getByText("3 partitions · replication 4 · min.insync 1").count()) === 1);
});
