//! The design tokens: complete, the same in both places where dark stands, and readable: text and
//! marks pass WCAG AA (4.5:1 for text, 3:1 for marks and large text) on what they stand on. Beyond
//! the tokens, no sheet holds a colour of its own.

use std::collections::BTreeMap;

use crate::none;
use crate::source;

type Tokens = BTreeMap<String, String>;

const TEXT: f64 = 4.5;
const MARK: f64 = 3.0;

/// The tokens of each theme: light, dark by the system, dark by hand.
fn themes() -> [Tokens; 3] {
    let sheet = without_comments(&source::file("static/tokens.css").text);
    let blocks = [":root {", r#":root:not([data-theme="light"]) {"#, r#":root[data-theme="dark"] {"#];
    blocks.map(|head| {
        let after = sheet.split_once(head).unwrap_or_else(|| panic!("tokens.css lacks {head}")).1;
        let body = after.split_once('}').expect("the block closes").0;
        body.split(';')
            .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect()
    })
}

fn without_comments(sheet: &str) -> String {
    let mut rest = sheet;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        kept += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept + rest
}

/// What stands on what, and how strong it must be.
fn pairs() -> Vec<(String, String, f64)> {
    let surfaces = ["page", "surface", "surface-2"];
    let mut pairs = Vec::new();
    let mut add = |ink: &str, ground: &str, least| {
        pairs.push((ink.to_owned(), ground.to_owned(), least));
    };
    for ground in surfaces {
        for ink in ["ink-1", "ink-2", "accent", "ok", "warn", "bad"] {
            add(ink, ground, TEXT);
        }
        add("ink-3", ground, MARK);
        for index in 0..4 {
            add(&format!("member-{index}"), ground, TEXT);
            add(&format!("group-{index}"), ground, TEXT);
        }
    }
    for soft in ["accent", "ok", "warn", "bad"] {
        let ground = format!("{soft}-soft");
        for ink in ["ink-1", "ink-2", soft] {
            add(ink, &ground, TEXT);
        }
    }
    add("accent-ink", "accent", TEXT);
    for index in 0..8 {
        add(&format!("key-ink-{index}"), &format!("key-{index}"), TEXT);
    }
    pairs
}

/// WCAG 2.2: the relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> f64 {
    let part = |from: usize| {
        let value = colour.get(from..from + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let value = f64::from(value.unwrap_or_else(|| panic!("{colour} is no #rrggbb"))) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { power((value + 0.055) / 1.055, 2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/// The one place that needs it; what the model must not use is no harm in a test.
#[expect(clippy::disallowed_methods)]
fn power(base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_marks_can_be_read_on_what_they_stand_on() {
    let [light, dark, _] = themes();
    let mut findings = Vec::new();
    for (theme, tokens) in [("light", light), ("dark", dark)] {
        for (ink, ground, least) in pairs() {
            let value = |name: &String| tokens.get(name).unwrap_or_else(|| panic!("{theme} lacks --{name}"));
            let ratio = contrast(value(&ink), value(&ground));
            if ratio < least {
                findings.push(format!("{theme}: --{ink} on --{ground} is {ratio:.2}, needs {least}"));
            }
        }
    }
    none("WCAG AA", &findings);
}

#[test]
fn every_theme_has_every_token() {
    let [light, dark, dark_by_hand] = themes();
    assert_eq!(dark, dark_by_hand, "dark by the system and dark by hand differ");
    let themed: Vec<&String> = dark.keys().collect();
    let shared = ["radius", "font-sans", "font-mono"];
    let expected: Vec<&String> = light.keys().filter(|name| !shared.contains(&name.as_str())).collect();
    assert_eq!(themed, expected, "light and dark differ in their tokens");
}

#[test]
fn no_sheet_but_the_tokens_holds_a_colour() {
    let mut findings = Vec::new();
    for file in source::files("static", &["css"]) {
        if file.path == "static/tokens.css" {
            continue;
        }
        for (number, line) in without_comments(&file.text).lines().enumerate() {
            let functions = ["rgb(", "rgba(", "hsl(", "hsla(", "oklch(", "lab(", "lch("];
            if has_hex_colour(line) || functions.iter().any(|name| line.contains(name)) {
                findings.push(format!("{} (line {} without comments): {}", file.path, number + 1, line.trim()));
            }
        }
    }
    none("Colours by token only", &findings);
}

/// `#` with three, four, six or eight hex digits, where a value can stand (behind the colon).
fn has_hex_colour(line: &str) -> bool {
    let value = line.split_once(':').map_or("", |(_, value)| value);
    value.split('#').skip(1).any(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let ends = rest.as_bytes().get(digits).is_none_or(|next| !next.is_ascii_alphanumeric());
        matches!(digits, 3 | 4 | 6 | 8) && ends
    })
}

#[test]
fn every_token_in_use_exists() {
    let [light, _, _] = themes();
    let mut findings = Vec::new();
    for file in source::files("static", &["css"]) {
        let sheet = without_comments(&file.text);
        for part in sheet.split("var(--").skip(1) {
            let name: String = part.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '-').collect();
            let own = sheet.contains(&format!("--{name}:"));
            // What a script sets on an element has a default where it is used.
            let default = part[name.len()..].trim_start().starts_with(',');
            if !own && !default && !light.contains_key(&name) {
                findings.push(format!("{}: --{name}", file.path));
            }
        }
    }
    none("Every var() names a token", &findings);
}

#[test]
fn contrast_is_as_wcag_has_it() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.001);
    assert!((contrast("#777777", "#ffffff") - 4.478).abs() < 0.001);
    assert!(has_hex_colour("color: #fff;") && !has_hex_colour("#facade { top: 0 }"));
}
