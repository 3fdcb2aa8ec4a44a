//! The table of rules that people read.

use crate::baseline::RULES;
use crate::baseline::body::Section;

#[test]
fn the_table_of_rules_in_the_documentation_is_the_one_that_decides() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/baselines.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, after) = text.split_once("<!-- rules -->\n\n").unwrap();
    let (written, _) = after.split_once("\n<!-- /rules -->").unwrap();
    let heading = "| path | first recorded | missing | changed | never recorded |\n| --- | --- | --- | --- | --- |\n";
    let rows = RULES.iter().map(|rule| {
        let class = Section::from(rule.class).word();
        let (missing, changed) = (rule.missing, rule.changed);
        format!("| `{}` | {class} | {missing} | {changed} | {} |\n", rule.pattern, rule.unmanaged)
    });
    let table = format!("{heading}{}", rows.collect::<Vec<_>>().concat());
    assert_eq!(written, table, "put this between the marks in {file}:\n{table}");
}
