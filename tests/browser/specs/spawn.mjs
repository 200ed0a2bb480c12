// What a class puts into the cluster, by its forms: producers, groups and members, topics, partitions; and takes out.

import {
  BY_CLOCK, FAST, add, card, dialog, fact, inspect, partition, pause, play, records, stage, until,
} from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

test("a producer with its own keys and rate writes, and logs grow", { saved: BY_CLOCK }, async ({ page, open }) => {
  await open();
  await add(page, "Producer…");
  const form = dialog(page);
  await form.getByLabel("Name").fill("market");
  await form.getByRole("textbox", { name: "Keys", exact: true }).fill("zoe, 张伟");
  await form.getByRole("textbox", { name: "Rate", exact: true }).fill("20");
  await form.getByRole("combobox", { name: "acks" }).selectOption("1");
  await form.getByRole("button", { name: "Start it" }).click();
  await form.waitFor({ state: "detached" });
  const market = stage(page).getByRole("button", { name: "market", exact: true });
  await market.waitFor();

  const before = await records(page, "orders", 6);
  await play(page);
  await until("40 more records are in the logs", async () => (await records(page, "orders", 6)) >= before + 40);
  await pause(page);
  // The strips hold only the newest; one of the two keys may be out of sight in a log of others.
  await stage(page).locator('[title*=": zoe"], [title*=": 张伟"]').first().waitFor();
  const inspector = await inspect(page, "market");
  assert.equal(await fact(inspector, "Keys"), "zoe, 张伟");
  assert.equal(await fact(inspector, "Rate"), "20 records/s");
  await inspector.getByRole("list").filter({ hasText: "acknowledged" }).waitFor();
});

test("a group joins, is given partitions, reads and commits", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await add(page, "Consumer…");
  const form = dialog(page);
  await form.getByLabel("Name").fill("A1");
  await form.getByLabel("Group", { exact: false }).first().fill("audit");
  await form.getByRole("combobox", { name: "auto.offset.reset" }).selectOption("earliest");
  await form.getByRole("button", { name: "Start it" }).click();
  const group = stage(page).getByRole("region", { name: "audit" });
  await group.getByRole("button", { name: "A1", exact: true }).waitFor();
  await play(page);
  await group.getByText("Stable").waitFor();
  await group.getByRole("button", { name: /^P0–P5 · A1 owns/ }).waitFor();
  await until("audit has read orders-1", async () => (await partition(page, "orders-1")).position("audit") >= 19);
  await until("audit has committed", async () => (await partition(page, "orders-1")).committed("audit") >= 19);
  const lag = page.getByRole("button", { name: /^lag \d+ of audit on orders-1\. Why\?$/ });
  await until("its lag is said", async () => (await lag.count()) === 1);
});

