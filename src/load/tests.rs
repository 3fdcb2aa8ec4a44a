//! Load cases and workloads for the tests of this room.

use super::workload::Workload;
use crate::config::{Source, Variables};
use crate::suite::{Fixtures, Journey, Level, LoadCase, ReadyJourney, Suite, read_suite};

/// Reads a load case of these keys, whose feed is `skus.csv` and whose capture `token` is a secret.
pub(super) fn case(keys: &str, feed: &str) -> LoadCase {
    case_in("", keys, feed)
}

/// Reads a load case as [`case`] does, in a suite that says `of_suite` too.
pub(super) fn case_in(of_suite: &str, keys: &str, feed: &str) -> LoadCase {
    suite_in(of_suite, keys, feed).load.remove(0)
}

/// Reads a suite with one load case of these keys, as [`case`] does.
pub(super) fn suite(keys: &str, feed: &str) -> Suite {
    suite_in("", keys, feed)
}

fn suite_in(of_suite: &str, keys: &str, feed: &str) -> Suite {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("proofmark.yaml", "project: p\nenvironments: { local: {} }\n");
    write("skus.csv", feed);
    let file = folder.path().join("proofmark.yaml");
    let settings = crate::config::load(&file, "local", &Variables::new()).unwrap();
    let keys = format!("    {}\n", keys.trim_end().replace('\n', "\n    "));
    let text = format!(
        "suite: s\nlevel: load\ntargets: [local]\nsecrets: [token]\n{of_suite}load:\n  - name: c\n{keys}"
    );
    let read =
        read_suite(&Source::new("s.yaml", text), Level::Load, &settings, &Fixtures::default());
    read.map_err(|refusal| refusal.render(false)).unwrap()
}

/// Makes a workload of a case whose names are those of visitors alone.
pub(super) fn workload(case: &LoadCase) -> Workload {
    let ready = |journey: &Journey| ReadyJourney {
        name: journey.name.clone(),
        weight: journey.weight,
        values: Vec::new(),
        steps: journey.steps.clone(),
    };
    let ready = case.journeys.iter().map(ready).collect();
    Workload::new(case, ready, "run-0".to_owned()).unwrap()
}
