//! `load` against rounds that were kept, and `calibrate`, which keeps noise.

use proofmark::store::Store;

use crate::shop::{DEAD, SUITE, Shop, in_pairs, measured, project, result, run};

#[test]
fn kept_rounds_are_held_against_where_they_were_measured_and_a_slow_creep_shows() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let kept = |more: &[&str]| {
        let rounds: &[&str] = if more.contains(&"--rounds") { &[] } else { &["--rounds", "6"] };
        let arguments = ["load", "--gating", "p50", "--tolerance", "60%", "--format", "json"];
        measured(&project, &[&arguments[..], rounds, more].concat())
    };
    let nothing = kept(&["--against", "pinned"]);
    let none = "shoppers: the pinned rounds: there are none, so that nothing is compared";
    assert!(nothing.stderr.lines().any(|line| line == none), "{}", nothing.stderr);
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    let lacking = result(&nothing, "load/shop/shoppers: rounds against the pinned rounds");
    assert_eq!(lacking.1, "missing_baseline");
    assert!(lacking.2.contains("`--pin`"), "{}", lacking.2);
    let pinned = kept(&["--pin"]);
    assert_eq!(pinned.code, 0, "{}{}", pinned.stdout, pinned.stderr);

    let before = new.asked();
    let refused = run(&project, &["load", "--rounds", "7", "--against", "pinned"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    let never = "shop/shoppers has 6 kept rounds (the pinned rounds), which can never be told";
    assert!(refused.stderr.contains(never), "{}", refused.stderr);
    assert_eq!(new.asked(), before, "three metrics that gate take seven pairs");

    let same = kept(&["--rounds", "7", "--against", "pinned"]);
    let fewer = "the pinned rounds: 6 were kept and 7 are measured, so that the first 6 of both";
    assert!(same.stderr.contains(fewer), "{}", same.stderr);
    assert_eq!(same.code, 0, "{}{}", same.stdout, same.stderr);
    let order = result(&same, "load/shop/shoppers: order against the pinned rounds");
    assert!(order.2.contains("other rounds between their two"), "{}", order.2);
    new.take(45);
    let slower = kept(&["--against", "pinned"]);
    assert_eq!(slower.code, 1, "{}", slower.stdout);
    let against = |whom: &str| {
        let id = format!("load/shop/shoppers: p50 against the {whom}");
        result(&slower, &id).0
    };
    assert_eq!([against("pinned rounds"), against("last pass")], ["fail", "fail"]);

    let other = SUITE.replace("600/s", "610/s");
    project.file("suites/load/shop.yaml", &other);
    let changed = kept(&["--against", "pinned"]);
    assert_eq!(changed.code, 3, "{}", changed.stdout);
    let mismatch = result(&changed, "load/shop/shoppers: p50 against the pinned rounds");
    assert_eq!(mismatch.1, "environment_mismatch");
    assert_eq!(result(&changed, "load/shop/shoppers: response time").0, "pass");
    assert!(
        changed.stdout.contains("measured elsewhere than what was kept: load: "),
        "{}",
        changed.stdout
    );
}

#[test]
fn noise_that_was_calibrated_is_tolerated_and_told_with_its_age() {
    let (old, new) = (Shop::taking(15), Shop::taking(15));
    let project = project(&old, &new);
    let calibrated = measured(
        &project,
        &["calibrate", "--env", "old", "--pairs", "6", "--tolerance", "100%", "--report", "c.json"],
    );
    assert_eq!(calibrated.code, 0, "{}{}", calibrated.stdout, calibrated.stderr);
    let report = std::fs::read_to_string(project.path().join("c.json")).unwrap();
    assert!(report.contains("differs from itself by up to "), "{report}");
    let mut table = calibrated.stdout.lines();
    assert_eq!(table.next(), Some("shop: shoppers against itself"));
    assert_eq!(words(table.next()), ["metric", "noise", "tolerance", "so", "that"]);
    let p50 = words(table.next());
    assert_eq!((p50[1], p50[3], p50.last()), ("p50", "100%", Some(&"seen")), "{p50:?}");
    assert!(p50[2].ends_with('%'), "{p50:?}");
    let kept = calibrated.stderr.lines().find(|line| line.starts_with("kept: the noise of "));
    assert!(kept.unwrap().ends_with(" metrics of shop/shoppers, of 6 pairs"), "{kept:?}");
    let paired = in_pairs(&project, &["--tolerance", "0%", "--format", "json"]);
    assert!(paired.stdout.contains("(measured noise tolerance)"), "{}", paired.stdout);
    assert!(paired.stdout.contains("s ago, of 6 pairs"), "{}", paired.stdout);
    let given = in_pairs(&project, &["--noise", "70%", "--format", "json"]);
    assert!(!given.stdout.contains("noise calibrated"), "{}", given.stdout);
}

fn words(line: Option<&str>) -> Vec<&str> {
    line.unwrap().split_whitespace().collect()
}

/// Noise of a load that is not known to be sound was tolerated from then on.
#[test]
fn a_calibration_that_could_not_tell_keeps_nothing_and_says_so() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let kept = || {
        let store = Store::open(&project.path().join(".proofmark")).unwrap();
        store.calibrations("shop/shoppers").unwrap().len()
    };
    // Too few requests for p95, so that one metric that gates has no noise.
    project.file("suites/load/shop.yaml", &SUITE.replace("600/s", "50/s"));
    let few = run(&project, &["calibrate", "--pairs", "6"]);
    assert_eq!(few.code, 3, "{}{}", few.stdout, few.stderr);
    assert!(few.stderr.contains("no noise was kept of shop/shoppers, because "), "{}", few.stderr);
    assert_eq!(kept(), 0);
    shop.take(DEAD);
    let dead = run(&project, &["calibrate", "--pairs", "6"]);
    // A target that hangs up fails its thresholds, and says nothing of its noise.
    assert!(matches!(dead.code, 1 | 3), "{}{}", dead.stdout, dead.stderr);
    let told = "nothing was kept of shop/shoppers, because not all was measured";
    assert!(dead.stderr.contains(told), "{}", dead.stderr);
    assert_eq!(kept(), 0);
}

#[test]
fn rounds_that_are_too_few_to_be_held_against_are_pinned_with_a_warning() {
    let shop = Shop::taking(DEAD);
    let project = project(&shop, &shop);
    let pinned = run(&project, &["load", "--rounds", "6", "--pin"]);
    let told = "6 rounds are too few to be pinned: `--against pinned` will never tell where these metrics gate together; \
                pin 7 or more";
    assert_eq!(pinned.stderr.lines().nth(1), Some(told), "{}", pinned.stderr);
}
