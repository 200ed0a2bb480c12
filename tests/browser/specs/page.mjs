// The page at work: it steps, speaks both languages, answers Why, and runs a lesson's first beat.

import { assert, test } from "../harness.mjs";

const step = (page) => page.getByText(/^step \d+$/).first();

test("a step changes the picture, by key and by button", async ({ page, open }) => {
  await open();
  const before = await step(page).textContent();
  await page.keyboard.press(".");
  await page.waitForFunction((before) => !document.body.textContent.includes(before), before);
});

test("the language is switched live and remembered", async ({ page, open, reload }) => {
  await open();
  await page.getByRole("button", { name: "中文" }).click();
  await page.waitForFunction(() => document.documentElement.lang.startsWith("zh"));
  await reload();
  assert.match(await page.evaluate(() => document.documentElement.lang), /^zh/);
});

test("a record answers why it lies where it lies", async ({ page, open, axe }) => {
  await open();
  await page.locator('[title^="0: alice"]').first().click();
  await page.getByText("murmur2").first().waitFor();
  await axe();
});
