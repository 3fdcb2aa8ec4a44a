//! One sample run, and what every format makes of it.

use std::collections::BTreeSet;

use super::load::tests::under_load;
use super::{Format, Report, render, style};
use crate::model::{
    Acceptance, Attempt, Attempts, Check, CheckResult, Decision, Finding, Judgement, Kind, Outcome,
    Phase, Place, Policy, Reason, Run, Screenshot, Severity, StepTrace, Waiver, decide, judge,
};

/// Says everything that a target could say to hurt a reader: markup, escape sequences, the end of
/// a CDATA section, a reversing mark, characters that XML forbids.
const HOSTILE: &str = "<script>alert('x')</script> ]]> &amp; \x1b[31mred\x1b[0m \x1b]0;title\x07 \
     nul \0 reversed \u{202e}txt.exe c1 \u{9b}2J nonchar \u{fffe} ::error::fake\nverdict PASS";

/// A run with every kind and every outcome, with steps that failed, and with hostile text.
pub(super) fn sample() -> Run {
    let mut results = on_a_clock(planned());
    asked_again(&mut results);
    Run {
        results,
        schema: Run::SCHEMA,
        tool: "0.1.0".to_owned(),
        command: "gate".to_owned(),
        project: "shop".to_owned(),
        environment: "staging".to_owned(),
        phase: Some(Phase::PostDeployment),
        release: Some("1.1.0".to_owned()),
        started: "2026-05-04T03:12:09Z".to_owned(),
        elapsed_ms: 21_480.0,
    }
}

/// Lets one case hold at its second attempt, slowly, and another fail at both of two.
fn asked_again(results: &mut [CheckResult]) {
    let mut ask = |name: &str, attempts: Attempts, slow: bool| {
        let asked = results.iter_mut().find(|result| result.check.name == name).unwrap();
        *asked = asked.clone().asked(Some(attempts), slow);
    };
    let others = |number, finding: Finding| Attempts {
        at_most: 3,
        others: vec![Attempt::of(number, &finding, 412.0)],
    };
    let refused = Finding::inconclusive(Reason::Unreachable, HOSTILE);
    ask("an unknown sku is 404", others(1, refused), true);
    let wrong = Finding::fail(Reason::Expectation, "status is 500").comparing("201", "500");
    let wrong = Finding { steps: vec![step(Outcome::Fail, "place the order")], ..wrong };
    ask("a shopper can place an order", others(1, wrong), false);
}

/// A run in which nothing was asked.
pub(super) fn empty() -> Run {
    Run { results: Vec::new(), phase: None, release: None, elapsed_ms: 3.0, ..sample() }
}

/// Judges a run and decides as the command line does.
pub(super) fn judged(run: &Run) -> (Judgement, Option<Decision>) {
    let judgement = judge(run, Policy::default());
    let decision = run.phase.map(|phase| decide(judgement.verdict, phase));
    (judgement, decision)
}

pub(super) fn rendered(format: Format, run: &Run) -> String {
    let (judgement, decision) = judged(run);
    render(format, &Report { run, judgement: &judgement, decision }, 100)
}

