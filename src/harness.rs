//! Suites as cargo tests: every case becomes a trial of `libtest-mimic`, performed by the one runner.
//!
//! What needs logic is a [`Trial`] in code, which stands in a suite like every other case. A thin adapter
//! on the top floor. `cargo test` and nextest list, select and count; what a case does
//! and means is decided below, so that `proofmark test` and `cargo test` never disagree.

mod trial;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use libtest_mimic::{Completion, Failed};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::config::{self, Access, Settings, Variables};
use crate::engine::{Container, Remote, Target, TargetError, View};
use crate::gate::waive;
use crate::model::{CheckResult, Date, Diagnostic, Exit, Outcome, Redactor, Waiver};
use crate::protocol::kill_programs;
use crate::report::visible;
use crate::runner::{self, Claim, Options};
use crate::suite::{self, Ground, Level, PlannedCase, PlannedTeardown};

pub use crate::suite::{CaseContext, TrialError};
pub use libtest_mimic::Arguments;
pub use trial::Trial;

/// The variable that names the environment; without it, `local`.
const ENVIRONMENT: &str = "PROOFMARK_ENV";
/// The exit code where every case holds and a shared fixture could not be taken down: a failed test's.
const LEFT_BEHIND: u8 = 101;

/// Says what the suites are run with.
#[derive(Debug)]
pub struct Harness {
    /// A folder of the project: that of its `proofmark.yaml`, or one below.
    pub folder: PathBuf,
    /// The process environment.
    pub variables: Variables,
    /// A text that no other run has, of lower-case letters and digits.
    pub run: String,
    /// The day on which they are run: it decides which waivers still hold.
    pub today: Date,
    /// What is run beside the suites.
    pub trials: Vec<Trial>,
}

impl Harness {
    /// Takes from the process what it runs with; `folder` is that of the project or one below it.
    #[must_use]
    pub fn from_process(folder: impl Into<PathBuf>) -> Self {
        let now = SystemTime::now();
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            folder: folder.into(),
            variables: std::env::vars().collect(),
            run: format!("r{:x}p{:x}", since_epoch.as_micros(), std::process::id()),
            today: Date::of(now),
            trials: Vec::new(),
        }
    }

    /// Adds a trial in code.
    #[must_use]
    pub fn with(mut self, trial: Trial) -> Self {
        self.trials.push(trial);
        self
    }

    /// Runs what `arguments` select and gives the exit code that test runners expect.
    ///
    /// Listing reads the suites and looks at nothing else. A case is ignored, with the reason, where
    /// there is no engine or nothing of the project runs; unit cases need the engine only. What cases
    /// shared is taken down at the end.
    #[must_use]
    pub fn run(self, arguments: &Arguments) -> ExitCode {
        match self.prepared(arguments) {
            Ok(prepared) => prepared.run(arguments),
            Err(refusals) => {
                eprintln!("{}", visible(&refusals.join("\n\n")));
                Exit::Refused.into()
            }
        }
    }

    fn prepared(self, arguments: &Arguments) -> Result<Prepared, Vec<String>> {
        let one = |cause: String| vec![cause];
        let Self { folder, variables, run, today, trials } = self;
        let settings = settings(&folder, &variables).map_err(one)?;
        let all = |refusals: Vec<Diagnostic>| -> Vec<String> {
            refusals.iter().map(ToString::to_string).collect()
        };
        let mut suites = if settings.suites.exists() || trials.is_empty() {
            suite::read_folder(&settings).map_err(all)?
        } else {
            Vec::new()
        };
        if !trials.is_empty() {
            let fixtures = suite::read_fixtures(&settings).map_err(all)?;
            trial::join(trials, &mut suites, &fixtures)?;
        }
        let waivers = if arguments.list {
            Vec::new()
        } else {
            config::waivers(&settings).map_err(|refusal| one(refusal.to_string()))?
        };
        let runtime =
            Runtime::new().map_err(|cause| one(format!("cannot start the runtime: {cause}")))?;
        let cases = suite::planned_cases(&suites);
        let teardowns = suite::planned_teardowns(&cases, &settings.environment);
        let bench = Arc::new(Bench {
            settings: Arc::new(settings),
            variables: Arc::new(variables),
            run,
            waivers,
            today,
            sight: OnceCell::new(),
            claims: Mutex::default(),
            stop: CancellationToken::new(),
            runtime: runtime.handle().clone(),
        });
        Ok(Prepared { cases, teardowns, bench, runtime })
    }
}

