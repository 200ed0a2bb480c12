// The ledger: its totals are always on the page, a click lists the records, a click on a record tells its life.

import { BY_CLOCK, dialog, fact, inspect, pause, play, playLines, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const bar = (page) => page.getByRole("region", { name: "The ledger" });
const total = (page, words) => bar(page).getByRole("button", { name: new RegExp(`^\\d+ ${words}$`) });
const number = async (button) => Number(/^\d+/.exec((await button.textContent()).replace(/\s/g, " "))[0]);

// Each view of the dialog adds up to what was sent.
async function addsUp(page) {
  const sent = await number(dialog(page).getByRole("group", { name: "All" }).getByRole("button"));
  for (const view of ["Producer", "Log", "billing"]) {
    const chips = await dialog(page).getByRole("group", { name: view, exact: true }).getByRole("button").allTextContents();
    const sum = chips.reduce((sum, text) => sum + Number(/^\d+/.exec(text)[0]), 0);
    assert.equal(sum, sent, `${view}: ${chips.join(", ")}`);
  }
  return sent;
}

test("totals stand on the page, list their records, and a record tells its life", { saved: BY_CLOCK, timeout: 90_000 }, async ({ page, open, axe }) => {
  await open();
  const before = await number(total(page, "sent"));
  await play(page);
  await until("more were sent", async () => (await number(total(page, "sent"))) > before + 20);
  await pause(page);
  await axe();
  await total(page, "visible").click();
  const sent = await addsUp(page);
  assert.ok(sent > before);
  await axe();
  const rows = dialog(page).getByRole("region", { name: "Records" }).getByRole("listitem");
  const row = rows.first().getByRole("button").first();
  assert.match(await row.textContent(), /orders-\d@\d+, key .*: acknowledged, visible/);
  await row.click();
  assert.equal(await row.getAttribute("aria-expanded"), "true");
  const life = await rows.first().textContent();
  assert.match(life, /What became of this record/);
  assert.match(life, /sent a batch/);
  assert.match(life, /appended/i);
  await axe();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
});

test("what a crash without acks loses is listed, with the reason", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open }) => {
  await open();
  for (const id of [1, 2, 3]) {
    const inspector = await inspect(page, new RegExp(`^B${id}, Broker ${id}`));
    await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  }
  await play(page);
  // Nobody answers, so after delivery.timeout.ms the producers give up.
  await until("some have failed", async () => (await total(page, "failed").count()) > 0, 60_000);
  await pause(page);
  await total(page, "lost and reported").click();
  await addsUp(page);
  const row = dialog(page).getByRole("region", { name: "Records" }).getByRole("listitem").first();
  await row.getByRole("button").first().click();
  assert.match(await row.textContent(), /Why was this record lost\?.*No leader ever wrote it; its application was given the error/s);
});

test("why a write was refused is asked at its producer and in the life of its record", { timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await playLines(page, [
    "cluster brokers=2 seed=3 begin=0s",
    "@0.1s create-topic topic=t partitions=1 replication.factor=2 min.insync.replicas=2",
    "@0.2s add-producer producer=p topic=t delivery.timeout.ms=9000 request.timeout.ms=3000",
    "@1s stop-broker broker=2",
    "@5s send producer=p key=a value=1",
    "@16s now",
  ]);
  const card = page.getByRole("dialog", { name: "Why was this write refused?" });
  const inspector = await inspect(page, "p");
  assert.match(await fact(inspector, "Last refused write"), /^NOT_ENOUGH_REPLICAS for t-0 at/);
  await axe();
  await inspector.getByRole("button", { name: "Why?", exact: true }).click();
  await card.getByText(/acks=all.*a leader takes nothing/).waitFor();
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });
  await total(page, "failed").click();
  const row = dialog(page).getByRole("region", { name: "Records" }).getByRole("listitem").first();
  await row.getByRole("button").first().click();
  await row.getByText(/NOT_ENOUGH_REPLICAS/).first().waitFor();
  await row.getByRole("listitem").filter({ hasText: "NOT_ENOUGH_REPLICAS" }).first().getByRole("button", { name: "Why?" }).click();
  await card.getByText(/acks=all.*a leader takes nothing/).waitFor();
  assert.equal(await page.getByRole("dialog").count(), 1, "the ledger has closed");
});

test("the ledger goes by keyboard, in Chinese and on a phone", { lang: "zh-CN", viewport: { width: 390, height: 844 } }, async ({ page, open, axe }) => {
  await open();
  const all = page.getByRole("region", { name: "账目" }).getByRole("button").first();
  await all.focus();
  await page.keyboard.press("Enter");
  await dialog(page).waitFor();
  assert.match(await dialog(page).textContent(), /每条已调用 send 的消息/);
  const row = dialog(page).getByRole("listitem").first().getByRole("button").first();
  await row.focus();
  await page.keyboard.press("Enter");
  assert.equal(await row.getAttribute("aria-expanded"), "true");
  await axe();
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  assert.ok(await all.evaluate((element) => element === document.activeElement));
});
