// Starting the Chromium that the tests, the bench and the screenshots use.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

// cargo xtask names the browser; by hand the first one on the PATH is taken.
function executable() {
  if (process.env.KAFKASCOPE_CHROMIUM) return process.env.KAFKASCOPE_CHROMIUM;
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // the next one
      }
    }
  }
  throw new Error("no Chromium found: name one in KAFKASCOPE_CHROMIUM, or run cargo xtask test");
}

export function launch() {
  return chromium.launch({
    executablePath: executable(),
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      "--font-render-hinting=none",
    ],
  });
}

// A fresh profile, as a person would have it. `theme` and `lang` are the system's; `saved` is what
// a person chose by hand on an earlier visit, as the page keeps it in local storage.
export function contextFor(browser, origin, options = {}) {
  const { theme = "light", lang = "en-US", saved = {}, viewport, reducedMotion, ...rest } = options;
  const localStorage = Object.entries(saved).map(([name, value]) => ({ name, value }));
  return browser.newContext({
    baseURL: origin,
    colorScheme: theme,
    locale: lang,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
    viewport: viewport ?? { width: 1440, height: 900 },
    storageState: { cookies: [], origins: [{ origin, localStorage }] },
    ...rest,
  });
}

// Waits until the program has drawn its first frame and the network is quiet.
export async function ready(page) {
  await page.locator("#boot").waitFor({ state: "detached" });
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}
