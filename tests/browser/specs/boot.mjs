// From the address to the running page: the frame, the progress, the first render, and what a
// person sees when something fails on the way.

import { assert, test } from "../harness.mjs";
import { garbage, held, missing } from "../server.mjs";

const PROGRAM = /_bg\.wasm$/;

test("the page loads, is accessible, and then asks the network for nothing", async ({ page, open, axe }) => {
  await open();
  assert.match(await page.title(), /^Kafkascope: /);
  await axe();
  await page.waitForTimeout(1500);
});

test("the dark page is accessible", { theme: "dark" }, async ({ open, axe }) => {
  await open();
  await axe();
});

for (const [theme, colour] of [["light", "rgb(246, 247, 249)"], ["dark", "rgb(14, 19, 26)"]]) {
  test(`the frame is there before the program, in ${theme}`, { theme }, async ({ page, server, axe, noSidewaysScroll }) => {
    const program = held(0.5);
    server.on(PROGRAM, program.handler);
    await page.goto("/");
    const bar = page.locator("#boot-progress");
    await page.waitForFunction(() => document.getElementById("boot-progress").value >= 40);
    const value = await bar.evaluate((bar) => bar.value);
    assert.ok(value <= 55, `half the program is here, the bar says ${value} %`);
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    assert.equal(background, colour);
    await noSidewaysScroll();
    await axe();
    program.release();
    await page.locator("#boot").waitFor({ state: "detached" });
  });
}

for (const width of [360, 800, 1024, 1280]) {
  test(`the frame fits ${width} px`, { viewport: { width, height: 720 } }, async ({ page, server, noSidewaysScroll }) => {
    const program = held(0.1);
    server.on(PROGRAM, program.handler);
    await page.goto("/");
    await page.locator("#boot-card").waitFor();
    await noSidewaysScroll();
    program.release();
    await page.locator("#boot").waitFor({ state: "detached" });
  });
}

test("a download that takes long says so, without any script", async ({ page, server }) => {
  const program = held(0.1);
  server.on(PROGRAM, program.handler);
  await page.goto("/");
  const slow = page.getByText("This takes longer than it should");
  assert.ok(!(await slow.isVisible()));
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  await slow.waitFor();
  program.release();
  await page.locator("#boot").waitFor({ state: "detached" });
});

test("what was chosen by hand holds from the first paint", { saved: { "kafkascope.theme": "dark", "kafkascope.lang": "zh-CN" } }, async ({ page, server }) => {
  const program = held(0.1);
  server.on(PROGRAM, program.handler);
  await page.goto("/");
  const root = page.locator("html");
  assert.equal(await root.getAttribute("data-theme"), "dark");
  assert.equal(await root.getAttribute("lang"), "zh-CN");
  program.release();
  await page.locator("#boot").waitFor({ state: "detached" });
});

test("a program that is missing is said in both languages", async ({ page, server, allow, axe }) => {
  allow(/404/);
  allow(/preload/);
  server.on(PROGRAM, missing);
  await page.goto("/");
  await page.getByText("The program did not arrive").waitFor();
  await page.getByText("程序未能下载").waitFor();
  await page.getByRole("button", { name: "Reload" }).waitFor();
  await axe();
});

test("a program that is broken is said", async ({ page, server, allow, axe }) => {
  allow(/preload/);
  server.on(PROGRAM, garbage);
  await page.goto("/");
  await page.getByText("The program could not start").waitFor();
  await page.getByText("程序无法启动").waitFor();
  await axe();
});

test("a browser without WebAssembly is told so", async ({ page, allow }) => {
  allow(/preload/);
  await page.addInitScript(() => delete window.WebAssembly);
  await page.goto("/");
  await page.getByText("This browser cannot run Kafkascope").waitFor();
  await page.getByText("此浏览器无法运行 Kafkascope").waitFor();
});

test("a browser without JavaScript is told so", { javaScriptEnabled: false }, async ({ page, allow }) => {
  allow(/preload|csp/);
  await page.goto("/");
  await page.locator("noscript p", { hasText: "please allow JavaScript" }).waitFor();
  assert.ok(!(await page.getByText("opened as a file").isVisible()));
});

test("a crash shows what to copy", { permissions: ["clipboard-read", "clipboard-write"] }, async ({ page, open, axe }) => {
  await open();
  await page.evaluate(() => {
    window.kafkascopeCrash("index out of bounds", "seed 7\nadd <b>topic</b> orders");
    window.kafkascopeCrash("an echo", "nothing");
  });
  await page.getByText("Kafkascope stopped").waitFor();
  await page.getByText("Kafkascope 已停止").waitFor();
  assert.equal(await page.getByText("an echo").count(), 0);
  const report = page.getByRole("textbox", { name: "Seed and commands" });
  assert.equal(await report.inputValue(), "seed 7\nadd <b>topic</b> orders");
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied · 已复制").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "seed 7\nadd <b>topic</b> orders");
  await axe();
});

test("a crash screen reloads the page", async ({ page, open, allow }) => {
  allow(/request after load/);
  await open();
  await page.evaluate(() => window.kafkascopeCrash("a fault", "seed 7"));
  await page.getByRole("button", { name: "Reload" }).click();
  await page.getByText("Kafkascope stopped").waitFor({ state: "detached" });
  await page.locator("#boot").waitFor({ state: "detached" });
});

test("the policy lets no inline script or style in", async ({ page, open, allow }) => {
  allow(/Content Security Policy/);
  await open();
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  assert.ok(policy.startsWith("default-src 'none'"), policy);
  assert.ok(!policy.includes("unsafe-inline") && !/ 'unsafe-eval'/.test(policy), policy);
  const blocked = await page.evaluate(async () => {
    const directives = [];
    document.addEventListener("securitypolicyviolation", (event) => directives.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "window.leaked = true";
    const style = document.createElement("style");
    style.textContent = "body { opacity: 0 }";
    document.head.append(script, style);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { directives: directives.sort(), leaked: window.leaked };
  });
  assert.deepEqual(blocked, { directives: ["script-src-elem", "style-src-elem"], leaked: undefined });
});
