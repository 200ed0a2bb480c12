// Starts the program and shows how far it is; shows what went wrong, in both languages, when it
// cannot start or when it stops. Leaves out everything the running page does itself.
//
// The page uses two things from here:
//   window.kafkascopeCrash(message, report)  shows the crash screen: `message` is what happened,
//                                            `report` the seed and commands to copy
//   window.wasmBindings                      what the program exports

const FAILURES = {
  unsupported: {
    en: ["This browser cannot run Kafkascope", "It lacks WebAssembly, or it is switched off. Use a current Firefox, Chrome, Edge or Safari; in a locked-down browser, ask for WebAssembly to be allowed."],
    zh: ["此浏览器无法运行 Kafkascope", "它不支持 WebAssembly，或该功能已被关闭。请使用最新的 Firefox、Chrome、Edge 或 Safari；如果浏览器受管控，请申请允许 WebAssembly。"],
  },
  network: {
    en: ["The program did not arrive", "A part of the page could not be loaded. Check the connection, then reload. If you serve the page yourself, serve the whole dist folder."],
    zh: ["程序未能下载", "页面的一部分无法加载。请检查网络连接，然后重新加载。如果由您自己提供页面，请提供完整的 dist 目录。"],
  },
  start: {
    en: ["The program could not start", "It arrived, but this browser refused it. Reload once; if that does not help, use a newer browser."],
    zh: ["程序无法启动", "程序已下载，但浏览器拒绝运行。请重新加载一次；如果仍然失败，请使用更新的浏览器。"],
  },
  crash: {
    en: ["Kafkascope stopped", "This is a fault in the program, not something you did. Copy the text below into a report, then reload: the same seed and commands lead here again."],
    zh: ["Kafkascope 已停止", "这是程序的错误，并非您的操作所致。请复制下面的文字用于报告，然后重新加载：相同的种子和命令会重现此问题。"],
  },
};

let failed = false;

function element(name, className, text, lang) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  if (lang) made.lang = lang;
  return made;
}

function button(en, zh, className, act) {
  const made = element("button", className);
  made.type = "button";
  made.append(element("span", "", en, "en"), " ", element("span", "", zh, "zh-CN"));
  made.addEventListener("click", () => act(made));
  return made;
}

// The error screen. The first failure stays: what follows it is only its echo.
function fail(kind, message, report) {
  if (failed) return;
  failed = true;
  const { en, zh } = FAILURES[kind];
  const card = element("main", "boot-card boot-failure");
  const said = element("div");
  said.setAttribute("role", "alert");
  said.append(
    element("h1", "boot-title", en[0], "en"),
    element("p", "boot-text", en[1], "en"),
    element("h2", "boot-title", zh[0], "zh-CN"),
    element("p", "boot-text", zh[1], "zh-CN"),
  );
  card.append(said);
  if (message) card.append(element("pre", "boot-message", message));

  const actions = element("div", "boot-actions");
  actions.append(button("Reload", "重新加载", "boot-button boot-primary", () => location.reload()));
  if (report) {
    const area = element("textarea", "boot-report");
    area.readOnly = true;
    area.rows = 8;
    area.spellcheck = false;
    area.value = report;
    area.setAttribute("aria-label", "Seed and commands · 种子和命令");
    card.append(area);
    actions.append(button("Copy", "复制", "boot-button", (made) => copy(area, made)));
  }
  card.append(actions);

  const screen = element("div", "boot-screen");
  screen.append(card);
  document.getElementById("boot-card")?.remove();
  const app = document.getElementById("app");
  if (app) app.inert = true;
  document.body.append(screen);
  actions.firstElementChild.focus();
}

async function copy(area, made) {
  area.select(); // so that copying by hand works where the clipboard is closed to us
  try {
    await navigator.clipboard.writeText(area.value);
    made.textContent = "Copied · 已复制";
  } catch {
    made.textContent = "Selected · 已选中";
  }
}

window.kafkascopeCrash = (message, report) => fail("crash", String(message), String(report ?? ""));

// How far the download is. The size is known from the build (data-bytes); a server that compresses
// tells only the compressed one, so its header counts only when it does not.
function showProgress(done, total) {
  const bar = document.getElementById("boot-progress");
  const amount = document.getElementById("boot-amount");
  if (!bar || !amount) return;
  const kb = (bytes) => Math.round(bytes / 1000);
  if (total > 0) {
    bar.value = Math.min(100, (100 * done) / total);
    amount.textContent = `${kb(done)} / ${kb(total)} kB`;
  } else {
    bar.removeAttribute("value");
    amount.textContent = `${kb(done)} kB`;
  }
}

async function download(link) {
  const response = await fetch(link.href, { credentials: "same-origin" });
  if (!response.ok || !response.body) throw new Error(`${response.status} ${response.statusText}`);
  const plain = !response.headers.get("content-encoding");
  const total = Number(link.dataset.bytes) || (plain && Number(response.headers.get("content-length"))) || 0;
  let done = 0;
  const counted = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        done += chunk.byteLength;
        showProgress(done, total);
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { headers: { "content-type": "application/wasm" } });
}

async function start() {
  if (typeof WebAssembly !== "object" || typeof WebAssembly.instantiate !== "function") {
    return fail("unsupported");
  }
  let glue;
  let program;
  try {
    const [module, response] = await Promise.all([
      import(document.getElementById("program-glue").href),
      download(document.getElementById("program-wasm")),
    ]);
    glue = module;
    program = response;
  } catch (error) {
    return fail("network", String(error));
  }
  try {
    window.wasmBindings = glue;
    await glue.default({ module_or_path: program });
  } catch (error) {
    // A download that breaks off midway also ends here.
    fail(error instanceof TypeError ? "network" : "start", String(error));
  }
}

start();
