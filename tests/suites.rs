//! Every case of `suites/` as a cargo test, against the environment that `PROOFMARK_ENV` names, and the
//! trials in Rust of the example.

#[path = "../fixtures/example-crate/src/lib.rs"]
mod example;

use std::process::ExitCode;

use proofmark::harness::{Arguments, Harness};

fn main() -> ExitCode {
    let harness = Harness::from_process(env!("CARGO_MANIFEST_DIR"));
    example::trials().into_iter().fold(harness, Harness::with).run(&Arguments::from_args())
}
