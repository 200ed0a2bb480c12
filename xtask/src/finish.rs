//! What is left to do on a built page, called by Trunk before it puts the page in its place:
//! wasm-opt, the program's size for the progress bar, live reload while serving.
//!
//! wasm-opt runs here and not in Trunk, because Trunk would download it, or fail; here a machine
//! without it gets a larger page and a line that says so.

use std::env;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::paths;
use crate::process;
use crate::say::{self, Failure};
use crate::tools::node::{self, WasmOpt};

/// Set while serving: the page then reloads itself after each build.
pub const LIVE: &str = "KAFKASCOPE_LIVE";

/// What current Rust emits for wasm32. Never `--all-features`: browsers refuse the result.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-mutable-globals",
];

/// Small first. Functions of one name are one generic for several types and much alike: side by side they compress
/// into each other, which saves 4 % of the gzipped program. The names are kept until then and go last.
const PASSES: [&str; 3] = ["-g", "-Oz", "--reorder-functions-by-name"];

/// Takes the names out; a run of its own, because `-g` keeps them whatever else is asked.
const STRIP: [&str; 2] = ["--strip-debug", "--strip-producers"];

/// Finishes the page that Trunk has in its staging folder.
pub fn run() -> Result<(), Failure> {
    let staging = env::var_os("TRUNK_STAGING_DIR")
        .map(PathBuf::from)
        .ok_or_else(|| Failure::new("finish is for Trunk to call").help("Build the page with: cargo xtask build"))?;
    let page = staging.join("index.html");
    let html = fs::read_to_string(&page).map_err(|error| Failure::io(format!("reading {}", page.display()), &error))?;
    let name = program_name(&html).ok_or_else(|| Failure::new("the built page names no program (see Trunk.toml)"))?;
    let program = staging.join(name);

    if env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release") {
        optimise(&program)?;
    }
    let mut html = with_size(&html, size(&program)?);
    if env::var_os(LIVE).is_some() {
        let script = paths::project("static/live.js");
        fs::copy(&script, staging.join("live.js"))
            .map_err(|error| Failure::io(format!("copying {}", script.display()), &error))?;
        html = with_live_reload(&html);
    }
    fs::write(&page, html).map_err(|error| Failure::io(format!("writing {}", page.display()), &error))
}

/// The link `program-wasm`, from `<` to `>`. Trunk's minifier sorts its attributes and takes quotes away where it can.
fn program_link(html: &str) -> Option<Range<usize>> {
    let within = html.find("program-wasm")?;
    let start = html[..within].rfind('<')?;
    let end = within + html[within..].find('>')? + 1;
    Some(start..end)
}

/// The file that the link `program-wasm` points to.
fn program_name(html: &str) -> Option<&str> {
    let link = &html[program_link(html)?];
    let address = link.split_once("href=")?.1.trim_start_matches('"');
    let address = address.split(['"', ' ', '>']).next()?;
    Some(address.rsplit('/').next().unwrap_or(address))
}

