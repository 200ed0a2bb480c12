// The three scenarios to their end: by mouse, by keyboard alone, and in Chinese; the question answered and graded.

import { BY_CLOCK, FAST, dialog, inspect, pressUntil, tabTo, until } from "../cluster.mjs";
import { assert, test } from "../harness.mjs";

const ENGLISH = {
  pick: /^Scenario:/,
  step: (number, step, steps) => `Lesson ${number} · step ${step} of ${steps}`,
  run: "Run",
  runAndSee: "Run it and see",
  running: "Running…",
  forward: "Fast forward",
  next: "Continue",
  finish: "Finish",
  right: "Your prediction came true",
  wrong: "It came out differently",
  yours: "your prediction",
  happened: "what happened",
  end: "The cluster is yours",
  score: (right) => `Predictions that came true: ${right} of 1.`,
};

const CHINESE = {
  pick: /^场景：/,
  step: (number, step, steps) => `第 ${number} 课 · 第 ${step} 步，共 ${steps} 步`,
  run: "运行",
  runAndSee: "运行看看",
  running: "运行中…",
  forward: "快进",
  next: "继续",
  finish: "完成",
  right: "你的预测正确",
  wrong: "结果和预测不同",
  yours: "你的预测",
  happened: "实际结果",
  end: "集群归你支配",
  score: (right) => `预测正确：${right} / 1。`,
};

// The answers are chosen by their place, which is the same in both languages.
const LESSONS = [
  { number: 1, en: "A log only grows", zh: "日志只增不减", beats: 5, right: 2, wrong: 0 },
  { number: 2, en: "Keys and partitions", zh: "Key 与分区", beats: 5, right: 1, wrong: 2 },
  { number: 3, en: "A consumer joins", zh: "Consumer 加入", beats: 6, right: 1, wrong: 3 },
];

const lead = (page) => page.locator(".lesson-lead");
const says = async (page, text) => (await lead(page).textContent()).trim() === text;

// What differs between mouse and keyboard: how a lesson is picked, an answer chosen, a button pressed.
const MOUSE = {
  async pick(page, words, lesson) {
    await page.getByRole("button", { name: words.pick }).click();
    await page.getByRole("menuitemradio", { name: new RegExp(`${lesson.number} [·课]`) }).click();
  },
  answer: (page, place) => page.getByRole("radio").nth(place).check(),
  press: (page) => lead(page).click(),
  hurry: (page, words) => page.getByRole("button", { name: words.forward }).click({ timeout: 2_000 }),
};

const KEYBOARD = {
  async pick(page, words, lesson) {
    await pressUntil(page, "Tab", {
      with: "menu",
      test: () => document.activeElement?.matches(".scenario > button, .scenario button") ?? false,
    });
    await page.keyboard.press("Enter");
    await pressUntil(page, "ArrowDown", {
      with: `${lesson.number} ·`,
      test: (name) => document.activeElement?.textContent.includes(name) ?? false,
    });
    await page.keyboard.press("Enter");
  },
  async answer(page, place) {
    await pressUntil(page, "Tab", { with: "radio", test: () => document.activeElement?.type === "radio" });
    // A group of radio buttons is one stop; the arrows choose.
    await page.keyboard.press("Space");
    for (let count = 0; count < place; count += 1) await page.keyboard.press("ArrowDown");
  },
  async press(page) {
    await pressUntil(page, "Tab", {
      with: "the button that leads on",
      test: () => document.activeElement?.matches(".lesson-lead") ?? false,
    });
    await page.keyboard.press("Enter");
  },
  hurry: (page) => page.keyboard.press("f"),
};

async function playThrough(tools, lesson, { by, words, answer, hurry }) {
  const { page, open, axe } = tools;
  await open();
  await by.pick(page, words, lesson);
  for (let beat = 1; beat <= lesson.beats; beat += 1) {
    await page.getByText(words.step(lesson.number, beat, lesson.beats)).waitFor();
    const asks = (await page.getByRole("radio").count()) > 0;
    if (asks) {
      await by.answer(page, lesson[answer]);
      await until("the answer is taken", () => says(page, words.runAndSee));
      await until("it can be run", async () => (await lead(page).getAttribute("aria-disabled")) === "false");
    } else {
      assert.ok(await says(page, words.run), await lead(page).textContent());
    }
    await by.press(page);
    // A short step may have ended before anyone could hurry it on.
    if (hurry) await by.hurry(page, words).catch(() => undefined);
    const last = beat === lesson.beats;
    await until(`step ${beat} has ended`, () => says(page, last ? words.finish : words.next));
    if (asks) {
      const outcome = page.locator(".lesson-outcome");
      await outcome.getByText(words[answer], { exact: true }).waitFor();
      const tags = await outcome.getByText(new RegExp(`^(${words.yours}|${words.happened})$`)).count();
      assert.equal(tags, 2, "the prediction stands beside what happened");
      assert.equal(await outcome.getByRole("listitem").count(), answer === "right" ? 1 : 2);
      await axe();
    }
    await by.press(page);
  }
  await page.getByRole("heading", { name: words.end }).waitFor();
  await page.getByText(words.score(answer === "right" ? 1 : 0)).waitFor();
}

for (const lesson of LESSONS) {
  test(`“${lesson.en}” to its end by mouse`, { saved: BY_CLOCK, timeout: 180_000 }, (tools) =>
    playThrough(tools, lesson, { by: MOUSE, words: ENGLISH, answer: "right" }));

  test(`“${lesson.en}” to its end by keyboard`, { saved: FAST, timeout: 240_000 }, (tools) =>
    playThrough(tools, lesson, { by: KEYBOARD, words: ENGLISH, answer: "wrong", hurry: true }));
}

test("“Key 与分区” to its end in Chinese", { lang: "zh-CN", saved: BY_CLOCK, timeout: 180_000 }, (tools) =>
  playThrough(tools, LESSONS[1], { by: MOUSE, words: CHINESE, answer: "right" }));

test("a lesson whose topic is gone says so, and Again brings it back", { saved: BY_CLOCK }, async ({ page, open }) => {
  await open();
  await MOUSE.pick(page, ENGLISH, LESSONS[1]);
  await page.getByText(ENGLISH.step(2, 1, 5)).waitFor();
  await lead(page).click();
  await until("the first step has ended", () => says(page, ENGLISH.next));
  await lead(page).click();
  await inspect(page, "orders");
  await page.getByRole("button", { name: "Delete…" }).click();
  await dialog(page).getByRole("button", { name: "Delete", exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await until("the second step can be run", () => says(page, ENGLISH.run));
  await lead(page).click();
  const missing = page.locator(".lesson-missing");
  await missing.getByText("There is no topic orders any more").waitFor();
  await page.getByRole("button", { name: "Again", exact: true }).click();
  await missing.waitFor({ state: "detached" });
});
