//! The sentence language itself; that every template is whole in both languages is tested in `tests/i18n.rs`.

use super::{Arg, Lang, Span, SpanStyle, Template, render::duration};

static SENT: Template = Template {
    key: "test.sent",
    en: "**{who}** sent {n|one record|{n} records} to `{place}`.",
    zh: "**{who}** 向 `{place}` 发送了 {n} 条记录。",
};

#[test]
fn values_are_text_and_never_markup() {
    let text = SENT.with("who", "**x** {n}").with("n", 1_u32).with("place", "orders-3");
    assert_eq!(text.plain(Lang::En), "**x** {n} sent one record to orders-3.");
    assert_eq!(text.render(Lang::En)[0], Span { style: SpanStyle::Strong, text: "**x** {n}".into() });
}

#[test]
fn plural_and_chinese() {
    let text = SENT.with("who", "a").with("n", 2_u32).with("place", "p");
    assert_eq!(text.plain(Lang::En), "a sent 2 records to p.");
    assert_eq!(text.plain(Lang::Zh), "a 向 p 发送了 2 条记录。");
}

#[test]
fn lists_and_durations() {
    assert_eq!(duration(5_000), "5 ms");
    assert_eq!(duration(1_250_000), "1.25 s");
    assert_eq!(duration(999), "999 µs");
    let list = Arg::List(vec![Arg::from("a"), Arg::from("b")]);
    assert_eq!(
        SENT.with("who", list).with("n", 1_u32).with("place", "p").plain(Lang::Zh),
        "a、b 向 p 发送了 1 条记录。"
    );
}

#[test]
fn a_sentence_from_a_file_renders_like_a_template() {
    let values = [("who", &Arg::from("a")), ("n", &Arg::from(2_u32)), ("place", &Arg::from("p"))];
    let text = SENT.with("who", "a").with("n", 2_u32).with("place", "p");
    for lang in Lang::ALL {
        assert_eq!(super::render_source(SENT.source(lang), &values, lang), text.render(lang));
    }
}