/// Gives text as the edge writes it where styles do not belong.
pub(super) fn without_styles(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

fn on_a_clock(planned: Vec<(Check, Finding)>) -> Vec<CheckResult> {
    let mut now = 0.0;
    let timed = planned.into_iter().enumerate().map(|(index, (check, finding))| {
        let steps: f64 = finding.steps.iter().map(|step| step.elapsed_ms).sum();
        let elapsed = if index % 3 == 0 { 0.5 } else { 180.0 } + steps;
        let result = CheckResult::new(check, finding, now, elapsed);
        now += elapsed;
        result
    });
    timed.collect()
}

fn planned() -> Vec<(Check, Finding)> {
    let mut planned = vec![
        (Check::new(Kind::Preflight, "engine", "the engine answers"), Finding::pass("20.10.24")),
        (
            Check::new(Kind::Preflight, "engine", "the disk has room"),
            Finding::pass("61% of 118 GiB is used"),
        ),
        (
            Check::new(Kind::Backup, "db", "the database is backed up"),
            Finding::pass("18.2 MiB, read back and verified"),
        ),
        (
            Check::new(Kind::Startup, "api", "the service came up"),
            Finding::pass("healthy after 4.10 s"),
        ),
    ];
    planned.extend(drift());
    planned.extend(probes());
    planned.extend(controls());
    planned.extend(cases());
    planned.extend(thresholds());
    let at = Place::new("waivers.yaml", 9, 12);
    let stale = Check::new(Kind::Waiver, "waivers", "drift/cache/image").at(at);
    planned.push((
        stale.with_severity(Severity::Info),
        Finding::fail(
            Reason::Stale,
            "the check holds; take the waiver of ben out, which ends on 2026-07-01",
        ),
    ));
    planned
}

fn drift() -> Vec<(Check, Finding)> {
    let snapshot = |line| Place::new("baselines/api.snap", line, 3);
    let mut facts: Vec<_> = ["image", "command", "user", "healthcheck.test", "restart"]
        .into_iter()
        .zip(12..)
        .map(|(path, line)| {
            (Check::new(Kind::Drift, "api", path).at(snapshot(line)), Finding::pass("as recorded"))
        })
        .collect();
    facts.push((
        Check::new(Kind::Drift, "api", "ports.8000.published").at(snapshot(31)),
        Finding::fail(Reason::Changed, "is not as it was recorded")
            .comparing("127.0.0.1:8000", "0.0.0.0:8000")
            .from_source("docker inspect shop-api-1"),
    ));
    facts.push((
        Check::new(Kind::Drift, "api", "environment.FEATURE_FLAGS").at(snapshot(40)),
        waiver().weigh(
            Finding::fail(Reason::Unmanaged, "was never recorded"),
            &"2026-05-20".parse().unwrap(),
        ),
    ));
    facts.push((
        Check::new(Kind::Drift, "worker", "image"),
        Finding::inconclusive(Reason::MissingBaseline, "no accepted baseline; run `record`"),
    ));
    facts
}

fn waiver() -> Waiver {
    Waiver {
        check: "drift/api/environment.FEATURE_FLAGS".to_owned(),
        value: None,
        targets: vec!["staging".to_owned()],
        acceptance: Acceptance {
            reason: "trial of the new basket".to_owned(),
            owner: "ana".to_owned(),
            expires: "2026-06-01".parse().unwrap(),
            place: Place::new("waivers.yaml", 2, 12),
        },
    }
}

fn probes() -> Vec<(Check, Finding)> {
    vec![
        (
            Check::new(Kind::Health, "api", "answers on /health"),
            Finding::pass("200 in 12 ms").from_source("GET http://127.0.0.1:8000/health"),
        ),
        (
            Check::new(Kind::Health, "cache", "answers PING"),
            Finding::inconclusive(Reason::Unreachable, "connection refused")
                .from_source("PING redis://127.0.0.1:6379"),
        ),
        (
            Check::new(Kind::Health, "storage", "memory stays under 80%")
                .with_severity(Severity::Warning),
            Finding::fail(Reason::ThresholdExceeded, "uses more memory than it may")
                .comparing("at most 80%", "91.4%"),
        ),
    ]
}

fn controls() -> Vec<(Check, Finding)> {
    vec![
        (
            Check::new(Kind::Security, "<b>web</b>", HOSTILE),
            Finding::fail(Reason::Violation, HOSTILE)
                .comparing(HOSTILE, format!("{HOSTILE}{}", " and on".repeat(400)))
                .from_source(HOSTILE),
        ),
        (
            Check::new(Kind::Security, "api", "runs without extra capabilities")
                .with_severity(Severity::Info),
            Finding::pass("none added"),
        ),
    ]
}

fn cases() -> Vec<(Check, Finding)> {
    let orders = |line| Place::new("suites/e2e/orders.yaml", line, 5);
    vec![
        (
            Check::new(Kind::Unit, "catalogue", "an unknown sku is 404"),
            Finding { steps: vec![step(Outcome::Pass, "ask for it")], ..Finding::pass("2 steps") },
        ),
        (
            Check::new(Kind::Integration, "orders", "an order reaches the database"),
            Finding::skipped(Reason::NotAllowed, "writes, and does not name staging as a target"),
        ),
        (
            Check::new(Kind::E2e, "orders", "a shopper can place an order").at(orders(11)),
            Finding {
                steps: vec![
                    step(Outcome::Pass, "place the order"),
                    StepTrace {
                        elapsed_ms: 20_000.0,
                        attempts: 40,
                        failures: vec![
                            "$.state: expected \"confirmed\", got \"pending\"".to_owned(),
                            "time: expected below 300 ms, got 512 ms".to_owned(),
                        ],
                        ..step(Outcome::Fail, "the worker confirms it")
                    },
                    StepTrace {
                        elapsed_ms: 0.0,
                        attempts: 0,
                        sent: String::new(),
                        received: String::new(),
                        ..step(Outcome::Skipped, "the row says so too")
                    },
                ],
                ..Finding::fail(
                    Reason::Expectation,
                    "the worker confirms it: $.state is \"pending\" after 20.0 s",
                )
                .comparing("\"confirmed\"", "\"pending\"")
                .from_source("suites/e2e/orders.yaml:27:13")
            },
        ),
        (
            Check::new(Kind::E2e, "orders", "an order can be cancelled").at(orders(58)),
            Finding {
                steps: vec![StepTrace {
                    screenshot: Some(Screenshot {
                        file: ".proofmark/evidence/k3-7-step-1.png".to_owned(),
                        png: Vec::new(),
                    }),
                    sent: HOSTILE.to_owned(),
                    received: format!("HTTP/1.1 200 OK\n\n{}", "{\"deep\": ".repeat(200)),
                    failures: vec![HOSTILE.to_owned()],
                    ..step(Outcome::Inconclusive, HOSTILE)
                }],
                ..Finding::inconclusive(Reason::TimedOut, "no answer within 1m")
            },
        ),
    ]
}

fn thresholds() -> Vec<(Check, Finding)> {
    vec![
        (
            Check::new(Kind::Load, "browse", "p95 is at most 1000 ms"),
            Finding::pass("p95 212 ms over 6 rounds")
                .comparing("at most 1000 ms", "212 ms")
                .with_load(under_load()),
        ),
        (
            Check::new(Kind::Load, "browse", "p99.9 is at most 2000 ms"),
            Finding::inconclusive(
                Reason::InsufficientSamples,
                "p99.9 needs 2995 requests a round and had 600",
            ),
        ),
    ]
}

fn step(outcome: Outcome, name: &str) -> StepTrace {
    StepTrace {
        name: name.to_owned(),
        outcome,
        elapsed_ms: 31.5,
        attempts: 1,
        sent: "GET http://127.0.0.1:8000/orders/17\nAuthorization: Bearer ***".to_owned(),
        received: "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\n  \"id\": 17,\n  \
                   \"state\": \"pending\"\n}"
            .to_owned(),
        failures: Vec::new(),
        screenshot: None,
    }
}

#[test]
fn the_sample_has_every_kind_and_every_outcome() {
    let run = sample();
    let kinds: BTreeSet<Kind> = run.results.iter().map(|result| result.check.kind).collect();
    assert_eq!(kinds, Kind::ALL.into_iter().collect());
    let counts = run.counts();
    let each = [counts.pass, counts.fail, counts.inconclusive, counts.waived, counts.skipped];
    assert!(each.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn every_format_says_what_it_said_before() {
    for format in Format::ALL {
        let of = |run: Run| without_styles(&rendered(format, &run));
        insta::assert_snapshot!(format!("sample_{format}"), of(sample()));
        insta::assert_snapshot!(format!("empty_{format}"), of(empty()));
    }
}

#[test]
fn a_picture_stands_in_the_page_and_programs_get_the_name_of_its_file() {
    let mut run = sample();
    let steps = run.results.iter_mut().flat_map(|result| &mut result.steps);
    for picture in steps.filter_map(|step| step.screenshot.as_mut()) {
        picture.png = b"as good as a picture".to_vec();
    }
    let encoded = "YXMgZ29vZCBhcyBhIHBpY3R1cmU=";
    let page = rendered(Format::Html, &run);
    assert!(page.contains(&format!("src=\"data:image/png;base64,{encoded}\"")), "{page}");
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Html) {
        assert!(!rendered(format, &run).contains(encoded), "{format}");
    }
}

#[test]
fn only_the_terminal_is_styled_and_each_outcome_in_its_own_ink() {
    for format in Format::ALL.into_iter().filter(|format| *format != Format::Human) {
        let text = rendered(format, &sample());
        assert_eq!(without_styles(&text), text, "{format}");
    }
    let text = rendered(Format::Human, &sample());
    for outcome in [Outcome::Pass, Outcome::Fail, Outcome::Inconclusive, Outcome::Waived] {
        let inked = style::inked(style::ink(outcome), style::symbol(outcome));
        assert!(text.contains(&inked), "{outcome}");
    }
}

#[test]
fn no_format_lets_through_a_character_that_its_reader_would_act_upon() {
    for format in Format::ALL {
        let text = without_styles(&rendered(format, &sample()));
        assert!(!text.contains(super::text::is_acted_upon), "{format}");
        assert!(text.ends_with('\n'), "{format}");
    }
}

#[test]
fn a_run_without_checks_looks_like_a_pass_in_no_format() {
    let run = empty();
    assert!(rendered(Format::Human, &run).contains("INCONCLUSIVE"));
    assert!(rendered(Format::Json, &run).contains("\"verdict\": \"inconclusive\""));
    assert!(rendered(Format::Junit, &run).contains("errors=\"1\""));
    assert!(rendered(Format::Html, &run).contains("INCONCLUSIVE"));
    assert!(rendered(Format::Markdown, &run).contains("INCONCLUSIVE"));
    assert!(rendered(Format::Sarif, &run).contains("\"executionSuccessful\": false"));
    assert!(rendered(Format::Github, &run).starts_with("::warning "));
    assert!(rendered(Format::Tap, &run).contains("not ok 1 - "));
}

#[test]
fn the_page_loads_nothing_and_runs_only_its_own_script() {
    let page = rendered(Format::Html, &sample());
    assert_eq!(page.matches("<script").count(), 1);
    assert_eq!(page.matches(" style=").count(), 0, "the policy would refuse it");
    let addresses = page.split("href=\"").skip(1).chain(page.split("src=\"").skip(1));
    for address in addresses {
        assert!(address.starts_with('#') || address.starts_with("data:"), "{address:.60}");
    }
}

#[test]
fn the_terminal_report_keeps_to_its_width() {
    let (run, width) = (sample(), 80);
    let (judgement, decision) = judged(&run);
    let report = Report { run: &run, judgement: &judgement, decision };
    for line in without_styles(&render(Format::Human, &report, width)).lines() {
        assert!(console::measure_text_width(line) <= width, "{line}");
    }
}
