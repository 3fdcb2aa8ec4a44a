//! `load` in rounds, against small shops of these tests.

use crate::shop::{SUITE, Shop, in_pairs, measured, project, result, rows, run};

#[test]
fn without_rounds_it_is_the_load_level_of_the_suites() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let listed = run(&project, &["load", "--list"]);
    assert_eq!((listed.code, listed.stdout.trim()), (0, "load/shop/shoppers"));
    project.file(
        "suites/load/only_old.yaml",
        &SUITE.replace("suite: shop", "suite: night").replace("old, new", "old"),
    );
    let listed = run(&project, &["load", "--list", "night"]);
    let skipped =
        "load/night/shoppers  (skipped: the suite does not name new among its targets (old))";
    assert_eq!((listed.code, listed.stdout.trim()), (0, skipped));
    let foreseen = run(&project, &["load", "--dry-run"]);
    assert_eq!(foreseen.code, 0, "{}", foreseen.stdout);
    assert_eq!(shop.asked(), 0);
    let once = measured(&project, &["load", "--format", "json", "--report", "load.xml"]);
    assert_eq!(once.code, 0, "{}", once.stdout);
    assert_eq!(result(&once, "load/shop/shoppers: response time").0, "pass");
    assert!(project.path().join("load.xml").exists());
    let elsewhere = run(&project, &["load", "nobody"]);
    assert_eq!(elsewhere.code, 4, "{}", elsewhere.stderr);
}

#[test]
fn what_could_have_no_effect_or_not_be_kept_is_refused_before_anything_is_loaded() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let options =
        [["--tolerance", "5%"], ["--gating", "p95"], ["--error-budget", "2%"], ["--seed", "7"]];
    for option in options {
        let once = run(&project, &[&["load"], &option[..]].concat());
        assert_eq!(once.code, 2, "{}{}", once.stdout, once.stderr);
        assert!(once.stderr.contains(&format!("{} has no effect", option[0])), "{}", once.stderr);
    }
    project.file("out/kept", "");
    let folder = run(&project, &["load", "--paired", "old", "--out", "out"]);
    assert_eq!(folder.code, 2, "{}{}", folder.stdout, folder.stderr);
    assert!(folder.stderr.contains("out, which is a folder; name a file"), "{}", folder.stderr);
    assert_eq!(shop.asked(), 0);
}

#[test]
fn a_dry_run_in_rounds_tells_how_many_there_would_be_and_about_how_long() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let foreseen = |arguments: &[&str]| {
        let said = run(&project, &[&["load", "--dry-run"], arguments].concat());
        assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
        assert!(said.stdout.starts_with("run   load/shop/shoppers\n"), "{}", said.stdout);
        said.stderr
    };
    let both = "10 pairs, about 30s in all; where these do not tell 20 pairs, about 1m in all\n";
    assert_eq!(foreseen(&["--paired", "old"]), both);
    assert_eq!(
        foreseen(&["--paired-release", "1.0.0", "--pairs", "8"]),
        "8 pairs, about 24s in all\n"
    );
    assert_eq!(foreseen(&["--rounds", "10"]), "10 rounds, about 15s in all\n");
    assert_eq!(foreseen(&[]), "", "one load is no series");
    let refused = run(&project, &["load", "--dry-run", "--paired", "new"]);
    assert_eq!(refused.code, 2, "what a run would refuse: {}", refused.stdout);
    assert_eq!(shop.asked(), 0);
}

#[test]
fn so_few_pairs_that_nothing_can_ever_be_told_are_refused() {
    let (old, new) = (Shop::taking(5), Shop::taking(5));
    let project = project(&old, &new);
    let refused = run(&project, &["load", "--paired", "old", "--pairs", "6"]);
    assert_eq!(refused.code, 2, "{}{}", refused.stdout, refused.stderr);
    let told = "6 pairs of shop/shoppers can never be told, whatever they show, because it takes 7";
    assert!(refused.stderr.contains(told), "{}", refused.stderr);
    assert_eq!((old.asked(), new.asked()), (0, 0));
}

/// A suite's secret was missed only once the other load cases had been measured.
#[test]
fn a_secret_that_is_not_set_is_told_before_the_first_request() {
    let (old, new) = (Shop::taking(5), Shop::taking(5));
    let project = project(&old, &new);
    let signed = SUITE
        .replace("suite: shop", "suite: signed\nsecrets: [SHOP_TOKEN]")
        .replace("expect:", "headers: { authorization: \"${SHOP_TOKEN}\" }, expect:");
    project.file("suites/load/signed.yaml", &signed);
    let rounds: [&[&str]; 3] =
        [&["load", "--paired", "old"], &["load", "--rounds", "6"], &["calibrate"]];
    for arguments in rounds {
        let said = run(&project, arguments);
        assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
        let told =
            "the secret `SHOP_TOKEN` is not set; export it before the run; nothing was measured";
        assert!(said.stderr.contains(told), "{}", said.stderr);
    }
    assert_eq!((old.asked(), new.asked()), (0, 0));

    let once = measured(&project, &["load", "--format", "json"]);
    assert_eq!(once.code, 3, "{}{}", once.stdout, once.stderr);
    let unset = once.stdout.find("load/signed/shoppers: response time").unwrap();
    assert!(unset < once.stdout.find("load/shop/shoppers: response time").unwrap(), "told first");
    assert_eq!(result(&once, "load/signed/shoppers: errors").1, "no_data");
    assert_eq!(result(&once, "load/shop/shoppers: response time").0, "pass");
}

