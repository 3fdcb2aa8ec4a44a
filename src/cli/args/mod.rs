//! The command line as it is typed.

mod judge;
mod load;
mod report;
mod review;
mod test;

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::style::HELP;
use crate::baseline::Unreferenced;
use crate::config::Profiles;
use crate::model::{Kind, Phase};
pub(super) use crate::report::Format as OutputFormat;
pub(super) use judge::{JudgeArgs, RuleArgs};
pub(super) use load::{CalibrateArgs, LoadArgs};
pub(super) use report::{MetricsArgs, ReportArgs};
pub(super) use review::{AcceptArgs, ApproverArgs, Chosen, PendingArgs, RejectArgs, ReviewArgs};
pub(super) use test::{SelectionArgs, TestArgs};

const EXIT_CODES: &str = "\
Exit codes:
  0  everything asked was measured and holds
  1  a check failed
  2  bad arguments, configuration, suite, baseline or waiver; nothing was run
  3  could not tell: unreachable, too few samples, missing or stale baseline
  4  nothing was selected
  5  the environment is locked by another deployment, or waits for a person
  6  the deployment failed and was rolled back; the old release is verified
  7  the deployment failed and so did its rollback: a person is needed";

const TEST_HELP: &str = "\
Example: proofmark test --level e2e --tag checkout
         proofmark test --report results.xml
         proofmark test -E 'level(e2e) & !tag(slow) | suite(orders)' --shard 1/4

Expressions: level(WORD), tag(WORD), suite(WORD) and target(WORD) exactly, name(PART);
  (=WORD) exactly, (~PART) a part, (/REGEX/) a pattern; `!` not, `&` both, `|` either, ( )";

const JUDGE_HELP: &str = "\
Example: proofmark judge rounds.csv --tolerance 10% --floor p95=2
         proofmark judge rounds.csv --direction \"queue length=lower\" --format json

A row is one number of one round. `pair` joins two rounds that ran one after the other;
`side` is baseline or candidate; `order` tells which of the two ran first; `metric` is p95,
throughput, cpu, errors, requests and so on, or `p95 of GET /orders`; `value` has no unit.
A column `environment` may name the host.";

const LOAD_HELP: &str = "\
Example: proofmark load
         proofmark load --paired old --env new --out rounds.csv
         proofmark load --paired-release 1.0.0
         proofmark load --rounds 10 --against pinned

Rounds are a warm-up and a fixed load each. Both sides take turns on one host, and who begins
changes from pair to pair. It is judged after 10 pairs, and where these do not tell after 20.
p50, p95, throughput and errors gate, unless --gating names others.";

/// Hold a release against the Compose environment that is known to work: promote, hold, or roll back?
#[derive(Debug, Parser)]
#[command(name = "proofmark", version, after_help = EXIT_CODES, max_term_width = 100, styles = HELP, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub(super) shared: Shared,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(super) struct Shared {
    /// The environment to look at, as proofmark.yaml names it.
    #[arg(
        long,
        global = true,
        env = "PROOFMARK_ENV",
        default_value = "local",
        value_name = "NAME"
    )]
    pub env: String,
    /// The settings file; without it, the nearest proofmark.yaml upwards.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How checks are performed, as proofmark.yaml names it under `profiles`.
    #[arg(
        long,
        global = true,
        env = "PROOFMARK_PROFILE",
        default_value = Profiles::USUAL,
        value_name = "NAME"
    )]
    pub profile: String,
    /// How results are printed on stdout.
    #[arg(
        long,
        global = true,
        value_parser = PossibleValuesParser::new(OutputFormat::ALL.map(OutputFormat::word))
            .try_map(|word| word.parse::<OutputFormat>()),
        default_value_t,
        value_name = "FORMAT"
    )]
    pub format: OutputFormat,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write a first proofmark.yaml, suites and a pending baseline for the Compose project that is here.
    #[command(after_help = "Example: proofmark init && proofmark review")]
    Init(InitArgs),
    /// Say what is missing on this host, and the command that mends it.
    #[command(after_help = "Example: proofmark doctor\n         proofmark doctor --fix")]
    Doctor(DoctorArgs),
    /// Show the effective settings.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Record the running environment as a pending baseline, without touching it.
    #[command(
        after_help = "Example: proofmark record && proofmark review\n         proofmark record --static --file compose.yaml --out recorded"
    )]
    Record(RecordArgs),
    /// List what waits for a review, and every change in it.
    #[command(after_help = "Example: proofmark pending --format json\n         \
        proofmark pending --unreferenced")]
    Pending(PendingArgs),
    /// Look at what is pending, and accept or reject it as a whole or fact by fact.
    #[command(after_help = "Example: proofmark review\n\n\
        Keys: a accept, r reject, s skip; A, R, S the same for all that follow;\n      \
        f go through a service fact by fact, c change a fact's class, b back; q quit")]
    Review(ReviewArgs),
    /// Accept what is pending into the baseline, as a whole or in part.
    #[command(after_help = "Example: proofmark accept --all\n         \
        proofmark accept db api.ports worker.image --by ada")]
    Accept(AcceptArgs),
    /// Throw what is pending away, as a whole or in part.
    #[command(
        after_help = "Example: proofmark reject api\n         proofmark reject api.limits.memory e2e/orders__placed",
        mut_arg("names", |names| names.required_unless_present("unreferenced"))
    )]
    Reject(RejectArgs),
    /// Hold the running environment against the baseline.
    #[command(after_help = "Example: proofmark diff --env staging --format json")]
    Diff(ReportArgs),
    /// Run suites against the environment.
    #[command(
        after_help = TEST_HELP
    )]
    Test(TestArgs),
    /// Run load suites: once against the thresholds, or in rounds against a baseline.
    #[command(after_help = LOAD_HELP)]
    Load(LoadArgs),
    /// Measure by how much load cases differ from themselves, so that noise is not taken for a change.
    #[command(after_help = "Example: proofmark calibrate --suite suites/load/browsing.yaml")]
    Calibrate(CalibrateArgs),
    /// Probe health, security and drift, without running suites.
    #[command(
        after_help = "Example: proofmark check security --env production\n         proofmark check --mutate"
    )]
    Check(CheckArgs),
    /// Decide about a release: drift, health, security, suites and load, one verdict.
    #[command(after_help = "Example: proofmark gate --env staging --report gate.html")]
    Gate(GateArgs),
    /// Hold a candidate's rounds against the baseline's: pass, fail, or too few to tell.
    #[command(after_help = JUDGE_HELP)]
    Judge(JudgeArgs),
    /// Deploy a release, validated in every phase; rolls back by itself when it fails.
    #[command(after_help = "Example: proofmark deploy --release 1.1.0 --env staging")]
    Deploy(DeployArgs),
    /// Bring the last good release back.
    #[command(after_help = "Example: proofmark rollback --env staging")]
    Rollback(RollbackArgs),
    /// List what was deployed, and how it ended.
    #[command(after_help = "Example: proofmark releases --env production --format json")]
    Releases,
    /// Show all of it on the demo stack: baseline, suites, a good release and two bad ones.
    #[command(after_help = "Example: proofmark demo --report demo.html")]
    Demo(DemoArgs),
    /// Print the JSON Schema of what Proofmark reads or writes.
    #[command(after_help = "Example: proofmark schema suite > suite.schema.json")]
    Schema(SchemaArgs),
    /// Print the completions of a shell.
    #[command(
        after_help = "Example: proofmark completions bash > /etc/bash_completion.d/proofmark"
    )]
    Completions(CompletionsArgs),
    /// Print the help of a command, or a page: baselines, drift, fixtures, load-reports, load-suite, runner, suite.
    #[command(after_help = "Example: proofmark help drift")]
    Help(HelpArgs),
}

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every effective setting of an environment.
    #[command(after_help = "Example: proofmark config show --env staging --origins")]
    Show(ConfigShowArgs),
}

