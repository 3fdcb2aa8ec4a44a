//! Recording, accepting, and what drifts from it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::shop::{Said, Shop, repository};

pub fn the_committed_baseline_holds(shop: &Shop) {
    let said = shop.run(&["diff"]);
    assert_eq!(said.code, Some(0), "{said:?}");
}

pub fn recording_an_unchanged_stack_again_leaves_nothing_to_review(shop: &Shop) {
    let baselines = shop.folder("recorded");
    assert_eq!(in_folder(shop, &baselines, &["record", "--in-ci"]).code, Some(0));
    let accepted = in_folder(shop, &baselines, &["accept", "--all", "--in-ci", "--by", "a test"]);
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    let before = files(&baselines);
    assert!(before.keys().any(|name| name == "api.snap"), "{:?}", before.keys());

    for stop in [&["restart", "--timeout", "2", "worker"][..], &["down", "--timeout", "2"]] {
        shop.compose(stop);
        shop.compose(&["up", "--detach", "--wait"]);
        let again = in_folder(shop, &baselines, &["record", "--in-ci"]);
        assert_eq!(again.code, Some(0), "{stop:?}: {again:?}");
        assert!(again.stdout.contains("nothing changed"), "{stop:?}: {again:?}");
        assert_eq!(files(&baselines), before, "{stop:?}");
    }
    assert_eq!(in_folder(shop, &baselines, &["diff"]).code, Some(0));
}

pub fn a_recording_holds_no_secret(shop: &Shop) {
    let secrets = repository().join("fixtures/shop/secrets");
    let recorded = files(&shop.folder("recorded"));
    for name in ["db_password", "storage_key"] {
        let secret = std::fs::read_to_string(secrets.join(name)).unwrap();
        for (file, text) in &recorded {
            assert!(!text.contains(secret.trim()), "{file} holds {name}");
        }
    }
}

pub fn what_runs_is_what_the_files_alone_say(shop: &Shop) {
    let baselines = shop.folder("from-files");
    let recorded = in_folder(shop, &baselines, &["record", "--static", "--in-ci"]);
    assert_eq!(recorded.code, Some(0), "{recorded:?}");
    assert_eq!(
        in_folder(shop, &baselines, &["accept", "--all", "--in-ci", "--by", "a test"]).code,
        Some(0)
    );
    let said = in_folder(shop, &baselines, &["diff", "--format", "json"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    let report = said.json();
    let results = report["run"]["results"].as_array().unwrap();
    assert!(results.len() > 100, "only {} facts were compared", results.len());
    let differing = results.iter().filter(|result| result["outcome"] != "pass");
    assert_eq!(differing.collect::<Vec<_>>(), Vec::<&serde_json::Value>::new());
}

pub fn a_changed_limit_is_drift(shop: &Shop) {
    let limit = |memory: &str, swap: &str| {
        let args = ["update", "--memory", memory, "--memory-swap", swap];
        let updated =
            Command::new("docker").args(args).arg(shop.container("cache")).output().unwrap();
        assert!(updated.status.success(), "{updated:?}");
    };
    limit("80m", "160m");
    let said = shop.run(&["diff", "--env", "staging", "--format", "json"]);
    limit("64m", "128m");
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = said.json();
    let results = report["run"]["results"].as_array().unwrap();
    let changed: BTreeMap<&str, &str> = results
        .iter()
        .filter(|result| result["outcome"] == "fail")
        .map(|result| {
            (result["check"]["id"].as_str().unwrap(), result["message"].as_str().unwrap())
        })
        .collect();
    let by_files = "cache-1: limits.memory is 80MiB, the files say 64MiB";
    let by_baseline = "limits.memory was 64MiB and is 80MiB";
    let expected =
        [("drift/_project/compose files", by_files), ("drift/cache/limits.memory", by_baseline)];
    assert_eq!(changed, expected.into());
}

fn in_folder(shop: &Shop, baselines: &Path, arguments: &[&str]) -> Said {
    let mut command = shop.command(arguments);
    crate::shop::said(&command.env("PROOFMARK_BASELINES", baselines).output().unwrap())
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}
