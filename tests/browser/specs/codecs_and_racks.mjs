// What compression makes of a batch, and who reads from whom by rack, as the page shows both.

import { BY_CLOCK, COMPRESSED, RACKS, add, dialog, inspect, play, playLines, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

// Slow enough that a fetch can be seen on its way.
const SLOW = { "kafkascope.pace": "clock", "kafkascope.speed.clock": "0", "kafkascope.lens": "brokers" };

test("a topic and a producer with codecs are made by their forms", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await add(page, "Topic…");
  await dialog(page).getByLabel("Name").fill("zipped");
  await dialog(page).getByRole("textbox", { name: "Partitions" }).fill("1");
  await dialog(page).getByText(/^All settings/).click();
  await dialog(page).getByRole("combobox", { name: "compression.type" }).selectOption("zstd");
  await dialog(page).getByRole("button", { name: "Create" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await stage(page).getByRole("button", { name: /^P0, zipped-0/ }).waitFor();
  const inspector = await inspect(page, "zipped");
  await inspector.getByText("compression.type").first().waitFor();
  await inspector.getByText("zstd").first().waitFor();
});

test("a batch tells its codec and both sizes, its segment what it would be without", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await playLines(page, COMPRESSED);
  // The producer's batch: gzip, as it left.
  const sent = page.getByRole("log").locator(".line", { hasText: /sent a batch/ }).first();
  await sent.getByRole("button", { name: "Why now?" }).click();
  const card = page.getByRole("dialog");
  await card.getByText("compression.type").first().waitFor();
  const said = await card.textContent();
  const size = (name) => Number(new RegExp(`${name} = ([\\d,]+)`).exec(said)?.[1].replaceAll(",", ""));
  assert.match(said, /compression\.type = gzip/);
  assert.ok(size("bytes after it") < size("bytes before compression"), said);
  await axe();
  await page.keyboard.press("Escape");
  // The log's batches: zstd, as the topic says. Their bytes are those that retention and `segment.bytes` count.
  const inspector = await inspect(page, /^P0, orders-0/);
  await inspector.getByRole("button", { name: /^Segments of orders-0 on broker \d/ }).first().click();
  const row = dialog(page).getByRole("row").last();
  const cell = await row.getByRole("cell").nth(1).textContent();
  const [, bytes, before] = /^(\d+)by zstd; (\d+)\sB without$/.exec(cell) ?? assert.fail(cell);
  assert.ok(Number(bytes) < Number(before), cell);
  await axe();
});

// Was anything drawn just right of the card of the last broker? Nothing but what leaves for a consumer comes there.
async function leavesBroker3(page) {
  const row = page.getByRole("button", { name: /^P0, replica of orders-0 on broker 3/ });
  return page.evaluate(
    async (row) => {
      const card = row.closest(".bcard").getBoundingClientRect();
      const seen = () =>
        [...document.querySelectorAll(".stage canvas")].some((canvas) => {
          const at = canvas.getBoundingClientRect();
          const scale = canvas.width / at.width;
          const y = row.closest(".copy").getBoundingClientRect();
          const [x, top] = [(card.right + 2 - at.left) * scale, (y.top - at.top) * scale];
          const { data } = canvas.getContext("2d").getImageData(x, top, 14 * scale, y.height * scale);
          return data.some((value, index) => index % 4 === 3 && value > 0);
        });
      for (let frame = 0; frame < 600; frame += 1) {
        if (seen()) return true;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
      return false;
    },
    await row.elementHandle(),
  );
}

for (const [rack, words, follower] of [
  ["c", "read from broker 3, a follower in rack c", true],
  ["a", "read from broker 1, the leader, in rack a", false],
]) {
  test(`a consumer in rack ${rack} is ${words}`, { saved: SLOW, timeout: 120_000 }, async ({ page, open, axe, allow }) => {
    // What is drawn is looked at in every frame.
    allow(/willReadFrequently/);
    await open();
    await playLines(page, RACKS(rack));
    await page.getByText("rack c", { exact: true }).waitFor();
    await play(page);
    assert.equal(await leavesBroker3(page), follower, "its fetches leave the replica that they read");
    await page.keyboard.press("1");
    const inspector = await inspect(page, "C1");
    await inspector.getByText(words).waitFor();
    await axe();
    // And why, by keyboard.
    const why = inspector.locator("tr", { hasText: words }).getByRole("button", { name: "Why?" });
    await why.focus();
    await page.keyboard.press("Enter");
    const card = page.getByRole("dialog");
    await card.getByText(follower ? "Why from broker 3?" : "Why from broker 1?").waitFor();
    await until("the reason is said", async () =>
      (follower ? /is not in the consumer's rack, so it answered/ : /The leader is in the consumer's rack itself/).test(await card.textContent()));
  });
}
