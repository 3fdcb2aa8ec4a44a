use proptest::prelude::*;

use super::Filter;

fn refused(text: &str) -> String {
    Filter::parse(text).unwrap_err().render(false)
}

#[test]
fn groups_may_stand_inside_each_other_as_deep_as_anybody_writes_and_no_deeper() {
    let nested = |depth: usize| format!("{}tag(a){}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(64)).is_ok());
    assert!(refused(&nested(65)).contains("more than 64 groups"));
    assert!(refused(&"(".repeat(1_000_000)).contains("more than 64 groups"));
    assert!(Filter::parse(&format!("{}tag(a)", "!".repeat(1_000_000))).is_ok());
}

#[test]
fn an_expression_over_several_lines_is_refused_on_the_line_of_its_mistake() {
    insta::assert_snapshot!(refused("level(e2e)\n  & tagg(slow)\n"), @r"
    error: there is no predicate `tagg`
     --> -E:2:5
      |
    2 |   & tagg(slow)
      |     ^^^^
      |
      = help: did you mean `tag`?
    ");
}

#[test]
fn two_filters_are_equal_when_they_are_written_alike() {
    assert_eq!(Filter::parse("tag(a)"), Filter::parse("tag(a)"));
    assert_ne!(Filter::parse("tag(a)"), Filter::parse("tag(=a)"));
}

/// Gives a text that is nearly an expression.
fn nearly() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "level", "tag", "suite", "name", "target", "(", ")", "(", ")", "&", "|", "!", "=", "~",
        "/", "\\", "e2e", " ", "\n", "ß", "[", "*", "and",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in prop_oneof![nearly(), any::<String>()]) {
        if let Err(refusal) = Filter::parse(&text) {
            prop_assert!(refusal.help.is_some());
            prop_assert!(!refusal.render(false).is_empty());
        }
    }
}
