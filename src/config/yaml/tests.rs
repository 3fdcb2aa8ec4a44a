use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::model::Span;

fn value(text: &str) -> Value {
    read(text, Tags::Refused).unwrap()
}

fn flaw(text: &str) -> (u32, u32, Kind) {
    let flaw = read::<Value>(text, Tags::Refused).unwrap_err();
    let at = flaw.at.unwrap();
    (at.line, at.column, flaw.kind)
}

fn other(text: &str) -> (u32, u32, String) {
    match flaw(text) {
        (line, column, Kind::Other(words, _) | Kind::Syntax(words)) => (line, column, words),
        (.., kind) => panic!("{kind:?}"),
    }
}

#[test]
fn scalars_lists_and_maps_are_read_in_both_styles() {
    let text = "a: [1, -2, 1.5, yes, true, ~, '7', \"x\\ty\"]\nb:\n  - { c: d }\n  - |\n    two\n    lines\ne: {}\nf: []\n";
    let expected = json!({
        "a": [1, -2, 1.5, "yes", true, null, "7", "x\ty"],
        "b": [{ "c": "d" }, "two\nlines\n"],
        "e": {},
        "f": [],
    });
    assert_eq!(value(text), expected);
    assert_eq!(value("\u{feff}---\na: b\n...\n"), json!({ "a": "b" }));
    assert_eq!(value("{\"json\": [1e3]}"), json!({ "json": [1000.0] }));
    assert_eq!(value(""), Value::Null);
    assert_eq!(value("# nothing\n"), Value::Null);
}

#[test]
fn a_text_is_as_it_is_written_whatever_else_it_could_mean() {
    let texts: BTreeMap<String, String> =
        read("1: 1.10\ntrue: true\n0x1: 007\n", Tags::Refused).unwrap();
    let expected = [("0x1", "007"), ("1", "1.10"), ("true", "true")];
    assert!(texts.iter().map(|(key, text)| (&**key, &**text)).eq(expected));
    let nothing = read::<BTreeMap<String, String>>("a: ~\n", Tags::Refused).unwrap_err();
    assert_eq!(nothing.kind, Kind::Shape { wanted: Shape::Text, found: "nothing" });
}

#[test]
fn a_place_is_that_of_the_value_and_an_alias_stands_where_it_is_written() {
    let texts: BTreeMap<String, Spanned<String>> =
        read("é: &mark 'one'   # it\nb: *mark\nc:   two words # and a comment\n", Tags::Refused)
            .unwrap();
    assert_eq!(texts["é"].at, Span { line: 1, column: 10, length: 5 });
    assert_eq!(texts["b"].value, "one");
    assert_eq!(texts["b"].at, Span { line: 2, column: 4, length: 5 });
    assert_eq!(texts["c"].at, Span { line: 3, column: 6, length: 9 });
}

#[test]
fn tags_of_the_core_schema_hold_and_others_are_refused() {
    assert_eq!(value("[!!str 5, !!int 5]"), json!(["5", 5]));
    assert_eq!(value("!!map { a: !!seq [! 5] }"), json!({ "a": ["5"] }));
    for wrong in
        ["!!int abc", "!!binary aGk=", "!!seq { a: 1 }", "!!str [1]", "!!python/object:os x"]
    {
        assert!(other(wrong).2.contains("says nothing true"), "{wrong}");
    }
    let foreign: Value = read("at: !error { name: !x 5 }\n", Tags::Ignored).unwrap();
    assert_eq!(foreign, json!({ "at": { "name": 5 } }));
    let (line, column, words) = other("a: !secret key\n");
    assert!(words.contains("`!secret`"), "{words}");
    assert_eq!((line, column), (1, 12));
}

#[test]
fn merged_entries_stand_behind_those_of_the_map_itself() {
    let text = "base: &base { a: 1, b: 1 }\nmore: &more { b: 2, c: 2 }\nown: { <<: [*base, *more], a: 3 }\n";
    assert_eq!(value(text)["own"], json!({ "a": 3, "b": 1, "c": 2 }));
    let (.., kind) = flaw("a: { <<: 1 }\n");
    assert_eq!(kind, Kind::Shape { wanted: Shape::Map, found: "a number" });
    assert_eq!(flaw("a: { <<: {}, <<: {} }\n").2, Kind::Twice("<<".to_owned()));
}

