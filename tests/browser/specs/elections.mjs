// Who leads and who holds a partition, by hand: preferred elections, reassignment, the end of the active controller.

import { BY_CLOCK, dialog, inspect, partition, play, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const inspectPartition = (page, number) => inspect(page, new RegExp(`^P${number}, orders-${number}`));
const leader = async (page) => (await partition(page, "orders-0")).leader;

test("leadership goes back to the preferred replica by request, and says why", { saved: BY_CLOCK, timeout: 150_000 }, async ({ page, open, axe }) => {
  await open();
  const preferred = await leader(page);
  const chip = (state) => stage(page).getByRole("button", { name: new RegExp(`^B${preferred}, .*: ${state}`) });
  const broker = await inspect(page, new RegExp(`^B${preferred}, Broker ${preferred}`));
  await broker.getByRole("button", { name: "Crash", exact: true }).click();
  await play(page);
  await until("another one leads", async () => ![undefined, preferred].includes(await leader(page)), 45_000);
  await broker.getByRole("button", { name: "Restart" }).click();
  await chip("alive").waitFor({ timeout: 45_000 });
  const inspector = await inspectPartition(page, 0);
  const elect = inspector.getByRole("button", { name: "Elect preferred leader" });
  await until("it leads again", async () => {
    await elect.click();
    return (await leader(page)) === preferred;
  });
  await axe();
  await inspector.getByRole("button", { name: /^Why/ }).first().click();
  await page.getByText(/preferred/).first().waitFor();
});

test("a partition moves to other replicas, and the form names what is wrong", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open, axe }) => {
  await open();
  const inspector = await inspectPartition(page, 0);
  await inspector.getByRole("button", { name: "Reassign…" }).click();
  const field = dialog(page).getByRole("textbox").first();
  const submit = dialog(page).getByRole("button", { name: "Reassign", exact: true });
  for (const wrong of ["1, x", "1, 9", "1, 1"]) {
    await field.fill(wrong);
    await submit.click();
    await dialog(page).locator("[aria-invalid=true], [role=alert]").first().waitFor();
  }
  await axe();
  await field.fill("1, 3");
  await submit.click();
  await dialog(page).waitFor({ state: "detached" });
  await play(page);
  await until("broker 2 holds it no more", async () => {
    const rows = await inspector.getByRole("row").allTextContents();
    return rows.length > 0 && !rows.some((row) => /^(B2|Broker 2)/.test(row));
  }, 45_000);
  assert.ok([1, 3].includes(await leader(page)));
});

test("the active controller is crashed from another broker, and one of the others takes over", { saved: BY_CLOCK, timeout: 120_000 }, async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, /^B2, Broker 2/);
  await inspector.getByRole("button", { name: "Crash the active controller" }).click();
  await stage(page).getByRole("button", { name: /^B1, .*crashed/ }).waitFor();
  await play(page);
  await stage(page).getByRole("button", { name: /^B[23], .*active controller/ }).waitFor({ timeout: 45_000 });
});
