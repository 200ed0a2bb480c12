//! Each limit at and past, and the names.

use super::*;
use crate::i18n::Lang;

fn says(result: Result<(), LimitError>) -> String {
    let error = result.expect_err("must be refused");
    for lang in Lang::ALL {
        let text = error.text().plain(lang);
        assert!(text.contains(error.field()) && !text.contains(['{', '}']), "{text}");
    }
    error.text().plain(Lang::En)
}

#[test]
fn each_limit_at_and_past() {
    for limit in TABLE {
        assert_eq!(limit.check(limit.max), Ok(()));
        assert_eq!(limit.check(limit.min), Ok(()));
        assert!(says(limit.check(limit.max + 1)).starts_with(limit.name), "{}", limit.name);
        if limit.min > 0 {
            says(limit.check(limit.min - 1));
        }
    }
}

#[test]
fn the_limits_that_were_asked_for() {
    let max = |name: &str| TABLE.iter().find(|limit| limit.name == name).map(|limit| limit.max);
    let expected = [
        ("brokers", 128),
        ("topics", 64),
        ("partitions", 10_000),
        ("members", 1_000),
        ("records", 1_000_000),
        ("events", 1_000_000),
        ("commands", 10_000),
        ("time", 30 * 24 * 3_600 * 1_000_000),
        ("key", 1_000),
        ("value", 100_000),
        ("topic", 249),
    ];
    for (name, value) in expected {
        assert_eq!(max(name), Some(value), "{name}");
    }
}

#[test]
fn sentences() {
    assert_eq!(says(BROKERS.check(129)), "brokers cannot be 129. A cluster has at most 128 brokers.");
    assert_eq!(says(PARTITIONS.check(0)), "partitions must be at least 1.");
    assert_eq!(says(VALUE.check(100_001)), "value cannot be 100001 bytes long. A value has at most 100000 bytes.");
    assert_eq!(
        says(RATE.check(100_000_001)),
        "rate cannot be 100000.001. A producer sends at most 100000 records a second."
    );
    assert_eq!(
        says(TIME.check(TIME.max + 1)),
        "time cannot be 2592000000.001 ms. A run lasts at most 30 days (720 h) of simulated time."
    );
}

#[test]
fn topic_names_as_kafka() {
    for good in ["a", "orders", "my.topic_1-x", "...", &"x".repeat(249)] {
        assert_eq!(check_topic_name(good), Ok(()));
    }
    for bad in ["", ".", "..", &"x".repeat(250), "a b", "a/b", "订单", "a\u{0}", "ä", "a\n"] {
        says(check_topic_name(bad));
    }
    let there = ["orders.eu", "a_b"];
    assert_eq!(check_topic_collision("orders.eu", there), Ok(()));
    assert_eq!(check_topic_collision("orders-eu", there), Ok(()));
    assert!(says(check_topic_collision("orders_eu", there)).contains("orders.eu"));
    assert!(says(check_topic_collision("a.b", there)).contains("a_b"));
}

#[test]
fn free_names() {
    for limit in [&GROUP_ID, &PRODUCER_ID, &CONSUMER_ID, &RACK] {
        assert_eq!(check_name(limit, &"组".repeat(limit.max as usize)), Ok(()));
        says(check_name(limit, &"a".repeat(limit.max as usize + 1)));
        says(check_name(limit, ""));
        says(check_name(limit, "a\tb"));
    }
}

#[test]
fn records_at_and_past() {
    let headers = |count: usize, bytes: usize| vec![("k".to_owned(), "v".repeat(bytes - 1)); count];
    let (key, value) = ([0; 1_000], "v".repeat(100_000));
    assert_eq!(check_record(Some(&key), &value, &headers(32, 1_000)), Ok(()));
    assert_eq!(check_record(None, "", &[]), Ok(()));
    assert!(says(check_record(Some(&[0; 1_001]), "", &[])).starts_with("key"));
    assert!(says(check_record(None, &"v".repeat(100_001), &[])).starts_with("value"));
    assert!(says(check_record(None, "", &headers(33, 1))).starts_with("headers"));
    assert!(says(check_record(None, "", &headers(1, 1_001))).starts_with("header "));
    assert!(check_record(None, &"值".repeat(33_334), &[]).is_err());
}

#[test]
fn rates() {
    let cases = [(0, "0"), (1, "0.001"), (500, "0.5"), (4_000, "4"), (1_250, "1.25"), (10_010, "10.01")];
    for (millihertz, text) in cases {
        assert_eq!(decimal_text(millihertz), text);
    }
}
