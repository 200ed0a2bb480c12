// Wrong input and limits: each is refused at its field, in a sentence that names the field and what is allowed; what
// was typed stays, and the cluster is as it was.

import { FAST, add, dialog, inspect, play, stage, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

// Fills `field` with `value`, submits, and reads what stands at the field.
async function refusal(page, submit, field, value) {
  const box = dialog(page).getByRole("textbox", { name: field, exact: true });
  const before = await box.inputValue();
  await box.fill(value);
  await dialog(page).getByRole("button", { name: submit, exact: true }).click();
  await until(`${field} “${value.slice(0, 20)}” is refused`, async () => (await box.getAttribute("aria-invalid")) === "true");
  assert.equal(await box.inputValue(), value, "what was typed stays");
  await until("the field has the focus", () => box.evaluate((box) => document.activeElement === box));
  // The sentence belongs to the field for those who do not see it, too.
  const said = await box.evaluate((box) => {
    const ids = (box.getAttribute("aria-describedby") ?? "").split(" ");
    return ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  });
  await box.fill(before);
  await until("it is no longer said", async () => (await box.getAttribute("aria-invalid")) !== "true");
  return said;
}

// A form: how it is opened, its button, and rows of field, value and what is said of it.
const FORMS = [
  {
    opens: "Topic…",
    submit: "Create",
    rows: [
      ["Name", "", /Please fill this in/],
      ["Name", "or ders", /cannot have the character “ ”; .*letters a to z/],
      ["Name", "订单", /cannot have the character “订”/],
      ["Name", "<b>x</b>", /cannot have the character “<”/],
      ["Name", ".", /cannot be “\.” or “\.\.”/],
      ["Name", "x".repeat(250), /cannot be 250 characters long.* at most 249/],
      ["Name", "orders", /There is a topic orders already/],
      ["Partitions", "0", /partitions must be at least 1/],
      ["Partitions", "-3", /whole number from 0 up is needed, not “-3”/],
      ["Partitions", "2.5", /whole number .* not “2\.5”/],
      ["Partitions", "9995", /partitions cannot be .* at most 10000 partitions/],
      ["Replication factor", "4", /replication\.factor 4 needs 4 brokers, and there are 3/],
      ["min.insync.replicas", "0", /min\.insync\.replicas must be a whole number from 1 to 2147483647, not “0”/],
    ],
  },
  {
    opens: "Producer…",
    submit: "Start it",
    rows: [
      ["Name (client.id)", "checkout", /called checkout already/],
      ["Name (client.id)", "x".repeat(101), /cannot be 101 characters long.* at most 100 characters/],
      ["Rate", "fast", /number from 0 up is needed, such as 4, 1000 or 0\.5 .*, not “fast”/],
      ["Rate", "1,000", /at most three digits after the point\), not “1,000”/],
      ["Rate", "100001", /rate cannot be 100001\. .* at most 100000 records a second/],
      ["Keys", "k".repeat(1001), /key cannot be 1001 bytes long.* at most 1000 bytes/],
      ["Value", "v".repeat(100_001), /value cannot be 100001 bytes long.* at most 100000 bytes/],
      ["Stops after", "1.5", /whole number .* not “1\.5”/],
      ["batch.size", "-1", /batch\.size must be a whole number from 0 to 2147483647, not “-1”/],
      ["linger.ms", "soon", /linger\.ms must be a whole number of at least 0, not “soon”/],
    ],
  },
  {
    opens: "Consumer…",
    submit: "Start it",
    rows: [
      ["Name (client.id)", "C1", /called C1 already/],
      ["Processing time", "-1", /number from 0 up is needed.* not “-1”/],
      ["session.timeout.ms", "0", /session\.timeout\.ms must be a whole number from 1 to 2147483647, not “0”/],
      ["max.poll.records", "99999999999", /max\.poll\.records must be a whole number from 1 to 2147483647/],
    ],
  },
];

for (const { opens, submit, rows } of FORMS) {
  test(`the form “${opens}” refuses what cannot be`, async ({ page, open, axe }) => {
    await open();
    await add(page, opens);
    for (const [field, value, says] of rows) {
      assert.match(await refusal(page, submit, field, value), says, `${field} = ${value.slice(0, 20)}`);
    }
    await dialog(page).getByRole("textbox").first().fill("");
    await dialog(page).getByRole("button", { name: submit, exact: true }).click();
    await dialog(page).getByText("Please fill this in.").waitFor();
    await axe();
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "detached" });
    await stage(page).getByText("6 partitions · replication 3 · min.insync 2").waitFor();
    assert.ok(await page.getByRole("button", { name: "Back to the start" }).isDisabled(), "nothing was changed");
  });
}

test("a consumer without a group or a topic is told what it needs", async ({ page, open }) => {
  await open();
  await add(page, "Consumer…");
  await dialog(page).getByRole("combobox", { name: "Group (group.id)" }).fill("");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).getByText("A consumer that subscribes needs a group.").waitFor();
  await dialog(page).getByRole("combobox", { name: "Group (group.id)" }).fill("audit");
  await dialog(page).getByRole("checkbox", { name: "orders" }).uncheck();
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).getByText("Choose at least one.").waitFor();
});

test("markup in names, keys and values is text", { saved: FAST }, async ({ page, open }) => {
  await open();
  const markup = "<img src=x onerror=alert(1)>";
  await add(page, "Producer…");
  await dialog(page).getByRole("textbox", { name: "Name (client.id)" }).fill("<b>bold</b>");
  await dialog(page).getByRole("textbox", { name: "Keys", exact: true }).fill(markup);
  await dialog(page).getByRole("textbox", { name: "Value", exact: true }).fill("<script>alert(1)</script>");
  await dialog(page).getByRole("textbox", { name: "Rate", exact: true }).fill("100");
  await dialog(page).getByRole("button", { name: "Start it" }).click();
  await dialog(page).waitFor({ state: "detached" });
  await stage(page).getByRole("button", { name: "<b>bold</b>", exact: true }).waitFor();
  await play(page);
  await until("such a key is in a log", async () => (await stage(page).getByTitle(markup).count()) > 0);
  const inspector = await inspect(page, "<b>bold</b>");
  await inspector.getByText(markup).first().waitFor();
  assert.equal(await page.locator("img, b, main script").count(), 0);
});

test("a key that is too long to send by hand is refused there", async ({ page, open }) => {
  await open();
  const inspector = await inspect(page, "checkout");
  await inspector.getByLabel("Key", { exact: true }).fill("k".repeat(1001));
  await inspector.getByRole("button", { name: "Send", exact: true }).click();
  await inspector.getByText(/key cannot be 1001 bytes long\. A key has at most 1000 bytes\./).waitFor();
  await inspector.getByLabel("Key", { exact: true }).fill("k".repeat(1000));
  await inspector.getByRole("button", { name: "Send", exact: true }).click();
  await inspector.getByText(/key cannot be/).waitFor({ state: "detached" });
});
