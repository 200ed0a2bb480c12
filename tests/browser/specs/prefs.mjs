// Language, colours, pace: switched live, remembered before they are shown, and there again after a reload.

import { step, steps, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const saved = (page, name) => page.evaluate((name) => localStorage.getItem(`kafkascope.${name}`), name);
const root = (page, attribute) => page.locator("html").getAttribute(attribute);

test("the language is switched live and remembered", async ({ page, open, reload }) => {
  await open();
  const chinese = page.getByRole("button", { name: "中文" });
  await chinese.click();
  await until("the page is Chinese", async () => (await root(page, "lang")) === "zh-CN");
  await page.getByRole("button", { name: "播放", exact: true }).waitFor();
  assert.equal(await chinese.getAttribute("aria-pressed"), "true");
  assert.equal(await saved(page, "lang"), "zh-CN");
  await reload();
  await until("it is Chinese again", async () => (await root(page, "lang")) === "zh-CN");
  await page.getByRole("heading", { name: "一个可以动手的集群" }).waitFor();
  await page.keyboard.press("l");
  await page.getByRole("heading", { name: "A cluster to play with" }).waitFor();
  assert.equal(await saved(page, "lang"), "en");
});

test("what is seen is saved: a reload at that moment loses nothing", async ({ page, open, reload }) => {
  await open();
  // Where the change is seen first, what is saved is read: no time goes by between the two.
  await page.evaluate(() => {
    new MutationObserver(() => {
      window.savedWhenSeen = localStorage.getItem("kafkascope.lang");
    }).observe(document.documentElement, { attributeFilter: ["lang"] });
  });
  await page.getByRole("button", { name: "中文" }).click();
  await until("it was seen", () => page.evaluate(() => window.savedWhenSeen !== undefined));
  assert.equal(await page.evaluate(() => window.savedWhenSeen), "zh-CN");
  await reload();
  assert.equal(await root(page, "lang"), "zh-CN");
});

test("colours by hand win over the system's, and are remembered", { theme: "light" }, async ({ page, open, reload, axe }) => {
  await open();
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  const pick = async (name) => {
    await page.getByRole("button", { name: /^Colours:/ }).click();
    await page.getByRole("menuitemradio", { name }).click();
  };
  await pick("Dark");
  await until("it is dark", async () => (await root(page, "data-theme")) === "dark");
  assert.notEqual(await background(), light);
  await axe();
  await reload();
  assert.equal(await root(page, "data-theme"), "dark");
  assert.notEqual(await background(), light);
  await page.getByRole("button", { name: "Colours: Dark" }).waitFor();
  await page.emulateMedia({ colorScheme: "dark" });
  await pick("Light");
  await until("it is light", async () => (await background()) === light);
  await pick("As the system");
  await until("the system decides", async () => (await root(page, "data-theme")) === null);
  assert.notEqual(await background(), light, "and the system is dark now");
});

test("pace and speed are remembered, and the run stands where it stood", async ({ page, open, reload }) => {
  await open();
  const speed = page.getByRole("button", { name: /^Pace and speed:/ });
  await page.keyboard.press("+");
  await until("it is faster", async () => /^8 steps\/s/.test(await speed.textContent()));
  await step(page);
  await until("a step was taken", async () => (await steps(page)) === 1);
  await reload();
  assert.match(await speed.textContent(), /^8 steps\/s/);
  await until("the run is back", async () => (await steps(page)) === 1);
  await page.getByRole("button", { name: "Play", exact: true }).waitFor();
});

test("single keys can be turned off", async ({ page, open, reload }) => {
  await open();
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: "Single keys act" }).uncheck();
  await page.keyboard.press("Escape");
  await reload();
  await page.keyboard.press("n");
  await page.keyboard.press(".");
  await page.waitForTimeout(300);
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.equal(await steps(page), 0);
});
