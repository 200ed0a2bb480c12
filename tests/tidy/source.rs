//! The project's files, and Rust source in which only code is left: comments and the insides of
//! strings become spaces, so that places stay where they were.
//!
//! No full parser: what it cannot tell apart (a macro's text, say) counts as code.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file of the project.
pub struct File {
    /// The path inside the project, with slashes.
    pub path: String,
    pub text: String,
}

/// All files below `folder` with one of the endings, in a stable order.
pub fn files(folder: &str, endings: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "node_modules") {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| has_ending(&path, ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.iter().map(|path| read(root, path)).collect()
}

/// One file, which must be there.
pub fn file(path: &str) -> File {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    read(root, &root.join(path))
}

/// One file, if it is there.
pub fn optional(path: &str) -> Option<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let whole = root.join(path);
    whole.is_file().then(|| read(root, &whole))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

fn read(root: &Path, path: &PathBuf) -> File {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()));
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
    File { path: parts.join("/"), text }
}

/// The line that the byte at `place` stands on, from 1.
pub fn line_at(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

/// The code alone, as long as the text.
pub fn code(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = skip(bytes, at);
        if end > at {
            for byte in &mut code[at..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            at = end;
        } else {
            at += 1;
        }
    }
    String::from_utf8(code).expect("only whole comments and strings were blanked")
}

/// Where the comment, string or character that begins at `at` ends; `at` if none does.
fn skip(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return at + block_comment(rest);
    }
    match rest[0] {
        b'"' => at + quoted(rest, b'"'),
        b'r' | b'b' if !follows_name(bytes, at) => at + prefixed(rest),
        b'\'' => at + character(rest),
        _ => at,
    }
}

fn follows_name(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn block_comment(rest: &[u8]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                break;
            }
        } else {
            at += 1;
        }
    }
    at
}

/// A string or character in `mark`, with escapes.
fn quoted(rest: &[u8], mark: u8) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != mark {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(rest.len())
}

/// `b"…"`, `r"…"`, `r#"…"#`, `br"…"`, `b'…'`; 0 if it is a name.
fn prefixed(rest: &[u8]) -> usize {
    let letters = rest.iter().take_while(|byte| matches!(byte, b'r' | b'b')).count();
    let raw = rest[..letters].contains(&b'r');
    let hashes = rest[letters..].iter().take_while(|byte| **byte == b'#').count();
    match rest.get(letters + hashes) {
        Some(b'"') if raw => {
            let open = letters + hashes + 1;
            let mut close = vec![b'"'];
            close.resize(hashes + 1, b'#');
            let inside = rest[open..].windows(close.len()).position(|part| part == close);
            inside.map_or(rest.len(), |length| open + length + close.len())
        }
        Some(mark @ (b'"' | b'\'')) if hashes == 0 => letters + quoted(&rest[letters..], *mark),
        _ => 0,
    }
}

/// `'a'` or `'\n'`; 0 for a lifetime.
fn character(rest: &[u8]) -> usize {
    match rest.get(1) {
        Some(b'\\') => quoted(rest, b'\''),
        Some(_) => {
            // One character of up to four bytes, then the mark.
            let end = rest.iter().skip(2).take(4).position(|byte| *byte == b'\'');
            let inside = end.map(|length| &rest[1..2 + length]);
            match inside.map(std::str::from_utf8) {
                Some(Ok(text)) if text.chars().count() == 1 => 2 + text.len(),
                _ => 0,
            }
        }
        None => 0,
    }
}

/// Where the names in code stand: each identifier or number with its place.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - code.as_ptr() as usize, word))
}

/// The insides of modules written in place: `mod name { … }`, outer before inner.
pub fn inline_modules(code: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    let all: Vec<(usize, &str)> = words(code).collect();
    for pair in all.windows(2) {
        let [(_, keyword), (place, name)] = pair else {
            continue;
        };
        let after = place + name.len();
        if *keyword == "mod" && code[after..].trim_start().starts_with('{') {
            let open = after + code[after..].find('{').unwrap_or(0);
            found.push(((*name).to_owned(), open..closing_brace(code, open)));
        }
    }
    found
}

/// Where the brace at `open` closes.
pub fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return at,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    code.len()
}

/// Whether the byte at `place` belongs to tests: a tests file, or a module named so.
pub fn is_test(path: &str, code: &str, place: usize) -> bool {
    path.ends_with("/tests.rs")
        || path.contains("/tests/")
        || path.starts_with("tests/")
        || inline_modules(code).iter().any(|(name, range)| name == "tests" && range.contains(&place))
}

#[test]
fn only_code_is_left() {
    let cases = [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("x\"y", 'z', b'\'')"#, "f(      ,    ,      )"),
        ("r#\"a\"b\"# c", "         c"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("for b in bar {}", "for b in bar {}"),
        ("'é' 'a'", "         "),
    ];
    for (text, expected) in cases {
        assert_eq!(code(text).trim_end(), expected.trim_end(), "{text}");
    }
}

#[test]
fn finds_modules_written_in_place() {
    let modules = inline_modules("mod a; mod tests { fn f() { } mod inner { } } fn g() {}");
    let names: Vec<&str> = modules.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["tests", "inner"]);
    assert!(modules[0].1.contains(&modules[1].1.start));
}
