//! Reads what stands in fields: numbers, lists, names; and suggests names.

use kafkascope::i18n::{Template, Text, forms};

use super::model::{Values, Wrong};

/// What stands in a field, without spaces around it.
pub fn text<'a>(values: &'a Values, id: &str) -> &'a str {
    values.get(id).map_or("", |value| value.trim())
}

/// The same, where something must stand.
pub fn required(values: &Values, id: &'static str) -> Result<String, Wrong> {
    match text(values, id) {
        "" => Err((id, forms::ERROR_REQUIRED.text())),
        value => Ok(value.to_owned()),
    }
}

/// A whole number that must be there.
pub fn whole(values: &Values, id: &'static str) -> Result<u32, Wrong> {
    let value = required(values, id)?;
    value.parse().map_err(|_| (id, wrong(&forms::ERROR_WHOLE, &value)))
}

/// A whole number that may be missing.
pub fn whole_or_none(values: &Values, id: &'static str) -> Result<Option<u64>, Wrong> {
    match text(values, id) {
        "" => Ok(None),
        value => value.parse().map(Some).map_err(|_| (id, wrong(&forms::ERROR_WHOLE, value))),
    }
}

/// A number in thousandths; nothing is 0.
pub fn thousandths(values: &Values, id: &'static str) -> Result<u64, Wrong> {
    let value = text(values, id);
    parse_thousandths(value).ok_or_else(|| (id, wrong(&forms::ERROR_NUMBER, value)))
}

/// `4`, `0.5`, `.25`, `1,5`; not `1,000`, of which nobody knows whether it is one or a thousand.
fn parse_thousandths(value: &str) -> Option<u64> {
    if value.split_once(',').is_some_and(|(_, part)| part.len() == 3) {
        return None;
    }
    let (whole, part) = value.split_once(['.', ',']).unwrap_or((value, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) || part.len() > 3 || (whole.is_empty() && part.is_empty() && !value.is_empty()) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    whole.checked_mul(1000)?.checked_add(part)
}

/// Thousandths as a user writes them.
pub fn thousandths_text(value: u64) -> String {
    let text = format!("{}.{:03}", value / 1000, value % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Parts between commas, Chinese ones too; empty parts do not count.
pub fn list(value: &str) -> Vec<String> {
    value.split([',', '，', '、', '\n']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// The lines of a field of which any may be chosen.
pub fn lines(values: &Values, id: &str) -> Vec<String> {
    values.get(id).map(|value| value.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// Both, or what is wrong with either.
pub fn both<A, B>(a: Result<A, Wrong>, b: Result<B, Wrong>) -> Result<(A, B), Vec<Wrong>> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(a.err().into_iter().chain(b.err()).collect()),
    }
}

fn wrong(template: &'static Template, value: &str) -> Text {
    let short: String = value.chars().take(40).collect();
    template.with("value", short)
}

/// A name that nobody has: the last of the family counted on, such as C4 after C3, or the stem with the first free
/// number.
pub fn next_name(family: &[&str], taken: &[&str], stem: &str) -> String {
    let split = |name: &str| {
        let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (stem, number) = name.split_at(name.len() - digits);
        Some((stem.to_owned(), number.parse::<u64>().ok()?))
    };
    let (stem, mut number) = family.iter().rev().find_map(|name| split(name)).unwrap_or((stem.to_owned(), 0));
    loop {
        number += 1;
        let name = format!("{stem}{number}");
        if !taken.contains(&name.as_str()) {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_write_them() {
        assert_eq!(parse_thousandths("4"), Some(4000));
        assert_eq!(parse_thousandths("0.5"), Some(500));
        assert_eq!(parse_thousandths(".25"), Some(250));
        assert_eq!(parse_thousandths("1,5"), Some(1500));
        assert_eq!(parse_thousandths(""), Some(0));
        for bad in [".", "-1", "1e3", "x", "1.2.3", "99999999999999999999", "1,000", "0.0005"] {
            assert_eq!(parse_thousandths(bad), None, "{bad}");
        }
        assert_eq!(thousandths_text(250), "0.25");
        assert_eq!(thousandths_text(4000), "4");
    }

    #[test]
    fn names_count_on() {
        assert_eq!(next_name(&["C1", "C2"], &["C1", "C2", "C3"], "consumer-"), "C4");
        assert_eq!(next_name(&[], &["producer-1"], "producer-"), "producer-2");
        assert_eq!(next_name(&["checkout"], &["checkout"], "producer-"), "producer-1");
    }

    #[test]
    fn lists_take_chinese_commas() {
        assert_eq!(list("alice, bob，，carol、dave "), ["alice", "bob", "carol", "dave"]);
    }
}