#[derive(Debug, Args)]
pub(super) struct HelpArgs {
    /// A command, or a page.
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// A Compose file of the project; may be given more than once. Without it, the folder's own.
    #[arg(long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// Write anew what is there already.
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Remove what runs left that were killed: throw-away containers, networks and browser folders.
    #[arg(long)]
    pub fix: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConfigShowArgs {
    /// Print the file and line that each value came from.
    #[arg(long)]
    pub origins: bool,
}

#[derive(Debug, Args)]
pub(super) struct RecordArgs {
    /// What is done about snapshots of services that the files do not have any more.
    #[arg(long, value_enum, default_value_t = UnreferencedWord::Warn, value_name = "WHAT")]
    pub unreferenced: UnreferencedWord,
    /// Write even where CI is set.
    #[arg(long)]
    pub in_ci: bool,
    /// Record what the Compose files say, without an engine; needs no proofmark.yaml.
    #[arg(long = "static")]
    pub from_files: bool,
    /// A Compose file to record instead of the project's; may be given more than once.
    #[arg(long, requires = "from_files", value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// The folder that the pending snapshots go to; without it, the baseline's.
    #[arg(long, requires = "from_files", value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Insta's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum UnreferencedWord {
    /// Pass over them.
    Ignore,
    /// Name them.
    Warn,
    /// Name them and fail.
    Reject,
    /// Remove them.
    Delete,
}

impl From<UnreferencedWord> for Unreferenced {
    fn from(word: UnreferencedWord) -> Self {
        match word {
            UnreferencedWord::Ignore => Self::Ignore,
            UnreferencedWord::Warn => Self::Warn,
            UnreferencedWord::Reject => Self::Reject,
            UnreferencedWord::Delete => Self::Delete,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// What to check; without it, all of them.
    #[arg(value_enum, value_name = "WHAT")]
    pub what: Vec<What>,
    /// Change each recorded fact in memory, and see whether `diff` would notice it on this target.
    #[arg(long, conflicts_with = "what")]
    pub mutate: bool,
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum What {
    Health,
    Security,
    Drift,
}

impl From<What> for Kind {
    fn from(what: What) -> Self {
        match what {
            What::Health => Self::Health,
            What::Security => Self::Security,
            What::Drift => Self::Drift,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// The phase that the decision is for: a failure holds before a deployment, rolls back after it.
    #[arg(long, value_enum, default_value_t = GatePhase::Pre, value_name = "PHASE")]
    pub phase: GatePhase,
    #[command(flatten)]
    pub reports: ReportArgs,
    #[command(flatten)]
    pub metrics: MetricsArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GatePhase {
    Pre,
    Post,
}

impl From<GatePhase> for Phase {
    fn from(phase: GatePhase) -> Self {
        match phase {
            GatePhase::Pre => Self::PreDeployment,
            GatePhase::Post => Self::PostDeployment,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct DeployArgs {
    /// The release to deploy: the value of the project's release variable.
    #[arg(long, value_name = "RELEASE")]
    pub release: String,
    /// Deploy although the running release is not well.
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Args)]
pub(super) struct RollbackArgs {
    #[command(flatten)]
    pub reports: ReportArgs,
}

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Also write the report of the last gate as one HTML page.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Leave the stack running at the end.
    #[arg(long)]
    pub keep: bool,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Of what: a run is what `--format json` prints, the others are files that are written by hand.
    #[arg(value_enum, value_name = "WHAT")]
    pub what: SchemaOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaOf {
    Run,
    Settings,
    Suite,
    Fixture,
    Waivers,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
