//! The binary: collects what the process was given and hands it to the library.

use std::process::ExitCode;

use proofmark::cli::{self, Context};

fn main() -> ExitCode {
    cli::main(&Context::from_process(), std::env::args_os().collect()).into()
}