#[test]
fn a_key_stands_once_in_a_map_however_it_is_written() {
    assert_eq!(flaw("a:\n  b: 1\n  'b': 2\n"), (3, 3, Kind::Twice("b".to_owned())));
    let many = "abcdefghijklmnopqrst".chars().flat_map(|key| [key, ':', ' ', '1', '\n']);
    let many: String = many.collect();
    assert_eq!(flaw(&format!("{many}h: 1\n")), (21, 1, Kind::Twice("h".to_owned())));
}

#[test]
fn what_no_file_needs_is_refused_rather_than_guessed_at() {
    assert_eq!(other("a: 1\n---\nb: 2\n").0, 3);
    assert!(other("a: &a [*a]\n").2.contains("within what it names"));
    assert_eq!(flaw("? [a, b]\n: 1\n").2, Kind::Shape { wanted: Shape::Text, found: "a list" });
    assert_eq!(other("a: [1, 2\nb: 3\n").0, 2);
    let deep = format!("{}{}", "[".repeat(101), "]".repeat(101));
    assert!(other(&deep).2.contains("more than 100 times"));
    assert!(other(&"- ".repeat(5000)).2.contains("more than 100 times"));
}

#[test]
fn aliases_that_stand_for_too_much_are_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{below}]").unwrap();
    }
    assert!(other(&text).2.contains("stand for more than"));
    let long = format!("a: &a '{}'\nb: [{}]\n", "x".repeat(20_000), "*a, ".repeat(2_000));
    assert!(other(&long).2.contains("stand for more than"));
}

#[test]
fn aliases_of_what_is_deep_are_as_deep_as_what_is_written() {
    let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(60), "]".repeat(60));
    let text = format!("a: &a {}\nb: {}\n", nested("x"), nested("*a"));
    let (line, column, words) = other(&text);
    assert_eq!((line, column), (2, 64));
    assert!(words.contains("more than 100 times"));
}

#[test]
fn brackets_may_be_closed_where_their_key_begins_and_json_is_read_as_it_is_written() {
    let text =
        "a:\n  json: {\n    \"sku\": \"mug\"\n  }\n  list: [\n    \"x\"\n  ]\nb: \"x\n y\"\n";
    let expected = json!({ "a": { "json": { "sku": "mug" }, "list": ["x"] }, "b": "x y" });
    assert_eq!(value(text), expected);
    assert_eq!(value(r#"{"p": "\ud83d\ude00 \/ \u00e9"}"#), json!({ "p": "😀 / é" }));
}

#[test]
fn a_number_that_would_lose_digits_is_refused() {
    for number in ["99999999999999999999", "1E400"] {
        assert!(other(&format!("a: {number}\n")).2.contains("too large"), "{number}");
        let text: BTreeMap<String, String> =
            read(&format!("a: {number}\n"), Tags::Refused).unwrap();
        assert_eq!(text["a"], number);
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    #[expect(dead_code, reason = "only whether it is read")]
    name: String,
    #[serde(default)]
    count: Option<u8>,
    #[serde(default)]
    word: Option<Word>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Word {
    Yes,
    No,
}

#[test]
fn what_serde_refuses_has_the_place_of_what_it_is_about() {
    let refused = |text| {
        let Flaw { at, kind } = read::<Sample>(text, Tags::Refused).unwrap_err();
        let at = at.unwrap();
        (at.line, at.column, kind)
    };
    let read: Sample = read("name: x\nword: no\ncount:\n", Tags::Refused).unwrap();
    assert_eq!((read.word, read.count), (Some(Word::No), None));
    let (line, column, kind) = refused("name: x\nnam: y\n");
    assert_eq!((line, column), (2, 1));
    assert!(matches!(kind, Kind::Unknown(key, known) if key == "nam" && known.contains(&"name")));
    assert_eq!(refused("count: 3\n"), (1, 1, Kind::Missing("name")));
    let (line, column, kind) = refused("name: x\nword: perhaps\n");
    assert_eq!((line, column), (2, 7));
    assert!(matches!(kind, Kind::NoVariant(word, _) if word == "perhaps"));
    let (line, column, kind) = refused("name: x\ncount: 300\n");
    assert_eq!((line, column), (2, 8));
    assert!(matches!(kind, Kind::Other(words, _) if words.contains("300")));
    let wanted = Kind::Shape { wanted: Shape::Map, found: "a list" };
    assert_eq!(refused("- name: x\n"), (1, 1, wanted));
}
