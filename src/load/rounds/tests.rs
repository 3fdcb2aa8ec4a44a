//! Findings about whole files, and what no rounds may change about them.

use std::fmt::Write;

use proptest::prelude::*;

use super::*;
use crate::model::{Outcome, Reason};

/// Writes a row for each side of each pair, who begins changing from pair to pair.
fn rows(metric: &str, pairs: &[(f64, f64)]) -> String {
    let mut text = String::new();
    for (number, (baseline, candidate)) in (1..).zip(pairs) {
        let orders = if number % 2 == 1 { [1, 2] } else { [2, 1] };
        let sides = [("baseline", baseline, orders[0]), ("candidate", candidate, orders[1])];
        for (side, value, order) in sides {
            writeln!(text, "{number},{side},{order},{metric},{value}").unwrap();
        }
    }
    text
}

fn file(rows: &[String]) -> String {
    format!("pair,side,order,metric,value\n{}", rows.concat())
}

fn judged(text: &str, rule: &Rule) -> Vec<(Check, Finding)> {
    let rounds = read(Source::new("rounds.csv", text)).unwrap();
    rounds.judge(rule, "rounds").unwrap()
}

/// Gives what was found about the first metric.
fn found(text: &str) -> (Outcome, Option<Reason>, String) {
    let (_, finding) = judged(text, &Rule::default()).remove(0);
    (finding.outcome, finding.reason, finding.message)
}

const CALM: [(f64, f64); 10] = [
    (100.0, 101.0),
    (100.0, 99.0),
    (101.0, 100.0),
    (99.0, 101.0),
    (100.0, 102.0),
    (102.0, 100.0),
    (100.0, 100.5),
    (100.0, 99.5),
    (98.0, 99.0),
    (100.0, 103.0),
];

/// Makes the candidate slower by a factor.
fn slower(factor: f64) -> Vec<(f64, f64)> {
    CALM.iter().map(|(baseline, candidate)| (*baseline, candidate * factor)).collect()
}

#[test]
fn less_throughput_is_as_bad_as_more_response_time() {
    assert_eq!(found(&file(&[rows("p50", &CALM)])).0, Outcome::Pass);
    assert_eq!(found(&file(&[rows("p50", &slower(1.3))])).1, Some(Reason::Regression));
    assert_eq!(found(&file(&[rows("p50", &slower(0.7))])).0, Outcome::Pass);
    assert_eq!(found(&file(&[rows("throughput", &slower(1.3))])).0, Outcome::Pass);
    assert_eq!(found(&file(&[rows("throughput", &slower(0.7))])).1, Some(Reason::Regression));
}

#[test]
fn five_pairs_are_too_few_however_alike_they_are() {
    let (outcome, reason, message) = found(&file(&[rows("mean", &[(100.0, 100.0); 5])]));
    assert_eq!((outcome, reason), (Outcome::Inconclusive, Some(Reason::InsufficientSamples)));
    assert!(message.contains("about 6 pairs would settle it"), "{message}");
}

/// With `--pairs 6` another look at ten pairs was promised, which never came.
#[test]
fn a_next_look_is_promised_only_where_one_follows() {
    let candidates = [101.0, 111.0, 103.0, 104.0, 102.0, 103.0];
    let text = file(&[rows("p50", &candidates.map(|candidate| (100.0, candidate)))]);
    let said = |is_last_look| {
        let (_, finding) = judged(&text, &Rule { is_last_look, ..Rule::default() }).remove(0);
        finding.message
    };
    let (more, last) = (said(false), said(true));
    assert!(more.contains("pairs would settle it, and the next look is at "), "{more}");
    assert!(last.ends_with("and there is no other look at these: measure as many anew"), "{last}");
}

#[test]
fn a_percentile_of_too_few_requests_is_not_judged() {
    let with =
        |requests| file(&[rows("p95", &CALM), rows("requests", &[(requests, requests); 10])]);
    assert_eq!(found(&with(59.0)).0, Outcome::Pass);
    let (outcome, reason, message) = found(&with(58.0));
    assert_eq!((outcome, reason), (Outcome::Inconclusive, Some(Reason::InsufficientSamples)));
    assert!(message.contains("58 requests, and p95 needs 59"), "{message}");
}

