//! What all trials of a process share: the target that was looked at once, and what came of each case.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use libtest_mimic::{Completion, Failed};
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::sync::CancellationToken;

use super::told::{does_not_hold, explained};
use crate::config::{Access, Settings, Variables};
use crate::engine::{Container, Remote, Target, TargetError, View};
use crate::gate::{Inspection, waive};
use crate::model::{CheckResult, Date, Finding, Outcome, Reason, Redactor, Run, Waiver, judge};
use crate::runner::{self, Claim, Options, Task};
use crate::suite::{Ground, Level, PlannedCase, PlannedTeardown};

/// Is what all trials share.
pub(super) struct Bench {
    pub settings: Arc<Settings>,
    pub variables: Arc<Variables>,
    pub run: String,
    pub waivers: Vec<Waiver>,
    pub today: Date,
    /// How a case is performed.
    pub options: Options,
    /// Looked at once, by the first trial that runs.
    pub sight: OnceCell<Sight>,
    /// Each trial is a run of its own, so that what its task claims is held here.
    pub claims: Mutex<BTreeMap<String, Arc<Semaphore>>>,
    pub stop: CancellationToken,
    pub runtime: Handle,
    pub began: Instant,
    /// What came of each case that was asked for, by its place in the plan.
    pub results: Mutex<BTreeMap<usize, Vec<CheckResult>>>,
}

/// Says what there is to run cases on.
pub(super) enum Sight {
    Seen {
        ground: Arc<Ground>,
        release: Option<String>,
        secrets: Vec<String>,
        /// Why only unit cases can run, where that is so.
        nothing_runs: Option<String>,
    },
    /// Why there is nothing to run any case on, and nobody is to blame.
    Absent(String),
    /// Why the target cannot be looked at, although it could be.
    Broken(String),
}

impl Bench {
    /// Performs the case at `place` of the plan as a run of its own.
    pub(super) async fn perform(
        &self,
        place: usize,
        case: PlannedCase,
    ) -> Result<Completion, Failed> {
        let began = self.began.elapsed();
        let no_secrets: &[String] = &[];
        let (task, secrets) = match self.sight.get_or_init(|| self.look()).await {
            Sight::Absent(reason) => {
                (left_out(&case, Reason::EngineUnavailable, reason), no_secrets)
            }
            Sight::Broken(error) => {
                let finding = Finding::inconclusive(Reason::Precondition, error);
                (Task::answered(case.check(), finding), no_secrets)
            }
            Sight::Seen { nothing_runs: Some(reason), .. } if case.level() != Level::Unit => {
                (left_out(&case, Reason::NotObserved, reason), no_secrets)
            }
            Sight::Seen { ground, secrets, .. } => (case.task(ground), &secrets[..]),
        };
        let claims = self.claimed(&task.claims);
        let mut held = Vec::with_capacity(claims.len());
        for claim in &claims {
            held.push(claim.acquire().await);
        }
        let mut results = self.performed(vec![task], secrets, &self.stop).await;
        for result in &mut results {
            result.began_ms += began.as_secs_f64() * 1000.0;
        }
        // The command of an adopted suite is one trial, which holds as far as all of its cases do.
        let open = results.iter().filter(|result| does_not_hold(result.outcome));
        let open: Vec<String> = open.map(explained).collect();
        let own = results.first().expect("a plan of one task has at least its result");
        let answer = match own.outcome {
            _ if !open.is_empty() => Err(open.join("\n").into()),
            Outcome::Skipped => Ok(Completion::ignored_with(&own.message)),
            _ => Ok(Completion::Completed),
        };
        self.keep(place, results);
        answer
    }

    async fn performed(
        &self,
        plan: Vec<Task>,
        secrets: &[String],
        stop: &CancellationToken,
    ) -> Vec<CheckResult> {
        let redactor = Redactor::new(secrets.iter().cloned());
        let plan = waive(plan, &self.waivers, &self.today);
        runner::run(plan, &self.options, redactor, stop, |_| {}).await
    }

    fn keep(&self, place: usize, results: Vec<CheckResult>) {
        self.results.lock().unwrap_or_else(PoisonError::into_inner).insert(place, results);
    }

    /// Takes down what trials shared, and explains what may be left of it.
    pub(super) async fn take_down(&self, teardowns: Vec<PlannedTeardown>) -> Vec<String> {
        let Some(Sight::Seen { secrets, .. }) = self.sight.get() else { return Vec::new() };
        let plan = teardowns.into_iter().map(PlannedTeardown::task).collect();
        // An interruption has ended the trials; what they shared is taken down all the same.
        let results = self.performed(plan, secrets, &CancellationToken::new()).await;
        let left = results.iter().filter(|result| does_not_hold(result.outcome));
        let left =
            left.map(|result| format!("{}: {}", result.check.id, explained(result))).collect();
        self.keep(usize::MAX, results);
        left
    }

    /// Joins what came of all cases to one run with its verdict; `started` is when it began.
    pub(super) fn inspection(&self, started: &str) -> Inspection {
        let release = match self.sight.get() {
            Some(Sight::Seen { release, .. }) => release.clone(),
            _ => None,
        };
        let results = self.results.lock().unwrap_or_else(PoisonError::into_inner);
        let run = Run {
            schema: Run::SCHEMA,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            command: "cargo test".to_owned(),
            project: self.settings.project.clone(),
            environment: self.settings.environment.clone(),
            phase: None,
            release,
            started: started.to_owned(),
            elapsed_ms: self.began.elapsed().as_secs_f64() * 1000.0,
            results: results.values().flatten().cloned().collect(),
        };
        let judgement = judge(&run, self.settings.policy);
        Inspection { run, judgement, decision: None }
    }

    async fn look(&self) -> Sight {
        let (settings, variables) = (Arc::clone(&self.settings), Arc::clone(&self.variables));
        if settings.access == Access::Http {
            return match Remote::of(settings, variables) {
                Ok(remote) => self.seen(View::Http(&remote), None),
                Err(error) => Sight::Broken(error.to_string()),
            };
        }
        match Target::look(settings, variables).await {
            Ok(target) => {
                let is_running = target.containers.values().flatten().any(Container::is_running);
                let project = &target.project.project;
                let nothing_runs =
                    (!is_running).then(|| format!("nothing of the project {project} is running"));
                self.seen(View::Engine(&target), nothing_runs)
            }
            Err(TargetError::Engine(error)) => Sight::Absent(error.to_string()),
            Err(error) => Sight::Broken(error.to_string()),
        }
    }

    fn seen(&self, view: View<'_>, nothing_runs: Option<String>) -> Sight {
        Sight::Seen {
            ground: Arc::new(Ground::of(view, &self.run)),
            release: view.release().map(str::to_owned),
            secrets: view.secrets(),
            nothing_runs,
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

/// Is a case that nobody can be asked about, for which nobody is to blame.
fn left_out(case: &PlannedCase, reason: Reason, why: &str) -> Task {
    Task::answered(case.check(), Finding::skipped(reason, why))
}