test("a partition is added, never removed", { saved: FAST }, async ({ page, open }) => {
  await open();
  await page.getByRole("button", { name: "Add partitions to orders" }).click();
  const total = dialog(page).getByLabel("Partitions, new total");
  assert.equal(await total.inputValue(), "7");
  await total.fill("5");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await until("fewer is refused", async () => (await total.getAttribute("aria-invalid")) === "true");
  await total.fill("7");
  await dialog(page).getByRole("button", { name: "Add", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await card(page, "orders-6").waitFor();
  assert.equal((await partition(page, "orders-6")).records, 0);
});

test("a member joins and leaves, and its partitions find an owner each time", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await page.getByRole("button", { name: "Add a consumer to billing" }).click();
  assert.equal(await dialog(page).getByLabel("Name").inputValue(), "C4");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  const owns = (name, what) => page.getByRole("button", { name: new RegExp(`^${what} · ${name} owns `) });
  // Range: six partitions for four members are 2, 2, 1, 1.
  for (const [name, what] of [["C1", "P0 P1"], ["C2", "P2 P3"], ["C3", "P4"], ["C4", "P5"]]) {
    await owns(name, what).waitFor({ timeout: 45_000 });
  }
  const inspector = await inspect(page, "C2");
  await inspector.getByRole("button", { name: "Close it" }).click();
  await owns("C4", "P4 P5").waitFor({ timeout: 45_000 });
  await owns("C3", "P2 P3").waitFor({ timeout: 45_000 });
  assert.equal(await stage(page).getByRole("button", { name: "C2", exact: true }).count(), 0);
});

test("a producer and a group pause, go on and close", { saved: BY_CLOCK }, async ({ page, open }) => {
  await open();
  const producer = await inspect(page, "checkout");
  await producer.getByRole("button", { name: "Pause" }).click();
  await producer.getByRole("button", { name: "Resume" }).waitFor();
  const other = await inspect(page, "web-logs");
  await other.getByRole("button", { name: "Pause" }).click();
  await other.getByRole("button", { name: "Resume" }).waitFor();
  assert.equal(await stage(page).getByRole("img", { name: "paused" }).count(), 2);
  await play(page);
  const quiet = await until("all logs are quiet", async () => {
    const before = await records(page, "orders", 6);
    await page.waitForTimeout(500);
    return before === (await records(page, "orders", 6)) && before;
  });
  await other.getByRole("button", { name: "Resume" }).click();
  await until("records come again", async () => (await records(page, "orders", 6)) > quiet);

  const group = await inspect(page, "billing");
  await group.getByRole("button", { name: "Pause all" }).click();
  await until("all three are paused", async () => (await stage(page).getByRole("region", { name: "billing" }).getByRole("img", { name: "paused" }).count()) === 3);
  await group.getByRole("button", { name: "Resume all" }).click();
  await group.getByRole("button", { name: "Close all" }).click();
  await until("nobody is in it", async () => (await stage(page).getByRole("button", { name: "C1", exact: true }).count()) === 0);
  const last = await inspect(page, "checkout");
  await last.getByRole("button", { name: "Close it" }).click();
  await until("the producer is gone", async () => (await stage(page).getByRole("button", { name: "checkout", exact: true }).count()) === 0);
});

test("a topic is created with its settings, and deleted", { saved: FAST }, async ({ page, open }) => {
  await open();
  await add(page, "Topic…");
  await dialog(page).getByLabel("Name").fill("payments.v2");
  await dialog(page).getByRole("textbox", { name: "Partitions" }).fill("2");
  await dialog(page).getByRole("textbox", { name: "Replication factor" }).fill("2");
  await dialog(page).getByRole("textbox", { name: "min.insync.replicas" }).fill("2");
  await dialog(page).getByRole("button", { name: "Create" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await card(page, "payments\\.v2-1").waitFor();
  await stage(page).getByText("2 partitions · replication 2 · min.insync 2").waitFor();
  const inspector = await inspect(page, "payments.v2");
  await inspector.getByRole("button", { name: "Delete…" }).click();
  await dialog(page).getByText("Delete topic payments.v2?").waitFor();
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await card(page, "payments\\.v2-1").waitFor({ state: "detached" });
});

test("a flood leaves a whole picture behind while time goes on", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  // Nobody else writes, so nothing that comes later can set right what the flood left out.
  for (const name of ["checkout", "web-logs"]) {
    await (await inspect(page, name)).getByRole("button", { name: "Close it" }).click();
  }
  await play(page);
  await add(page, "Producer…");
  const form = dialog(page);
  await form.getByLabel("Name").fill("burst");
  await form.getByRole("textbox", { name: "Rate", exact: true }).fill("500");
  await form.getByRole("textbox", { name: "Stops after", exact: true }).fill("1500");
  await form.getByRole("combobox", { name: "partitioner.class" }).selectOption("RoundRobinPartitioner");
  const before = await records(page, "orders", 6);
  await form.getByRole("button", { name: "Start it" }).click();
  await form.waitFor({ state: "detached" });
  // The batches under way when the others closed may add a few.
  let last = 0;
  await until("every log shows its last record", async () => {
    last = await records(page, "orders", 6);
    return last >= before + 1500;
  });
  await pause(page);
  assert.equal(await records(page, "orders", 6), last, "pausing has nothing to add");
});