#[test]
fn a_percentile_of_nobody_knows_how_many_requests_says_so() {
    let (_, finding) = judged(&file(&[rows("p95", &CALM)]), &Rule::default()).remove(0);
    assert!(finding.evidence.actual.unwrap().contains("taken on trust"));
}

#[test]
fn the_requests_of_one_address_go_before_those_of_all() {
    let text = file(&[
        rows("p95 of GET /", &CALM),
        rows("requests", &[(1000.0, 1000.0); 10]),
        rows("requests of GET /", &[(10.0, 10.0); 10]),
    ]);
    assert_eq!(found(&text).1, Some(Reason::InsufficientSamples));
}

#[test]
fn rounds_of_two_hosts_are_not_compared_and_their_errors_are_still_counted() {
    let mut text = "pair,side,order,metric,value,environment\n".to_owned();
    let metrics = [
        rows("p50", &CALM),
        rows("errors", &[(0.0, 0.0); 10]),
        rows("requests", &[(900.0, 900.0); 10]),
    ];
    for row in metrics.concat().lines() {
        let host = if row.starts_with("10,") { "epyc-2" } else { "epyc-1" };
        writeln!(text, "{row},{host}").unwrap();
    }
    let outcomes: Vec<_> = judged(&text, &Rule::default())
        .into_iter()
        .map(|(_, finding)| (finding.outcome, finding.reason))
        .collect();
    let mismatch = (Outcome::Inconclusive, Some(Reason::EnvironmentMismatch));
    assert_eq!(outcomes, [mismatch, (Outcome::Pass, None)]);
}

/// It was not said, and a candidate passed for being no slower than error answers.
#[test]
fn a_baseline_that_surely_fails_more_than_the_budget_is_a_warning() {
    let with = |failed: f64| {
        let text = file(&[
            rows("p50", &CALM),
            rows("errors", &[(failed, 0.0); 10]),
            rows("errors of GET /", &[(failed, 0.0); 10]),
            rows("requests", &[(900.0, 900.0); 10]),
        ]);
        judged(&text, &Rule::default())
    };
    let judged = with(45.0);
    let (check, finding) = judged.last().unwrap();
    assert_eq!((&*check.name, check.severity), ("baseline", Severity::Warning));
    assert_eq!((finding.outcome, finding.reason), (Outcome::Fail, Some(Reason::Precondition)));
    let message = &finding.message;
    assert!(
        message.starts_with("the baseline failed requests itself, errors: 450 of 9000, 5% ("),
        "{message}"
    );
    assert!(finding.evidence.actual.as_ref().unwrap().contains("errors of GET /: 450 of 9000"));
    // The candidate is judged by its own errors.
    assert!(judged[..judged.len() - 1].iter().all(|(_, it)| it.outcome == Outcome::Pass));
    // What may be within the budget is not said to be beyond it.
    assert!(with(9.0).iter().all(|(check, _)| check.name != "baseline"));
}

#[test]
fn a_round_of_nothing_has_no_ratio() {
    let mut pairs = CALM;
    pairs[3].1 = 0.0;
    assert_eq!(found(&file(&[rows("throughput", &pairs)])).1, Some(Reason::NoData));
}

#[test]
fn no_errors_prove_only_a_rate_below_three_in_n() {
    let counted = |bad: f64, requests: f64| {
        let pairs =
            [rows("errors", &[(0.0, bad); 6]), rows("requests", &[(requests, requests); 6])];
        found(&file(&pairs))
    };
    assert_eq!(counted(0.0, 50.0).0, Outcome::Pass);
    let (outcome, reason, message) = counted(0.0, 49.0);
    assert_eq!((outcome, reason), (Outcome::Inconclusive, Some(Reason::InsufficientSamples)));
    assert!(message.contains("proves only a rate below 1.02%"), "{message}");
    assert_eq!(counted(1.0, 1000.0).0, Outcome::Pass);
    assert_eq!(counted(10.0, 1000.0).0, Outcome::Inconclusive);
    assert_eq!(counted(20.0, 1000.0).1, Some(Reason::ThresholdExceeded));
}

