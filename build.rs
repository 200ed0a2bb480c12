//! Reads the lessons' TOML files, checks them, and embeds them as postcard bytes, so that the page carries no TOML.

use std::{env, fs, path::Path, process::exit};

// The same types read the files here and the bytes in the library.
#[allow(dead_code)]
#[path = "src/lesson"]
mod lesson {
    pub mod condition;
    pub mod format;
    pub mod measure;
    pub mod read;
    pub mod structure;
}

use lesson::format::Packed;

fn main() {
    let root = env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let lessons = Path::new(&root).join("lessons");
    println!("cargo::rerun-if-changed={}", lessons.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/lesson");

    let mut all = Vec::new();
    let mut failed = false;
    for id in folders(&lessons) {
        match read(&lessons, &id) {
            Ok(packed) => all.push(packed),
            Err(problems) => {
                failed = true;
                for problem in problems {
                    println!("cargo::error={problem}");
                }
            }
        }
    }
    if failed {
        exit(1);
    }
    all.sort_by(|a: &Packed, b: &Packed| (a.lesson.order, &a.id).cmp(&(b.lesson.order, &b.id)));
    let bytes = postcard::to_allocvec(&all).expect("lessons fit into memory");
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join("lessons.postcard"), bytes).expect("OUT_DIR can be written");
}

/// The names of the folders in `lessons/`, in order.
fn folders(lessons: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(lessons) else { return Vec::new() };
    let mut ids: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    ids.sort();
    ids
}

fn read(lessons: &Path, id: &str) -> Result<Packed, Vec<String>> {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for name in ["lesson.toml", "en.toml", "zh-CN.toml"] {
        match fs::read_to_string(lessons.join(id).join(name)) {
            Ok(source) => sources.push(source),
            Err(error) => problems.push(format!("lessons/{id}/{name}: {error}")),
        }
    }
    let [lesson, en, zh] = sources.as_slice() else { return Err(problems) };
    lesson::read::lesson(id, lesson, en, zh).map_err(|found| found.iter().map(ToString::to_string).collect())
}
