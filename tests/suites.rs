//! Every case of `suites/` as a cargo test, against the environment that `PROOFMARK_ENV` names.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::Arguments;
use proofmark::harness::Harness;
use proofmark::model::Date;

fn main() -> ExitCode {
    let now = SystemTime::now();
    let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let harness = Harness {
        folder: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
        variables: std::env::vars().collect(),
        run: format!("r{:x}p{:x}", since_epoch.as_micros(), std::process::id()),
        today: Date::of(now),
    };
    harness.run(&Arguments::from_args())
}