#[test]
fn errors_without_requests_are_no_rate() {
    assert_eq!(found(&file(&[rows("errors", &[(0.0, 0.0); 10])])).1, Some(Reason::NoData));
    let fewer = [rows("errors", &[(0.0, 0.0); 10]), rows("requests", &[(900.0, 900.0); 9])];
    assert_eq!(found(&file(&fewer)).1, Some(Reason::NoData));
}

#[test]
fn what_does_not_gate_is_for_information_and_takes_no_level_from_what_does() {
    let text = file(&[rows("p50", &CALM), rows("mean", &slower(1.3)), rows("max", &CALM)]);
    let level = |rule: &Rule| {
        let (_, finding) = judged(&text, rule).remove(0);
        1.0 - finding.evidence.comparison.unwrap().confidence
    };
    let rule = Rule { gating: vec!["p50".to_owned()], ..Rule::default() };
    let severities: Vec<Severity> =
        judged(&text, &rule).iter().map(|(check, _)| check.severity).collect();
    assert_eq!(severities, [Severity::Critical, Severity::Info, Severity::Info]);
    assert!((level(&rule) - LEVEL).abs() < 1e-12);
    assert!(level(&Rule::default()) < LEVEL);
}

#[test]
fn the_worst_round_is_shown_and_not_dropped() {
    let mut pairs = CALM;
    pairs[6].1 = 400.0;
    let (_, finding) = judged(&file(&[rows("p50", &pairs)]), &Rule::default()).remove(0);
    assert!(finding.evidence.actual.unwrap().contains("worst round +300%, of pair 7"));
}

#[test]
fn seven_rounds_of_ten_that_are_a_hundred_times_slower_fail_although_three_are_not() {
    let pairs: Vec<_> = (0..10).map(|round| (1.0, if round < 7 { 100.0 } else { 1.0 })).collect();
    assert_eq!(found(&file(&[rows("mean", &pairs)])).1, Some(Reason::Regression));
}

#[test]
fn a_few_errors_where_the_baseline_had_none_are_held_against_the_budget() {
    let errors = [0.0, 1.0, 2.0, 1.0, 0.0, 0.0].map(|bad| (0.0, bad));
    let text = file(&[rows("errors", &errors), rows("requests", &[(10.0, 10.0); 6])]);
    assert_eq!(found(&text).1, Some(Reason::ThresholdExceeded));
}

#[test]
fn the_largest_numbers_have_a_ratio_that_a_report_can_hold() {
    let mut pairs = [(1e-300, 1e300); 10];
    pairs[1] = (1e300, 1e300);
    let (_, finding) = judged(&file(&[rows("mean", &pairs)]), &Rule::default()).remove(0);
    assert_eq!(finding.reason, Some(Reason::Regression));
    assert!(finding.evidence.comparison.unwrap().estimate.is_finite());
}

/// Gives numbers about 0 by a seed: each the sum of twelve even chances.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    let mut even = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from(u32::try_from(state >> 33).unwrap()) / f64::from(1_u32 << 31)
    };
    move || (0..12).map(|_| even()).sum::<f64>() - 6.0
}

#[test]
fn of_two_hundred_unchanged_builds_none_fails_although_each_round_differs_by_a_tenth() {
    let mut noise = noise(7);
    let mut answers = Vec::new();
    for _ in 0..200 {
        let ratios: Vec<f64> = (0..LAST_LOOK).map(|_| 0.1 * (noise() - noise())).collect();
        let first = Claim::new(&ratios[..FIRST_LOOK], 0.1).standing(LEVEL);
        let last = || Claim::new(&ratios, 0.1).standing(LEVEL);
        answers.push(if first == Standing::Open { last() } else { first });
    }
    let count = |wanted| answers.iter().filter(|answer| **answer == wanted).count();
    assert_eq!(count(Standing::Over), 0);
    assert!(count(Standing::Worse) <= 10, "{}", count(Standing::Worse));
    assert!(count(Standing::Within) >= 140, "{}", count(Standing::Within));
}

