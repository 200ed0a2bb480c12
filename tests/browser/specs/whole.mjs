// What is written can be read to its end, in the windows of a classroom; and with the system's forced colours what
// means something still does.

import { BY_CLOCK, add, dialog, playLines, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 1280, height: 720 },
  { width: 1024, height: 768 },
];

// Texts of these elements that do not fit in them.
const cut = (page, selector) =>
  page.locator(selector).evaluateAll((all) =>
    all
      .filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight + 1)
      .map((one) => `${one.className}: ${one.textContent || one.placeholder}`),
  );

const crash = async (page) => {
  await page.keyboard.press("x");
  await dialog(page).getByRole("button", { name: /^Crash/ }).first().click();
  await page.locator("dialog button[type=submit]").click();
  await dialog(page).waitFor({ state: "detached" });
};

for (const viewport of WINDOWS) {
  const size = `${viewport.width} × ${viewport.height}`;

  test(`cards with a third producer are whole, at ${size}`, { viewport }, async ({ page, open }) => {
    await open();
    await add(page, "Producer…");
    await page.locator("dialog button[type=submit]").click();
    await stage(page).getByRole("button", { name: "producer-1", exact: true }).waitFor();
    assert.deepEqual(await cut(page, ".card-name, .card .badge, .send-key, .member .doing, .group-facts"), []);
    // A field without a key says so in full: its text is as wide as six letters of its type.
    const room = await page.locator(".send-key").evaluateAll((all) =>
      all.map((one) => {
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = getComputedStyle(one).font;
        const style = getComputedStyle(one);
        return one.clientWidth - parseFloat(style.paddingLeft) * 2 - pen.measureText(one.placeholder).width;
      }),
    );
    assert.ok(room.every((left) => left >= 0), room.join());
    // Facts that need two lines have them above the first member.
    const [facts, first] = await page.evaluate(() =>
      [".group-facts", ".member"].map((one) => document.querySelector(one).getBoundingClientRect()),
    );
    assert.ok(facts.bottom <= first.top, `the facts end at ${facts.bottom}, the member begins at ${first.top}`);
  });

  test(`a broker that is down says all of it beside its replicas, at ${size}`, { viewport, saved: { "kafkascope.lens": "brokers" } }, async ({ page, open }) => {
    await open();
    await crash(page);
    await page.locator(".bcard-down").waitFor();
    assert.match(await page.locator(".bcard.dead .bcard-state").textContent(), /not noticed yet$/);
    assert.deepEqual(await cut(page, ".bcard-state"), []);
    const [top, bottom] = await page.locator(".bcard.dead").evaluate((card) => [
      card.querySelector(".bcard-down").getBoundingClientRect().top,
      Math.max(...[...card.querySelectorAll(".copy")].map((copy) => copy.getBoundingClientRect().bottom)),
    ]);
    assert.ok(bottom <= top, `the replicas end at ${bottom}, what can be done begins at ${top}`);
  });

  test(`a group that rebalances says its name and its state in full, at ${size}`, { viewport }, async ({ page, open }) => {
    await open();
    await playLines(page, ["lesson id=start", "@9s add-consumer consumer=C4 group=billing topics=orders", "@9.4s now"]);
    await page.locator(".group-line .badge", { hasText: "PreparingRebalance" }).waitFor();
    assert.deepEqual(await cut(page, ".group-line .badge, .group-line .group-name"), []);
  });

  test(`after ten minutes and after thirty days the clock has its place, at ${size}`, { viewport }, async ({ page, open }) => {
    await open();
    for (const at of ["601s", "2590000s"]) {
      await playLines(page, ["cluster brokers=1 seed=7 begin=1s", `@${at} now`]);
      const [face, pace] = await page.evaluate(() =>
        [".clock-text", ".speed"].map((one) => document.querySelector(one).getBoundingClientRect()),
      );
      assert.ok(pace.right <= face.left, `at ${at} the pace ends at ${pace.right}, the clock begins at ${face.left}`);
    }
  });
}

test("a message on a phone leaves what is broken and the ledger in reach", { viewport: { width: 390, height: 844 }, saved: BY_CLOCK }, async ({ page, open }) => {
  await open();
  await crash(page);
  await page.getByRole("button", { name: "Run until" }).click();
  await page.getByRole("menuitem").first().click();
  await page.locator(".toast").waitFor();
  const covers = await page.evaluate(() => {
    const toast = document.querySelector(".toast").getBoundingClientRect();
    const parts = [".broken", ".ledger-bar", ".transport", ".tabs", ".header"];
    return parts.filter((part) => {
      const box = document.querySelector(part).getBoundingClientRect();
      return toast.top < box.bottom && box.top < toast.bottom;
    });
  });
  assert.deepEqual(covers, []);
});

test("the names of RPCs stand over the arrows of all", { saved: { "kafkascope.lens": "group" } }, async ({ page, open }) => {
  await open();
  await page.locator(".gl-call text").first().waitFor();
  const order = await page.locator(".gl-call").first().evaluate((call) => {
    const all = [...call.ownerSVGElement.querySelectorAll(".gl-call :is(path, text)")].map((one) => one.tagName);
    return [all.lastIndexOf("path"), all.indexOf("text")];
  });
  assert.ok(order[0] < order[1], `the last arrow is ${order[0]}, the first name ${order[1]}`);
});

for (const theme of ["light", "dark"]) {
  test(`forced colours leave records, choices and the playhead, in ${theme}`, { theme, forcedColors: "active" }, async ({ page, open }) => {
    await open();
    const canvas = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const look = (selector) =>
      page.locator(selector).first().evaluate((one) => {
        const style = getComputedStyle(one);
        return { ground: style.backgroundColor, ink: style.color, edge: style.outlineStyle };
      });
    const record = await look(".stage button.c:not(.hid, .earlier)");
    assert.equal(record.edge, "solid");
    assert.notEqual(record.ground, canvas);
    const chosen = await look('.lenses [aria-selected="true"], .lenses [aria-pressed="true"]');
    for (const one of ['.header [lang][aria-pressed="true"]', '.filter[aria-pressed="true"]']) {
      assert.deepEqual(await look(one), chosen, one);
    }
    assert.notEqual(chosen.ground, canvas);
    assert.notEqual((await look('.header [lang][aria-pressed="false"]')).ground, chosen.ground);
    for (const one of [".timeline .playhead", ".chip.lead", ".send-do", ".member-dot"]) {
      assert.notEqual((await look(one)).ground, canvas, one);
    }
    await page.getByRole("button", { name: "Group", exact: true }).or(page.getByRole("tab", { name: "Group" })).first().click();
    await page.locator(".group-lens > .playhead").waitFor();
    assert.notEqual((await look(".group-lens > .playhead")).ground, canvas);
    await page.keyboard.press("2");
    await page.locator(".copy.leads").first().waitFor();
    assert.equal((await look(".copy.leads")).edge, "solid");
    await until("the follower has none", async () => (await look(".copy.follows")).edge === "none");
  });
}