/// Is everything that was read, before anything is run.
struct Prepared {
    cases: Vec<PlannedCase>,
    teardowns: Vec<PlannedTeardown>,
    bench: Arc<Bench>,
    runtime: Runtime,
}

impl Prepared {
    fn run(self, arguments: &Arguments) -> ExitCode {
        let Self { cases, teardowns, bench, runtime } = self;
        if !arguments.list {
            suite::keep_panics_quiet();
            runtime.spawn(interrupt(bench.stop.clone()));
        }
        let trials = cases.into_iter().map(|case| trial(case, Arc::clone(&bench))).collect();
        let conclusion = libtest_mimic::run(arguments, trials);
        if arguments.list {
            return conclusion.exit_code();
        }
        let left = runtime.block_on(bench.take_down(teardowns));
        if left.is_empty() {
            return conclusion.exit_code();
        }
        eprintln!("{}", left.join("\n"));
        ExitCode::from(LEFT_BEHIND)
    }
}

fn settings(folder: &Path, variables: &Variables) -> Result<Settings, String> {
    let environment = variables.get(ENVIRONMENT).map_or("local", String::as_str);
    config::find(folder)
        .and_then(|file| config::load(&file, environment, variables))
        .map_err(|error| error.to_string())
}

/// Lets running cases clean up at the first interruption, and ends at once at the second.
async fn interrupt(stop: CancellationToken) {
    if tokio::signal::ctrl_c().await.is_ok() {
        stop.cancel();
        if tokio::signal::ctrl_c().await.is_ok() {
            kill_programs();
            std::process::exit(130);
        }
    }
}

/// Is what all trials share.
struct Bench {
    settings: Arc<Settings>,
    variables: Arc<Variables>,
    run: String,
    waivers: Vec<Waiver>,
    today: Date,
    /// Looked at once, by the first trial that runs.
    sight: OnceCell<Sight>,
    /// Each trial is a run of its own, so that what its task claims is held here.
    claims: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    stop: CancellationToken,
    runtime: Handle,
}

/// Says what there is to run cases on.
enum Sight {
    Seen {
        ground: Arc<Ground>,
        secrets: Vec<String>,
        /// Why only unit cases can run, where that is so.
        nothing_runs: Option<String>,
    },
    /// Why there is nothing to run any case on, and nobody is to blame.
    Absent(String),
    /// Why the target cannot be looked at, although it could be.
    Broken(String),
}

fn trial(case: PlannedCase, bench: Arc<Bench>) -> libtest_mimic::Trial {
    let check = case.check();
    let name = format!("{}::{}", check.group, check.name);
    let perform = move || {
        let handle = bench.runtime.clone();
        handle.block_on(async move { bench.perform(case).await })
    };
    libtest_mimic::Trial::ignorable_test(name, perform).with_kind(check.kind.word())
}

impl Bench {
    async fn perform(&self, case: PlannedCase) -> Result<Completion, Failed> {
        let (ground, secrets) = match self.sight.get_or_init(|| self.look()).await {
            Sight::Absent(reason) => return Ok(Completion::ignored_with(reason)),
            Sight::Broken(error) => return Err(error.into()),
            Sight::Seen { nothing_runs: Some(reason), .. } if case.level() != Level::Unit => {
                return Ok(Completion::ignored_with(reason));
            }
            Sight::Seen { ground, secrets, .. } => (ground, secrets),
        };
        let task = case.task(ground);
        let claims = self.claimed(&task.claims);
        let mut held = Vec::with_capacity(claims.len());
        for claim in &claims {
            held.push(claim.acquire().await);
        }
        let redactor = Redactor::new(secrets.iter().cloned());
        let plan = waive(vec![task], &self.waivers, &self.today);
        let results = runner::run(plan, &Options::default(), redactor, &self.stop, |_| {}).await;
        // The command of an adopted suite is one trial, which holds as far as all of its cases do.
        let open = results.iter().filter(|result| does_not_hold(result.outcome));
        let open: Vec<String> = open.map(explained).collect();
        if !open.is_empty() {
            return Err(open.join("\n").into());
        }
        let own = results.first().expect("a plan of one task has at least its result");
        match own.outcome {
            Outcome::Skipped => Ok(Completion::ignored_with(&own.message)),
            _ => Ok(Completion::Completed),
        }
    }

