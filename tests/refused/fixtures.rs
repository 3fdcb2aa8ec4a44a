//! Fixtures: each case is the one fixture of a project that has a suite, or a folder of several, with a
//! unit suite that names them where there is a `suite.yaml`.

use std::path::Path;

use crate::stage::Stage;

const SETTINGS: &str = "\
project: shop
base: { services: { api: { port: 8000 } } }
environments: { local: {} }
";

const SUITE: &str = "\
suite: health
level: e2e
cases:
  - name: it answers
    steps: [{ get: '${api}/', expect: { status: 200 } }]
";

/// Gives what a person reads whose fixtures these are.
pub fn refusal(case: &Path) -> String {
    let stage = Stage::with_settings(SETTINGS);
    stage.write("suites/e2e/health.yaml", SUITE);
    let write = |file: &Path| {
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(file).unwrap();
        let folder = if name == "suite.yaml" { "suites/unit" } else { "fixtures/suites" };
        stage.write(&format!("{folder}/{name}"), &text);
    };
    if case.is_dir() {
        for file in std::fs::read_dir(case).unwrap() {
            write(&file.unwrap().path());
        }
    } else {
        write(case);
    }
    stage.refusal(&["test", "--list"])
}
