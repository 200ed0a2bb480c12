//! A Chromium for the browser tests: one on the machine, else Playwright's own download, else
//! Debian's package where this runs as root.

use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::node;
use crate::paths;
use crate::process;
use crate::say::{self, Failure};

/// Names another browser than the first one found; the scripts of tests/browser read it too.
pub const VARIABLE: &str = "KAFKASCOPE_CHROMIUM";

const NAMES: [&str; 6] = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "msedge"];

const PLACES: [&str; 6] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// The browser to test in. Needs the packages of tests/browser to be there.
pub fn set_up() -> Result<PathBuf, Failure> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        return if named.is_file() {
            Ok(named)
        } else {
            Err(Failure::new(format!("{VARIABLE} names {}, which is no file", named.display())))
        };
    }
    if let Some(found) = find() {
        chinese_font();
        return Ok(found);
    }
    let step = say::step("fetching a Chromium for the browser tests");
    let fetched = playwrights_own().or_else(|| {
        debian_packages(&["chromium", "fonts-noto-cjk"]);
        find()
    });
    step.done();
    fetched.ok_or_else(|| {
        Failure::new("no Chromium to test in").help(format!(
            "Install Chromium, Chrome or Edge (Debian: apt-get install chromium fonts-noto-cjk), \
             or name one in {VARIABLE}."
        ))
    })
}

fn find() -> Option<PathBuf> {
    let named = NAMES.iter().find_map(|name| paths::find_program(name));
    named.or_else(|| PLACES.iter().map(PathBuf::from).find(|file| file.is_file())).or_else(playwrights_file)
}

/// The browser that Playwright would start, downloaded by an earlier run or not at all.
fn playwrights_file() -> Option<PathBuf> {
    let ask = "process.stdout.write(require('playwright-core').chromium.executablePath())";
    let mut node = process::command(paths::find_program("node")?);
    node.arg("--eval").arg(ask);
    node.current_dir(paths::project("tests/browser"));
    node.env("PLAYWRIGHT_BROWSERS_PATH", browsers());
    let file = PathBuf::from(process::output_of(&mut node)?);
    file.is_file().then_some(file)
}

fn playwrights_own() -> Option<PathBuf> {
    let mut install = process::command(node::node().ok()?);
    install.arg(paths::project("tests/browser/node_modules/playwright-core/cli.js"));
    install.args(["install", "chromium"]);
    install.env("PLAYWRIGHT_BROWSERS_PATH", browsers());
    install.env("PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT", "8000");
    if !process::quietly_within(Duration::from_secs(600), &mut install) {
        say::note("Playwright's own cannot be had here");
        return None;
    }
    playwrights_file()
}

fn browsers() -> PathBuf {
    paths::project(".tools/browsers")
}

/// Without a Chinese font the pictures and measures of the Chinese page mean nothing.
fn chinese_font() {
    let Some(list) = paths::find_program("fc-list") else {
        return;
    };
    let fonts = process::output_of(process::command(list).arg(":lang=zh"));
    if fonts.is_some_and(|fonts| fonts.is_empty()) && !debian_packages(&["fonts-noto-cjk"]) {
        say::note("no Chinese font here: install one (Debian: fonts-noto-cjk) for true screenshots");
    }
}

/// Installs Debian's packages where this is Debian or its kin and runs as root. True if it did.
pub fn debian_packages(names: &[&str]) -> bool {
    if !Path::new("/usr/bin/apt-get").is_file() || !is_root() {
        return false;
    }
    let step = say::step(format!("apt-get install {}", names.join(" ")));
    let limit = Duration::from_secs(900);
    let mut update = process::command("apt-get");
    update.arg("update");
    let mut install = process::command("apt-get");
    install.args(["install", "--yes", "--no-install-recommends"]);
    install.args(names).env("DEBIAN_FRONTEND", "noninteractive");
    let well = process::quietly_within(limit, &mut update) && process::quietly_within(limit, &mut install);
    step.done();
    well
}

fn is_root() -> bool {
    process::output_of(process::command("id").arg("-u")).is_some_and(|id| id == "0")
}
