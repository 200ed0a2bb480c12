// Controllers apart from the brokers: they stand with them on both lenses, say what each is in the quorum, and can be lost.

import { BY_CLOCK, fact, inspect, play, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const chip = (page, id, words) => stage(page).getByRole("button", { name: new RegExp(`^C${id}, Controller ${id}.*${words}`) });

// The page on the scenario with three controllers apart.
async function opened(page, open) {
  await open();
  await page.getByRole("button", { name: /^Scenario:/ }).click();
  await page.getByRole("menuitemradio", { name: /Three controllers apart/ }).click();
  await chip(page, 3000, "active controller: alive").waitFor();
}

test("the active controller is lost and another takes over", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open, axe }) => {
  await opened(page, open);
  const inspector = await inspect(page, /^C3000, Controller 3000/);
  assert.equal(await fact(inspector, "Roles"), "active controller");
  assert.equal(await fact(inspector, "In the metadata quorum"), "active controller");
  assert.equal(await fact(inspector, "Quorum epoch"), "1");
  assert.equal(await inspector.getByRole("button", { name: "Slow disk…" }).count(), 0);
  await axe();
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await chip(page, 3000, ": crashed").waitFor();
  await play(page);
  await stage(page).getByRole("button", { name: /^C300[12], .*active controller/ }).waitFor({ timeout: 45_000 });
  await inspector.getByRole("button", { name: "Restart" }).click();
  await until("it follows", async () => /voter, follows C300[12]/.test(await fact(inspector, "In the metadata quorum")));
});

test("their cards stand on the Brokers lens", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await opened(page, open);
  await page.keyboard.press("2");
  await page.getByText(/^3 brokers · 3 controllers apart · KRaft controller C3000/).waitFor();
  const card = (id, words) => page.getByRole("button", { name: new RegExp(`^C${id}, Controller ${id}: ${words}`) });
  await card(3000, "alive; active controller · epoch 1 · log end \\d+, committed \\d+").waitFor();
  await card(3001, "alive; voter, follows C3000").waitFor();
  await axe();
  await page.getByRole("button", { name: "Actions on controller 3001" }).click();
  assert.equal(await page.getByRole("menuitem", { name: /^Wipe/ }).count(), 0);
  await page.getByRole("menuitem", { name: /^Crash/ }).click();
  await card(3001, "crashed at .*; voter, not running").waitFor();
  await page.getByRole("button", { name: "Restart C3001" }).click();
  await card(3001, "alive").waitFor();
});

test("without a majority nothing is decided, and the page says that nobody is active", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open }) => {
  await opened(page, open);
  for (const id of [3001, 3002]) {
    const inspector = await inspect(page, new RegExp(`^C${id}, Controller ${id}`));
    await inspector.getByRole("button", { name: "Crash", exact: true }).click();
    await chip(page, id, ": crashed").waitFor();
  }
  await play(page);
  await until("nobody is active", async () => (await stage(page).getByRole("button", { name: /active controller/ }).count()) === 0);
  await page.keyboard.press("2");
  await page.getByText(/3 controllers apart · no active controller/).waitFor();
});
