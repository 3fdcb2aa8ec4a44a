//! One file a command: arguments in, one call, result printed. Nothing below knows clap.
//!
//! Results go to stdout, everything else to stderr. What the process was given, its variables, its
//! clock and its terminal, enters here once, as a [`Context`].

mod accept;
mod approver;
mod args;
mod calibrate;
mod check;
mod completions;
mod config_show;
mod context;
mod demo;
mod deploy;
mod diff;
mod doctor;
mod error;
mod gate;
mod help;
mod init;
mod inspect;
mod interrupt;
mod judge;
mod leftovers;
mod live;
mod load;
mod load_worker;
mod manual;
mod metrics;
mod noise_table;
mod output;
mod pending;
mod progress;
mod record;
mod releases;
mod review;
mod rollback;
mod rounds_table;
mod schema;
mod series;
mod style;
mod test;
mod waiting;

use std::ffi::OsString;

use clap::Parser;

pub use args::Cli;
pub use context::Context;

use crate::load::WORKER;
use crate::model::Exit;
use args::{Command, ConfigCommand};
use error::CommandError;

/// Runs the command that `arguments` name and gives its exit code.
///
/// Not generic over its arguments, or every command would be compiled once more into the binary.
#[must_use]
pub fn main(context: fn() -> Context, arguments: Vec<OsString>) -> Exit {
    // No command of a person: to read those, or where one is, takes more memory than a small load.
    if let [_, word] = &arguments[..]
        && word == WORKER
    {
        return load_worker::perform();
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(refusal) => {
            // Nothing can be done about a closed stdout here, and help was asked for or not.
            let _ = refusal.print();
            return if refusal.use_stderr() { Exit::Refused } else { Exit::Holds };
        }
    };
    // All on one thread: cases wait for answers, and to wake another thread for each costs more than what they do
    // between. It is a worker, so that what has to block can still hand the others on to a new one.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = match runtime.worker_threads(1).enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return CommandError::Runtime(cause).report(),
    };
    let context = context();
    let performed = runtime.spawn(async move { Box::pin(perform(&context, cli)).await });
    let ended = runtime.block_on(performed);
    // A blocking call that hangs in another thread must not keep a finished command alive.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match ended {
        Ok(ended) => ended.unwrap_or_else(|error| error.report()),
        Err(broken) => std::panic::resume_unwind(broken.into_panic()),
    }
}

async fn perform(context: &Context, cli: Cli) -> Result<Exit, CommandError> {
    let Cli { shared, command } = cli;
    match command {
        Command::Help(args) => help::perform(&args),
        Command::Init(args) => init::perform(context, &shared, &args).await,
        Command::Doctor(args) => doctor::perform(context, &shared, &args).await,
        Command::Config { command: ConfigCommand::Show(args) } => {
            config_show::perform(context, &shared, &args)
        }
        Command::Record(args) => record::perform(context, &shared, &args).await,
        Command::Pending(args) => pending::perform(context, &shared, &args),
        Command::Review(args) => review::perform(context, &shared, &args),
        Command::Accept(args) => accept::accept(context, &shared, &args),
        Command::Reject(args) => accept::reject(context, &shared, &args),
        Command::Diff(args) => diff::perform(context, &shared, &args).await,
        Command::Test(args) => test::perform(context, &shared, &args).await,
        Command::Load(args) => load::perform(context, &shared, &args).await,
        Command::Calibrate(args) => calibrate::perform(context, &shared, &args).await,
        Command::Check(args) => check::perform(context, &shared, &args).await,
        Command::Gate(args) => gate::perform(context, &shared, &args).await,
        Command::Judge(args) => judge::perform(context, &shared, &args).await,
        Command::Deploy(args) => deploy::perform(context, &shared, &args).await,
        Command::Rollback(args) => rollback::perform(context, &shared, &args).await,
        Command::Releases => releases::perform(context, &shared),
        Command::Demo(args) => demo::perform(context, &shared, &args).await,
        Command::Schema(args) => schema::perform(&args),
        Command::Completions(args) => completions::perform(&args),
    }
}
