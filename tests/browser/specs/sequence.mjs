// The Sequence lens: every RPC with its name and its error, in full, and along the chain of causes.

import { FAST, pause, play, step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const rows = (page) => page.getByRole("group", { name: /^RPCs and moments/ }).first();
const row = (page, name) => rows(page).getByRole("button", { name });
const detail = (page) => page.getByRole("region", { name: "In full" });
const api = (page, name) => page.getByRole("group", { name: /^RPCs shown/ }).getByRole("button", { name, exact: true });

test("lifelines, arrows and moments; what is folded comes when asked for", async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("4");
  for (const name of ["checkout", "B1", "C3"]) {
    await page.getByRole("group", { name: "Lifelines" }).getByRole("button", { name, exact: true }).waitFor();
  }
  await row(page, /: checkout sends Produce to B\d/).first().waitFor();
  assert.equal(await row(page, /sends Fetch/).count(), 0);
  assert.equal(await api(page, "Fetch").getAttribute("aria-pressed"), "false");
  await axe();
  await api(page, "Fetch").click();
  await row(page, /: B\d sends Fetch to B\d|: C\d sends Fetch to B\d/).first().waitFor();
  await api(page, "Fetch").click();
  await until("it is folded again", async () => (await row(page, /sends Fetch/).count()) === 0);
});

test("the filters leave one group, and one node", async ({ page, open }) => {
  await open();
  await page.keyboard.press("4");
  await page.getByRole("combobox", { name: "Group" }).selectOption("billing");
  await row(page, /: C\d assigned orders-\d/).first().waitFor();
  assert.equal(await row(page, /Produce/).count(), 0);
  await page.getByRole("combobox", { name: "Node" }).selectOption("C2");
  await until("only C2 is left", async () => (await row(page, /C3/).count()) === 0);
  await row(page, /: C2 assigned orders-2/).waitFor();
});

test("an RPC is shown in full, and the chain is followed up and down", async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("4");
  await page.getByRole("combobox", { name: "Group" }).selectOption("billing");
  await row(page, /: B\d answers SyncGroup of C1/).first().click();
  await detail(page).waitFor();
  for (const field of ["groupId", "generationId", "memberId", "assignment", "errorCode"]) {
    await detail(page).getByRole("rowheader", { name: field, exact: true }).first().waitFor();
  }
  assert.match(await detail(page).textContent(), /0 \(NONE\)/);
  await axe();
  // Down: C1 was assigned its partitions. Up again: the answer.
  const down = detail(page).getByRole("button", { name: /C1 was given/ });
  await down.click();
  await until("the moment is shown", async () => /C1 was given/.test(await detail(page).locator("h2").textContent()));
  await detail(page).getByRole("button", { name: /^↑/ }).or(detail(page).locator("button.sq-step").first()).first().click();
  await until("the answer is shown", async () => /SyncGroup/.test(await detail(page).locator("h2").textContent()));
  await page.keyboard.press("Escape");
  await detail(page).waitFor({ state: "detached" });
});

test("the newest row stays in sight while it plays, and not once somebody scrolled up", { saved: FAST, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await page.keyboard.press("4");
  const last = () => rows(page).getByRole("button").last().getAttribute("aria-label");
  const before = await last();
  await play(page);
  await until("newer rows come", async () => (await last()) !== before);
  const inSight = await page.evaluate(() => {
    const scroller = document.querySelector(".lens-scroll");
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
  });
  assert.ok(inSight);
  const drawn = await rows(page).getByRole("button").count();
  assert.ok(drawn < 60, `${drawn} rows are drawn`);
  await page.evaluate(() => document.querySelector(".lens-scroll").scrollTo(0, 0));
  await page.getByRole("button", { name: /^To the newest/ }).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await page.evaluate(() => document.querySelector(".lens-scroll").scrollTop), 0);
  await page.getByRole("button", { name: /^To the newest/ }).click();
  await pause(page);
});

test("rows are reached by arrow keys and opened by Enter", async ({ page, open }) => {
  await open();
  await page.keyboard.press("4");
  await rows(page).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowUp");
  const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(label, /^\d+\.\d{3} s: /);
  await page.keyboard.press("Enter");
  await detail(page).waitFor();
  assert.equal(await steps(page), 0, "no arrow stepped the clock");
  await step(page);
  await until("a step was taken", async () => (await steps(page)) === 1);
  await detail(page).waitFor();
});

for (const viewport of [{ width: 1024, height: 768 }, { width: 390, height: 844 }]) {
  for (const lang of ["en-US", "zh-CN"]) {
    test(`axe and no sideways scroll at ${viewport.width}, ${lang}, dark`, { viewport, lang, theme: "dark", saved: { "kafkascope.lens": "sequence" } }, async ({ page, open, axe, noSidewaysScroll }) => {
      await open();
      await page.locator(".sq-row").first().waitFor();
      await page.locator(".sq-row").last().click();
      await page.locator(".sq-detail").waitFor();
      await noSidewaysScroll();
      await axe();
    });
  }
}
