//! Releases: promoted, taken back, and never two at once.

use std::time::{Duration, Instant};

use crate::shop::{Shop, answering_release, said};

pub fn two_deployments_never_overlap(shop: &Shop) {
    let mut first = shop.command(&["deploy", "--release", "1.0.0"]);
    let mut first = first.stdout(std::process::Stdio::null()).spawn().unwrap();
    let lock = shop.folder("locks").join("local.lock");
    let patience = Instant::now();
    while !lock.exists() && patience.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let second = shop.run(&["deploy", "--release", "1.0.0"]);
    assert_eq!(second.code, Some(5), "{second:?}");
    assert!(second.stderr.contains("locked"), "{second:?}");
    assert_eq!(first.wait().unwrap().code(), Some(0));
}

pub fn a_good_release_is_promoted(shop: &Shop) {
    let said = shop.run(&["deploy", "--release", "1.1.0"]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(answering_release(), "1.1.0");
    let history = shop.run(&["releases", "--format", "json"]).json();
    let newest = history.as_array().unwrap().iter().find(|d| d["to"] == "1.1.0").unwrap().clone();
    assert_eq!(newest["state"], "promoted");
    assert_eq!(newest["from"], "1.0.0");
    let manifest = std::path::Path::new(newest["backup"].as_str().unwrap()).join("manifest.json");
    assert!(manifest.exists(), "{}", manifest.display());
}

pub fn a_release_that_exits_at_start_is_rolled_back(shop: &Shop) {
    taken_back(shop, "crash", "start_failure");
}

pub fn a_release_without_authentication_is_rolled_back(shop: &Shop) {
    taken_back(shop, "insecure", "security");
}

fn taken_back(shop: &Shop, release: &str, trigger: &str) {
    let mut command = shop.command(&["deploy", "--release", release]);
    let said = said(&command.output().unwrap());
    assert_eq!(said.code, Some(6), "{said:?}");
    assert_eq!(answering_release(), "1.1.0");
    let history = shop.run(&["releases", "--format", "json"]).json();
    let tried = history.as_array().unwrap().iter().find(|d| d["to"] == release).unwrap().clone();
    assert_eq!(tried["state"], "rolled_back");
    assert_eq!(tried["trigger"], trigger);
}
