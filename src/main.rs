//! The binary: collects what the process was given and hands it to the library.

use std::process::ExitCode;

use mimalloc::MiMalloc;
use proofmark::cli::{self, Context};

/// Reading suites makes and drops a great many small values, which takes a sixth less time with it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    cli::main(Context::from_process, std::env::args_os().collect()).into()
}