/// Two environments with other names were one stack, which was as fast as itself and passed.
#[test]
fn two_environments_that_are_one_target_are_not_held_against_each_other() {
    let shop = Shop::taking(5);
    let project = project(&shop, &shop);
    let paired = run(&project, &["load", "--paired", "old", "--format", "json"]);
    assert_eq!(paired.code, 3, "{}{}", paired.stdout, paired.stderr);
    let (outcome, reason, message) = result(&paired, "load/shop/shoppers: rounds");
    assert_eq!((outcome.as_str(), reason.as_str()), ("inconclusive", "missing_baseline"));
    assert!(message.contains("would be held against itself"), "{message}");
    assert_eq!(shop.asked(), 0);
}

#[test]
fn a_slower_candidate_fails_in_pairs_and_its_file_has_the_same_judgement() {
    let (old, new) = (Shop::taking(15), Shop::taking(45));
    let project = project(&old, &new);
    let arguments = ["--seed", "7", "--out", "out/rounds.csv", "--format", "json"];
    let paired = in_pairs(&project, &arguments);
    assert_eq!(paired.code, 1, "{}{}", paired.stdout, paired.stderr);
    let beforehand = paired.stderr.lines().next().unwrap();
    assert!(beforehand.starts_with("6 pairs, about "), "{}", paired.stderr);
    let slower = result(&paired, "load/shop/shoppers: p50 against old");
    assert_eq!((slower.0.as_str(), slower.1.as_str()), ("fail", "regression"));
    assert_eq!(result(&paired, "load/shop/shoppers: response time").0, "pass");
    let (outcome, _, message) = result(&paired, "load/shop/shoppers: rounds");
    assert_eq!(outcome, "pass");
    assert_eq!(message, "6 pairs measured, the candidate first (seed 7)");

    let rows = rows(&project, "out/rounds.csv");
    let order = |row: &String| row.split(',').take(3).collect::<Vec<_>>().join(",");
    let mut orders: Vec<String> = rows.iter().map(order).collect();
    orders.dedup();
    let first = ["1,baseline,2", "1,candidate,1", "2,baseline,3", "2,candidate,4"];
    assert_eq!(orders[..4], first);
    assert_eq!(orders.len(), 12);
    let judged = run(&project, &["judge", "out/rounds.csv", "--gating", "p50", "--format", "json"]);
    assert_eq!(judged.code, 1, "{}{}", judged.stdout, judged.stderr);
    let own = result(&judged, "load/rounds/p50");
    assert_eq!(own, result(&paired, "load/shop/shoppers: p50 against old"));
}

#[test]
fn an_unchanged_candidate_passes_and_the_table_fits_a_hundred_columns() {
    let (old, new) = (Shop::taking(20), Shop::taking(20));
    let project = project(&old, &new);
    let arguments = ["--tolerance", "60%", "--report", "unchanged.json"];
    let paired = in_pairs(&project, &arguments);
    assert_eq!(paired.code, 0, "{}{}", paired.stdout, paired.stderr);
    let table: Vec<&str> = paired.stdout.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(table[0], "shop: shoppers against old");
    assert!(table.iter().all(|line| line.chars().count() <= 100), "{}", table.join("\n"));
    let gating = table.iter().find(|line| line.contains("p50")).unwrap();
    assert!(gating.contains("pass"), "{gating}");
    let hint = "noise never calibrated; `proofmark calibrate` measures it";
    let report = std::fs::read_to_string(project.path().join("unchanged.json")).unwrap();
    assert!(report.contains(hint), "{report}");
}

#[test]
fn a_target_that_dies_in_the_middle_is_never_green() {
    for dies in ["baseline", "candidate"] {
        let (old, new) = (Shop::taking(15), Shop::taking(15));
        let project = project(&old, &new);
        let dead = if dies == "baseline" { &old } else { &new };
        dead.die_after(600);
        let paired = run(&project, &["load", "--paired", "old", "--format", "json"]);
        assert!(matches!(paired.code, 1 | 3), "{dies}: {} {}", paired.code, paired.stdout);
        let (outcome, _, message) = result(&paired, "load/shop/shoppers: rounds");
        assert_eq!(outcome, "inconclusive", "{message}");
        assert!(message.contains(&format!("of the {dies}, tells nothing")), "{message}");
        assert!(message.ends_with("what there is was not judged"), "{message}");
        assert!(!paired.stdout.contains("against old"), "{}", paired.stdout);
    }
}
