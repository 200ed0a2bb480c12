// Two runs on the page: stacked in every lens, at one time, one of them to work in.

import { FAST, clock, dialog, pause, play, stage, step, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const runs = async (page) => {
  await page.keyboard.press("u");
  await dialog(page).getByRole("heading", { name: "Runs, undo and comparison" }).waitFor();
};
const shown = (page) => page.locator(".pane-shown");
const other = (page) => page.locator(".pane-other");
const heading = (pane) => pane.locator(".pane-head h2").textContent();

// A fourth consumer joins; the same again with cooperative members.
async function twoRuns(page) {
  await page.getByRole("button", { name: "Add a consumer to billing" }).click();
  await dialog(page).locator("button[type=submit]").click();
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("3");
  await play(page);
  await page.locator(".gl-sum").waitFor({ timeout: 60_000 });
  await page.waitForTimeout(1_500);
  await pause(page);
  await runs(page);
  await dialog(page).getByRole("button", { name: /^billing with cooperative-sticky/ }).click();
  await dialog(page).getByRole("heading", { name: "Two runs compared" }).waitFor({ timeout: 60_000 });
  await dialog(page).getByRole("button", { name: "Both on the page" }).click();
  await other(page).waitFor();
}

test("two runs stand on the page in every lens, at one time", { saved: FAST, timeout: 180_000 }, async ({ page, open, axe }) => {
  await open();
  await twoRuns(page);
  assert.match(await heading(shown(page)), /^Run 2: billing with cooperative-sticky/);
  assert.equal(await heading(other(page)), "Run 1");
  // The older one is the upper one, and what tells both apart stands above each.
  const top = async (pane) => (await pane.boundingBox()).y;
  assert.ok((await top(other(page))) < (await top(shown(page))));
  await shown(page).locator(".pane-head").getByText(/stopped$/).waitFor();
  await other(page).locator(".pane-head").getByText(/stopped$/).waitFor();
  await axe();
  for (const [key, part] of [["1", ".stage-content"], ["2", ".bcard"], ["3", ".gl-group"], ["4", ".lens-scroll"]]) {
    await page.keyboard.press(key);
    await shown(page).locator(part).first().waitFor();
    await other(page).locator(part).first().waitFor();
    assert.ok((await shown(page).boundingBox()).height > 200);
    assert.ok((await other(page).boundingBox()).height > 200);
    await axe();
  }
  // Steps of either count; back is the same way.
  await page.keyboard.press("1");
  const times = [await clock(page)];
  for (let count = 0; count < 6; count += 1) {
    await page.keyboard.press("ArrowLeft");
    await until("it is earlier", async () => (await clock(page)) <= times.at(-1));
    times.push(await clock(page));
  }
  assert.ok(times.at(-1) < times[0]);
  for (let count = 0; count < 6; count += 1) await step(page);
  await until("there again", async () => Math.abs((await clock(page)) - times[0]) < 0.1);
  await page.getByRole("button", { name: "Stop comparing" }).click();
  await other(page).waitFor({ state: "detached" });
  await stage(page).getByRole("button", { name: "Add a consumer to billing" }).waitFor();
});

test("one of two runs is worked in, and a click takes the other", { saved: FAST, timeout: 180_000 }, async ({ page, open }) => {
  await open();
  await twoRuns(page);
  const at = await clock(page);
  await page.keyboard.press("1");
  // By keyboard: the picture of the other one is no stop, its button is.
  await page.getByRole("button", { name: "Work in this one: Run 1" }).focus();
  await page.keyboard.press("Enter");
  await until("it is the shown one", async () => (await heading(shown(page))) === "Run 1");
  assert.match(await heading(other(page)), /^Run 2/);
  assert.equal(await clock(page), at);
  assert.ok((await shown(page).boundingBox()).y < (await other(page).boundingBox()).y, "both keep their places");
  // What is done is done in one of them only.
  await shown(page).getByRole("button", { name: /^B2, Broker 2/ }).click();
  const inspector = page.getByRole("region").filter({ has: page.getByRole("button", { name: "Close the inspector" }) }).last();
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await until("it is down here", async () => (await shown(page).locator("[aria-label*='crashed']").count()) > 0);
  assert.equal(await other(page).locator("[aria-label*='crashed']").count(), 0);
  // By mouse, anywhere on the picture.
  const box = await other(page).boundingBox();
  await page.mouse.click(box.x + 300, box.y + 160);
  await until("the other is", async () => /^Run 2/.test(await heading(shown(page))));
  await page.keyboard.press("u");
  await dialog(page).getByRole("button", { name: /^Delete Run 1/ }).click();
  await other(page).waitFor({ state: "detached" });
});
