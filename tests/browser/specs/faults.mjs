// What a class can break from the page, and how it is healed: every fault once, from the palette, the keyboard and the
// inspectors.

import { BY_CLOCK, broken, dialog, inspect, play, stage, tabTo } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const palette = async (page, name) => {
  await page.getByRole("button", { name: "Break something" }).click();
  await dialog(page).getByRole("button", { name: new RegExp(`^${name}`) }).click();
};
const doIt = async (page) => {
  await dialog(page).getByRole("button", { name: "Break it" }).click();
  await dialog(page).waitFor({ state: "detached" });
};
const healed = (page) => broken(page).waitFor({ state: "detached" });

test("every fault of the palette can be done, is listed, and heals", { saved: BY_CLOCK, timeout: 180_000 }, async ({ page, open }) => {
  await open();
  const faults = [
    ["Cut a link", "cut"],
    ["Slow link", "slower"],
    ["Lossy link", "loses 20%"],
    ["Freeze a process", "frozen"],
    ["Crash a process", "crashed"],
    ["Stop a broker", "stopped"],
    ["Slow disk", "slower"],
    ["Wrong clock", "clock ahead by"],
  ];
  for (const [name, said] of faults) {
    await palette(page, name);
    await doIt(page);
    if (name === "Stop a broker") await play(page);
    await broken(page).getByText(new RegExp(said)).first().waitFor({ timeout: 60_000 });
    await broken(page).getByRole("button", { name: /^Heal: / }).first().click();
    await healed(page);
  }
});

test("a disk is wiped of a broker that is down, and several faults heal together", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  await palette(page, "Wipe a disk");
  await dialog(page).getByText("Only the disk of a broker that is stopped or crashed can be wiped.").waitFor();
  await dialog(page).getByRole("button", { name: "Cancel" }).click();
  const inspector = await inspect(page, /^B2, Broker 2/);
  await inspector.getByRole("button", { name: "Crash", exact: true }).click();
  await inspector.getByRole("button", { name: "Wipe its disk" }).click();
  await page.getByRole("log").getByText(/The disk of broker 2 was emptied/).waitFor();
  await palette(page, "Cut a link");
  await doIt(page);
  assert.equal(await broken(page).getByRole("listitem").count(), 2);
  await broken(page).getByRole("button", { name: "Heal all" }).click();
  await healed(page);
});

test("a broker is cut off and frozen from its inspector, and the stage shows both", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  const inspector = await inspect(page, /^B3, Broker 3/);
  await inspector.getByRole("button", { name: "Cut off…" }).click();
  await dialog(page).getByRole("combobox", { name: "From" }).selectOption({ label: "broker 3" });
  await doIt(page);
  await stage(page).getByRole("button", { name: /^B3, .*cut off from broker 1, broker 2/ }).waitFor();
  await inspector.getByRole("button", { name: "Freeze" }).click();
  await inspector.getByText("frozen", { exact: true }).waitFor();
  await stage(page).getByRole("button", { name: /^B3, .*frozen/ }).waitFor();
  await axe();
  await inspector.getByRole("button", { name: "Thaw" }).click();
  await broken(page).getByRole("button", { name: "Heal all" }).click();
  await healed(page);
});

test("a producer is frozen and cut off, and says so", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, "checkout");
  await inspector.getByRole("button", { name: "Freeze" }).click();
  await stage(page).getByRole("img", { name: "frozen" }).waitFor();
  await inspector.getByRole("button", { name: "Thaw" }).click();
  await inspector.getByRole("button", { name: "Cut off…" }).click();
  await doIt(page);
  await stage(page).getByRole("img", { name: /^cut off from broker 1/ }).waitFor();
  await broken(page).getByRole("button", { name: "Heal all" }).click();
  await stage(page).getByRole("img", { name: /^cut off/ }).waitFor({ state: "detached" });
});

test("by keyboard alone, in Chinese, on a phone", { lang: "zh-CN", viewport: { width: 390, height: 844 }, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  await page.keyboard.press("x");
  await dialog(page).getByRole("heading", { name: "制造故障" }).waitFor();
  await axe();
  await page.keyboard.press("Enter");
  await dialog(page).getByRole("heading", { name: "切断链路…" }).waitFor();
  await tabTo(page, "制造故障");
  await page.keyboard.press("Enter");
  await dialog(page).waitFor({ state: "detached" });
  const list = page.getByRole("region", { name: "当前故障" });
  await list.waitFor();
  await axe();
  await list.getByRole("button", { name: "全部恢复" }).focus();
  await page.keyboard.press("Enter");
  await list.waitFor({ state: "detached" });
});

test("what a form lacks is said at its field", async ({ page, open }) => {
  await open();
  await palette(page, "Slow link");
  await dialog(page).getByRole("checkbox", { name: "all other brokers" }).uncheck();
  await dialog(page).getByRole("button", { name: "Break it" }).click();
  await dialog(page).getByText("Choose at least one.").waitFor();
  await dialog(page).getByRole("checkbox", { name: "everyone else" }).check();
  await dialog(page).getByRole("textbox", { name: "More for each message" }).fill("60001");
  await dialog(page).getByRole("button", { name: "Break it" }).click();
  await dialog(page).getByText(/A slow link adds at most/).waitFor();
});

test("a node has no link to itself, and what can happen to nobody cannot be done", async ({ page, open, axe }) => {
  await open();
  await palette(page, "Cut a link");
  const from = dialog(page).getByRole("combobox", { name: "From" });
  const to = (name) => dialog(page).getByRole("checkbox", { name, exact: true });
  const first = await from.evaluate((select) => select.selectedOptions[0].textContent);
  assert.equal(await to(first).count(), 0, first);
  await from.selectOption("checkout");
  assert.equal(await to("checkout").count(), 0);
  assert.equal(await to(first).count(), 1);
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "detached" });
  await palette(page, "Wipe a disk");
  const submit = dialog(page).getByRole("button", { name: "Break it" });
  assert.ok(await submit.isDisabled());
  const reason = await submit.getAttribute("aria-describedby");
  assert.match(await page.locator(`#${reason}`).textContent(), /down|stopped|crashed/);
  await axe();
});