fn sides() -> impl Strategy<Value = Vec<(f64, f64)>> {
    prop::collection::vec((50.0..200.0_f64, 50.0..200.0_f64), 6..=20)
}

fn ratios(pairs: &[(f64, f64)]) -> Vec<f64> {
    pairs.iter().map(|(baseline, candidate)| (candidate / baseline).ln()).collect()
}

proptest! {
    #[test]
    fn the_order_of_the_rounds_changes_nothing(
        pairs in sides().prop_map(|pairs| ratios(&pairs)),
        seed in any::<u64>(),
    ) {
        let mut other = pairs.clone();
        let mut noise = noise(seed);
        let keys: Vec<f64> = other.iter().map(|_| noise()).collect();
        let mut order: Vec<usize> = (0..other.len()).collect();
        order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
        for (at, from) in order.into_iter().enumerate() {
            other[at] = pairs[from];
        }
        let [one, other] = [pairs, other].map(|ratios| Claim::new(&ratios, 0.1));
        prop_assert_eq!(one.evidence.interval(LEVEL), other.evidence.interval(LEVEL));
        prop_assert_eq!(one.standing(LEVEL), other.standing(LEVEL));
    }

    #[test]
    fn another_unit_on_both_sides_changes_nothing(pairs in sides(), factor in 0.001..1000.0_f64) {
        let scaled: Vec<_> = pairs.iter().map(|(a, b)| (a * factor, b * factor)).collect();
        let [one, other] = [pairs, scaled].map(|pairs| Claim::new(&ratios(&pairs), 0.1));
        prop_assert!((one.evidence.estimate() - other.evidence.estimate()).abs() < 1e-9);
        prop_assert_eq!(one.standing(LEVEL), other.standing(LEVEL));
    }

    #[test]
    fn swapping_the_sides_mirrors_the_interval(pairs in sides()) {
        let ratios = ratios(&pairs);
        let mirrored: Vec<f64> = ratios.iter().map(|ratio| -ratio).collect();
        let [one, other] = [ratios, mirrored].map(|ratios| Claim::new(&ratios, 0.1).evidence);
        let ((low, high), (other_low, other_high)) = (one.interval(LEVEL), other.interval(LEVEL));
        prop_assert_eq!((low, high), (-other_high, -other_low));
        prop_assert!((one.estimate() + other.estimate()).abs() < 1e-15);
    }

    #[test]
    fn more_of_the_same_never_turns_a_pass_into_a_failure_or_back(pairs in sides()) {
        let once = ratios(&pairs);
        let answers = [1, 2, 3].map(|times| Claim::new(&once.repeat(times), 0.1).standing(LEVEL));
        let both = answers.contains(&Standing::Within) && answers.contains(&Standing::Over);
        prop_assert!(!both, "{answers:?}");
    }

    #[test]
    fn a_wider_tolerance_never_takes_a_pass_away(pairs in sides(), tolerance in 0.0..1.0_f64) {
        let ratios = ratios(&pairs);
        if Claim::new(&ratios, tolerance).standing(LEVEL) == Standing::Within {
            prop_assert_eq!(Claim::new(&ratios, tolerance * 1.5 + 0.01).standing(LEVEL), Standing::Within);
        }
    }

    #[test]
    fn no_text_makes_the_readers_panic(text in any::<String>()) {
        for name in ["rounds.csv", "rounds.json"] {
            let _ = read(Source::new(name, &*text));
        }
    }

    #[test]
    fn no_rows_make_the_judge_panic(
        cells in prop::collection::vec((0..4_u64, any::<bool>(), 0..3_u64, 0..4_usize, -1..4_i32), 1..40),
    ) {
        let metrics = ["p95", "throughput", "errors", "requests"];
        let row = |(pair, side, order, metric, value): &(u64, bool, u64, usize, i32)| {
            let side = if *side { "baseline" } else { "candidate" };
            format!("{pair},{side},{order},{},{value}\n", metrics[*metric])
        };
        let text = file(&cells.iter().map(row).collect::<Vec<_>>());
        if let Ok(rounds) = read(Source::new("rounds.csv", text)) {
            let _ = rounds.judge(&Rule::default(), "rounds");
        }
    }
}
