//! `judge`: rounds from anywhere, one answer.

use std::path::Path;

use serde_json::Value;

use crate::project::{Project, Said};

/// Gives the rounds of a fixture.
fn fixture(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rounds");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Judges rounds in a folder where there is nothing else.
fn judge(name: &str, text: &str, options: &[&str]) -> Said {
    let project = Project::empty();
    project.file(name, text);
    project.run(&[&["judge", name], options].concat())
}

/// Gives the table that stands above the report.
fn table(said: &Said) -> &str {
    said.stdout.split("\n\n").next().unwrap()
}

/// Writes the rows of a CSV file as JSON.
fn as_json(csv: &str) -> String {
    let rows: Vec<Value> = csv
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let number = |cell: &str| cell.parse::<Value>().unwrap();
            serde_json::json!({
                "pair": number(cells[0]), "side": cells[1], "order": number(cells[2]),
                "metric": cells[3], "value": number(cells[4]),
            })
        })
        .collect();
    serde_json::to_string_pretty(&rows).unwrap()
}

#[test]
fn an_unchanged_build_passes_and_every_metric_is_shown() {
    let said = judge("rounds.csv", &fixture("unchanged.csv"), &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    insta::assert_snapshot!(table(&said));
}

#[test]
fn a_slower_build_fails_in_the_metrics_that_got_slower() {
    let said = judge("rounds.csv", &fixture("slower.csv"), &[]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    insta::assert_snapshot!(table(&said));
    let lenient = judge("rounds.csv", &fixture("slower.csv"), &["--tolerance", "40%"]);
    assert_eq!(lenient.code, 0, "{}", lenient.stdout);
}

#[test]
fn rounds_that_differ_too_much_are_inconclusive_and_say_how_many_would_settle_it() {
    let said = judge("rounds.csv", &fixture("noisy.csv"), &[]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    insta::assert_snapshot!(table(&said));
    assert!(said.stdout.contains("more than the 20 that are judged"), "{}", said.stdout);
}

#[test]
fn a_warning_is_shown_and_fails_where_it_is_asked_to() {
    let rounds = fixture("warning.csv");
    let only = ["--gating", "p95"];
    let said = judge("rounds.csv", &rounds, &only);
    assert_eq!(said.code, 3, "{}", said.stdout);
    assert!(said.stdout.contains("warning: regression"), "{}", said.stdout);
    assert!(said.stdout.contains("what failed does not gate"), "{}", said.stdout);
    let failed = judge("rounds.csv", &rounds, &[&only[..], &["--warnings-fail"]].concat());
    assert_eq!(failed.code, 1, "{}", failed.stdout);
}

/// A reader took the word and the sign of a failure for one of the gate.
#[test]
fn what_got_worse_and_does_not_gate_is_information_in_the_table() {
    let said = judge("rounds.csv", &fixture("slower.csv"), &["--gating", "p50"]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    let table = table(&said);
    let p95 = table.lines().find(|line| line.contains("p95")).unwrap();
    assert!(p95.starts_with("·  p95") && p95.ends_with("worse (information)"), "{table}");
    assert!(!table.contains("fail") && !table.contains('✗'), "{table}");
    // Past a budget it is not worse than anything.
    let strict = judge(
        "rounds.csv",
        &fixture("slower.csv"),
        &["--gating", "p50", "--error-budget", "0.01%"],
    );
    assert!(strict.stdout.contains("beyond its limit (information)"), "{}", strict.stdout);
}

#[test]
fn a_baseline_that_fails_its_own_requests_is_a_warning() {
    let pair = |pair: u32| {
        let order = if pair % 2 == 1 { [1, 2] } else { [2, 1] };
        let side = |side, order, errors| {
            let row = |metric, value| format!("{pair},{side},{order},{metric},{value}\n");
            [row("p50", 100 + pair % 3), row("requests", 900), row("errors", errors)].concat()
        };
        [side("baseline", order[0], 45), side("candidate", order[1], 0)].concat()
    };
    let rows: String = (1..=10).map(pair).collect();
    let rounds = format!("pair,side,order,metric,value\n{rows}");
    let said = judge("rounds.csv", &rounds, &[]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    assert!(said.stdout.contains("the baseline failed requests itself"), "{}", said.stdout);
    let strict = judge("rounds.csv", &rounds, &["--warnings-fail"]);
    assert_eq!(strict.code, 1, "{}", strict.stdout);
}

#[test]
fn json_is_judged_as_csv_is() {
    for name in ["unchanged.csv", "slower.csv", "noisy.csv"] {
        let csv = fixture(name);
        let (one, other) = (judge("a.csv", &csv, &[]), judge("a.json", &as_json(&csv), &[]));
        assert_eq!((one.code, table(&one)), (other.code, table(&other)), "{}", other.stderr);
    }
}

#[test]
fn a_program_is_given_the_numbers_in_the_form_of_every_report() {
    let project = Project::empty();
    project.file("rounds.csv", &fixture("slower.csv"));
    let said = project.run(&["judge", "rounds.csv", "--format", "json", "--report", "out.xml"]);
    assert_eq!(said.code, 1, "{}", said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let schema: Value = serde_json::from_str(&project.run(&["schema", "run"]).stdout).unwrap();
    jsonschema::validator_for(&schema).unwrap().validate(&report).unwrap();
    let slower = &report["run"]["results"][1];
    assert_eq!(slower["check"]["id"], "load/rounds/p95");
    assert_eq!(slower["evidence"]["comparison"]["pairs"], 10);
    assert!(slower["evidence"]["comparison"]["low"].as_f64().unwrap() > 1.1);
    let junit = std::fs::read_to_string(project.path().join("out.xml")).unwrap();
    assert!(junit.contains("type=\"regression\""), "{junit}");
}

#[test]
fn rounds_that_took_no_turns_are_said_to() {
    let pair = |pair: u32| {
        let (baseline, candidate) = (100 + pair % 3, 101 - pair % 2);
        format!("{pair},baseline,1,p50,{baseline}\n{pair},candidate,2,p50,{candidate}\n")
    };
    let rows: String = (1..=10).map(pair).collect();
    let rounds = format!("pair,side,order,metric,value\n{rows}");
    let said = judge("rounds.csv", &rounds, &[]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    assert!(said.stdout.contains("the baseline began 10 of 10 pairs"), "{}", said.stdout);
}

#[test]
fn columns_stand_in_any_order_and_between_quotes() {
    let said = judge(
        "rounds.csv",
        "\"value\",\"metric\",\"order\",\"side\",\"pair\"\r\n4,\"p95 of \"\"/a,b\"\"\",1,baseline,1\r\n5,\"p95 of \"\"/a,b\"\"\",2,\"candidate\",1\r\n",
        &[],
    );
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert!(said.stdout.contains("p95 of \"/a,b\""), "{}", said.stdout);
}

#[test]
fn a_file_that_is_not_there_is_refused() {
    let said = Project::empty().run(&["judge", "rounds.csv"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert!(said.stderr.contains("rounds.csv"), "{}", said.stderr);
}