fn with_size(html: &str, bytes: u64) -> String {
    with(html, |link| link.replacen("<link", &format!(r#"<link data-bytes="{bytes}""#), 1))
}

fn with_live_reload(html: &str) -> String {
    with(html, |link| format!("{link}<script type=\"module\" src=\"./live.js\"></script>"))
}

/// The page with another link to its program.
fn with(html: &str, change: impl FnOnce(&str) -> String) -> String {
    let mut html = html.to_owned();
    if let Some(link) = program_link(&html) {
        let changed = change(&html[link.clone()]);
        html.replace_range(link, &changed);
    }
    html
}

fn size(file: &Path) -> Result<u64, Failure> {
    fs::metadata(file)
        .map(|data| data.len())
        .map_err(|error| Failure::io(format!("reading {}", file.display()), &error))
}

/// Makes the program smaller. A build that changed only the page around it takes the result of the
/// last one, which `target/wasm-opt` keeps with what it was made from.
fn optimise(program: &Path) -> Result<(), Failure> {
    let Some(tool) = node::find_wasm_opt() else {
        say::note("no wasm-opt here: the page is larger than it could be");
        return Ok(());
    };
    let (start, name) = match tool {
        WasmOpt::Program(found) => (vec![found.clone()], found),
        WasmOpt::Script(script) => (vec![node::node()?, script.clone()], script),
    };
    let words = [&FEATURES[..], &PASSES, &STRIP].concat().join(" ");
    let recipe = format!("{} {words}", name.display());
    let kept = Kept::at(paths::project("target/wasm-opt"));
    let input = read(program)?;
    if let Some(output) = kept.output(&recipe, &input) {
        return write(program, &output);
    }
    let smaller = program.with_extension("opt.wasm");
    for passes in [&PASSES[..], &STRIP] {
        let mut command = process::command(&start[0]);
        command.args(&start[1..]).args(FEATURES).args(passes).arg(program).arg("-o").arg(&smaller);
        process::run("wasm-opt", &mut command)?;
        fs::rename(&smaller, program)
            .map_err(|error| Failure::io(format!("replacing {}", program.display()), &error))?;
    }
    let output = read(program)?;
    kept.keep(&recipe, &input, &output);
    say::note(format!("wasm-opt: {} kB to {} kB", input.len() / 1000, output.len() / 1000));
    Ok(())
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(|error| Failure::io(format!("reading {}", file.display()), &error))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(file, bytes).map_err(|error| Failure::io(format!("writing {}", file.display()), &error))
}

/// The last optimised program, what it was made from and how.
struct Kept {
    folder: PathBuf,
}

impl Kept {
    fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn output(&self, recipe: &str, input: &[u8]) -> Option<Vec<u8>> {
        let read = |name: &str| fs::read(self.folder.join(name)).ok();
        let same = read("recipe")? == recipe.as_bytes() && read("input.wasm")? == input;
        if same { read("output.wasm") } else { None }
    }

    /// Keeping saves time and nothing else, so what goes wrong with it is left at that. The recipe
    /// goes first and comes last: half a change is never taken for a whole one.
    fn keep(&self, recipe: &str, input: &[u8], output: &[u8]) {
        let file = |name: &str| self.folder.join(name);
        let _ = fs::create_dir_all(&self.folder);
        let _ = fs::remove_file(file("recipe"));
        let _ = fs::write(file("input.wasm"), input)
            .and_then(|()| fs::write(file("output.wasm"), output))
            .and_then(|()| fs::write(file("recipe"), recipe));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = concat!(
        r#"<link id="program-glue" rel="modulepreload" href="./a-1.js" />"#,
        r#"<link id="program-wasm" rel="preload" href="./a-1_bg.wasm" as="fetch" />"#,
        "<body></body>"
    );
    const MINIFIED: &str = concat!(
        "<link href=./a-1.js id=program-glue rel=modulepreload>",
        "<link as=fetch href=./a-1_bg.wasm id=program-wasm rel=preload><body>"
    );

    #[test]
    fn finds_the_program() {
        assert_eq!(program_name(PAGE), Some("a-1_bg.wasm"));
        assert_eq!(program_name(MINIFIED), Some("a-1_bg.wasm"));
        assert_eq!(program_name("<link id=program-wasm href=a.wasm>"), Some("a.wasm"));
        assert_eq!(program_name("<body></body>"), None);
    }

    #[test]
    fn writes_the_size_where_the_progress_bar_looks() {
        for page in [PAGE, MINIFIED] {
            let sized = with_size(page, 4711);
            let link = &sized[program_link(&sized).expect("the link is still there")];
            assert!(link.starts_with(r#"<link data-bytes="4711" "#), "{link}");
            assert_eq!(program_name(&sized), Some("a-1_bg.wasm"));
        }
    }

    #[test]
    fn adds_live_reload_beside_the_program() {
        assert!(
            with_live_reload(PAGE).contains(r#"as="fetch" /><script type="module" src="./live.js"></script><body>"#)
        );
        assert!(
            with_live_reload(MINIFIED).contains(r#"rel=preload><script type="module" src="./live.js"></script><body>"#)
        );
    }

    #[test]
    fn keeps_the_last_result_for_the_same_input_only() {
        let folder = paths::project("target/test-kept");
        let kept = Kept::at(folder.clone());
        kept.keep("-Os", b"in", b"out");
        assert_eq!(kept.output("-Os", b"in"), Some(b"out".to_vec()));
        assert_eq!(kept.output("-Os", b"other"), None);
        assert_eq!(kept.output("-O3", b"in"), None);
        fs::remove_dir_all(folder).expect("the folder is ours");
    }
}