    /// Takes down what trials shared, and explains what may be left of it.
    async fn take_down(&self, teardowns: Vec<PlannedTeardown>) -> Vec<String> {
        let Some(Sight::Seen { secrets, .. }) = self.sight.get() else { return Vec::new() };
        let redactor = Redactor::new(secrets.iter().cloned());
        let plan = teardowns.into_iter().map(PlannedTeardown::task).collect();
        let plan = waive(plan, &self.waivers, &self.today);
        // An interruption has ended the trials; what they shared is taken down all the same.
        let stop = CancellationToken::new();
        let results = runner::run(plan, &Options::default(), redactor, &stop, |_| {}).await;
        let left =
            |result: &&CheckResult| matches!(result.outcome, Outcome::Fail | Outcome::Inconclusive);
        let left = results.iter().filter(left);
        left.map(|result| format!("{}: {}", result.check.id, explained(result))).collect()
    }

    async fn look(&self) -> Sight {
        let (settings, variables) = (Arc::clone(&self.settings), Arc::clone(&self.variables));
        if settings.access == Access::Http {
            return match Remote::of(settings, variables) {
                Ok(remote) => Sight::Seen {
                    ground: Arc::new(Ground::of(View::Http(&remote), &self.run)),
                    secrets: View::Http(&remote).secrets(),
                    nothing_runs: None,
                },
                Err(error) => Sight::Broken(error.to_string()),
            };
        }
        match Target::look(settings, variables).await {
            Ok(target) => {
                let is_running = target.containers.values().flatten().any(Container::is_running);
                let project = &target.project.project;
                Sight::Seen {
                    ground: Arc::new(Ground::of(View::Engine(&target), &self.run)),
                    secrets: target.secrets(),
                    nothing_runs: (!is_running)
                        .then(|| format!("nothing of the project {project} is running")),
                }
            }
            Err(TargetError::Engine(error)) => Sight::Absent(error.to_string()),
            Err(error) => Sight::Broken(error.to_string()),
        }
    }

    /// Gives what is claimed in one order for all, so that no two trials wait for each other.
    fn claimed(&self, claims: &[Claim]) -> Vec<Arc<Semaphore>> {
        let mut claims: Vec<&Claim> = claims.iter().collect();
        claims.sort();
        claims.dedup();
        let mut shared = self.claims.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |Claim { name, at_most }: &Claim| {
            let all = || Arc::new(Semaphore::new(at_most.get()));
            Arc::clone(shared.entry(name.clone()).or_insert_with(all))
        };
        claims.into_iter().map(of).collect()
    }
}

const fn does_not_hold(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Fail | Outcome::Inconclusive)
}

/// Writes what came of a case that does not hold: its last step in full.
fn explained(result: &CheckResult) -> String {
    let mut text = format!("{}: {}: {}\n", result.outcome, result.check.name, result.message);
    if let Some(source) = &result.evidence.source {
        let _ = writeln!(text, "  at {source}");
    }
    for step in &result.steps {
        let _ = writeln!(text, "  {:<12} {} ({:.0} ms)", step.outcome, step.name, step.elapsed_ms);
    }
    if let Some(step) = result.steps.iter().find(|step| does_not_hold(step.outcome)) {
        for failure in &step.failures {
            let _ = writeln!(text, "\n  {failure}");
        }
        let _ = write!(text, "\nsent:\n{}\n\nreceived:\n{}\n", step.sent, step.received);
    } else if let Some(actual) = &result.evidence.actual {
        let _ = write!(text, "\n{actual}\n");
    }
    visible(&text).into_owned()
}
