// The segments of a replica, and records deleted by hand.

import { BY_CLOCK, dialog, fact, inspect, play, playLines, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

test("a replica shows its segments, by keyboard too", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  const inspector = await inspect(page, /^P1, orders-1/);
  const button = inspector.getByRole("button", { name: /^Segments of orders-1 on broker \d/ }).first();
  await button.focus();
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("heading", { name: /^Segments of orders-1 on broker \d/ }).waitFor();
  await dialog(page).getByText(/own log of/).waitFor();
  await dialog(page).getByText(/Next to go: segment 0/).waitFor();
  await dialog(page).getByText("No segment of this log was deleted lately.").waitFor();
  assert.equal(await dialog(page).getByRole("row").count(), 2, "a head and the active segment");
  await dialog(page).getByText(/^active/).waitFor();
  await axe();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await until("the focus is back", () => button.evaluate((node) => node === document.activeElement));
});

test("deleted records are gone from the start of the log", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, /^P1, orders-1/);
  assert.equal(await fact(inspector, "Log start"), "0");
  await inspector.getByRole("button", { name: "Delete records" }).click();
  await dialog(page).getByLabel("First offset that stays").fill("2");
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await until("the log starts at 2", async () => (await fact(inspector, "Log start")) === "2");
});

test("segments that were deleted lately are listed, and say why", { timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await playLines(page, [
    "cluster brokers=1 seed=3 begin=0s",
    "@0.1s create-topic topic=t partitions=1 replication.factor=1 internal.segment.bytes=1000 retention.ms=60000",
    "@0.3s add-producer producer=p topic=t rate=20 keys=a,b records.max=40",
    "@331s now",
  ]);
  const inspector = await inspect(page, /^P0, t-0/);
  await inspector.getByRole("button", { name: "Segments of t-0 on broker 1" }).click();
  const deleted = dialog(page).getByRole("region", { name: "Deleted lately" });
  const lines = deleted.getByRole("listitem");
  assert.ok((await lines.count()) > 2);
  await axe();
  await lines.last().getByText(/segment 0\b/).waitFor();
  await lines.last().getByRole("button", { name: /^Why/ }).click();
  const card = page.getByRole("dialog", { name: "Why was this segment deleted?" });
  await card.getByText(/retention\.ms/).first().waitFor();
  assert.equal(await page.getByRole("dialog").count(), 1, "the list of segments has closed");
});
