// One record by hand: where it would go and why, before it is sent; where it went and why, after.

import { FAST, card, inspect, partition, play, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

test("where a key would go is said before it is sent, and holds", { saved: FAST }, async ({ page, open, axe }) => {
  await open();
  const inspector = await inspect(page, "checkout");
  await inspector.getByLabel("Key", { exact: true }).fill("grace hopper");
  const preview = inspector.locator(".preview");
  await preview.getByText('murmur2("grace hopper") = 0x').waitFor();
  const told = Number(/mod 6 partitions = (\d)/.exec(await preview.textContent())[1]);
  const hash = /0x[0-9a-f]{8}/.exec(await preview.textContent())[0];
  await preview.getByText(`Why partition ${told}?`).waitFor();
  await axe(".inspector");

  await inspector.getByRole("button", { name: "Send", exact: true }).click();
  await page.getByText("Given. Play or Step shows what follows.").waitFor();
  await play(page);
  const strip = page.getByRole("group", { name: new RegExp(`^Records of orders-${told};`) });
  const cell = strip.getByTitle(/^\d+: grace hopper$/);
  await cell.first().waitFor();
  await page.keyboard.press("Space");

  // The same hash, asked of the record itself.
  await cell.first().click();
  const why = page.getByRole("dialog", { name: `Why partition ${told}?` });
  await why.getByText(hash).waitFor();
  await axe();
  await page.keyboard.press("Escape");
  await why.waitFor({ state: "detached" });
  assert.ok(await cell.first().evaluate((cell) => cell === document.activeElement), "the focus is back");
});

test("a partition by hand goes where it was told, against its key", { saved: FAST }, async ({ page, open }) => {
  await open();
  const before = await partition(page, "orders-5");
  assert.equal(before.records, 0);
  const inspector = await inspect(page, "checkout");
  await inspector.getByText("Partition and headers").click();
  await inspector.getByRole("combobox", { name: "Partition" }).selectOption("5");
  await inspector.getByLabel("Headers").fill("no colon here");
  await inspector.getByRole("button", { name: "Send", exact: true }).click();
  await inspector.getByText("“no colon here” has no colon").waitFor();
  await inspector.getByLabel("Headers").fill("trace: 42");
  await inspector.getByRole("button", { name: "Send", exact: true }).click();
  await inspector.getByText("has no colon").waitFor({ state: "detached" });
  await play(page);
  await until("it is there", async () => (await partition(page, "orders-5")).records >= 1);
  await stage(page).getByTitle(/^0: alice/).nth(0).waitFor();
});

test("a record without a key goes to the sticky partition, and is asked why", { saved: FAST }, async ({ page, open }) => {
  await open();
  await page.getByRole("textbox", { name: "Key of the record that web-logs sends" }).fill("");
  await page.getByRole("button", { name: "Send one from web-logs" }).click();
  await play(page);
  const cell = page.getByRole("group", { name: /^Records of/ }).getByTitle(/^\d+: no key$/).last();
  await cell.waitFor();
  await page.keyboard.press("Space");
  await cell.click();
  await page.getByRole("dialog", { name: /^Why partition \d\?$/ }).getByText(/of 16384 bytes have gone to/).waitFor();
});

test("each kind of Why answers with the values of the case", async ({ page, open, axe }) => {
  await open();
  const asked = async (button, name, text) => {
    await button.click();
    const why = page.getByRole("dialog", { name });
    await why.getByText(text).first().waitFor();
    await axe();
    await why.getByRole("button", { name: "Close" }).click();
    await why.waitFor({ state: "detached" });
  };
  await asked(page.getByTitle("0: alice", { exact: true }), /Why partition 3/, "0x74504595");
  await asked(page.getByRole("button", { name: /^lag 4 of billing on orders-1/ }), /lag/, /19/);
  await asked(page.getByRole("button", { name: /^P0 P1 · C1 owns/ }), /Why/, /range/i);
  await asked(page.getByText("HW 11", { exact: true }), "What is visible?", "high watermark as the least of them = 11");
  await asked(page.getByRole("button", { name: "Why now?" }).first(), /Why/, /linger\.ms/);
  assert.equal(await card(page, "orders-0").count(), 1);
});
