//! The one place where a deployment happens: engine, Compose, backup, gate and journal.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::order::{DeployError, Outcome};
use super::release::Kept;
use super::script::{Ending, Stage};
use super::{decision, preflight, startup, way_back};
use crate::backup;
use crate::engine::{ComposeError, Target, View};
use crate::gate::{Coverage, GateError, Inspection, Question, perform, plan_for};
use crate::model::{
    Check, Deployment, DeploymentState, Finding, Kind, Phase, Reason, Severity, Verdict,
};
use crate::runner::{Event, Scope, Task};
use crate::store::{Store, StoreError};

/// How long a backup may take.
const BACKUP_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Is a deployment under way.
pub(super) struct Live<O> {
    question: Question,
    observe: O,
    store: Store,
    deployment: Deployment,
    target: Target,
    /// What there is to go back to; none on the first deployment.
    pub before: Option<Kept>,
    /// Whether the release that runs may be ill.
    pub force: bool,
    inspections: Vec<Inspection>,
    /// What could not be written down; never a reason to stop half-way.
    unwritten: Vec<String>,
}

impl<O: FnMut(&Event<'_>)> Live<O> {
    pub fn begin(
        question: Question,
        store: Store,
        target: Target,
        from: Option<String>,
        to: &str,
        observe: O,
    ) -> Result<Self, DeployError> {
        let mut deployment = Deployment {
            id: 0,
            environment: question.settings.environment.clone(),
            from,
            to: to.to_owned(),
            state: DeploymentState::Preparing,
            trigger: None,
            because: Vec::new(),
            backup: None,
            started: question.now(),
            ended: None,
        };
        deployment.id = store.begin_deployment(&deployment)?;
        Ok(Self {
            question,
            observe,
            store,
            deployment,
            target,
            before: None,
            force: false,
            inspections: Vec::new(),
            unwritten: Vec::new(),
        })
    }

    /// Ends a deployment, and keeps its release where it was promoted.
    pub async fn end_deployment(mut self, ending: Ending) -> Outcome {
        if ending.state == DeploymentState::Promoted {
            let kept = Kept::keep(&self.target, &self.deployment.to).await;
            let saved = kept.and_then(|kept| Ok(self.save(&kept)?));
            self.written("the promoted release", saved);
        }
        self.end(ending)
    }

    /// Ends a rollback that a person asked for, and takes its release out of those that stand.
    pub fn end_rollback(mut self, ending: Ending) -> Outcome {
        if ending.state == DeploymentState::RolledBack {
            let Deployment { environment, to, .. } = &self.deployment;
            let saved = self.store.withdraw_release(environment, to, &self.question.now());
            self.written("the withdrawn release", saved);
        }
        self.end(ending)
    }

    fn end(mut self, ending: Ending) -> Outcome {
        let Ending { state, trigger, because, exit } = ending;
        let ended = Some(self.question.now());
        self.deployment = Deployment { state, trigger, because, ended, ..self.deployment };
        self.deployment.because.append(&mut self.unwritten);
        let saved = self.store.finish(&self.deployment);
        self.written("the end of the deployment", saved);
        let decided = decision::write(&self.question.settings.state, &self.deployment, exit);
        self.written("decision.json", decided);
        self.deployment.because.append(&mut self.unwritten);
        Outcome { deployment: self.deployment, inspections: self.inspections, exit }
    }

    fn written<T>(&mut self, what: &str, saved: Result<T, impl Display>) {
        if let Err(cause) = saved {
            self.unwritten.push(format!("could not keep {what}: {cause}"));
        }
    }

    fn save(&self, kept: &Kept) -> Result<(), StoreError> {
        let Kept { release, model_file } = kept;
        let environment = &self.deployment.environment;
        self.store.save_release(environment, release, model_file, &self.question.now())
    }

    /// Makes the release that runs one that stands, where the history does not know it as the newest
    /// and it was not found ill.
    fn adopt(&self, kept: &Kept) -> Result<(), StoreError> {
        let newest = self.store.promoted(&self.deployment.environment)?.into_iter().next();
        let known = newest.is_some_and(|stored| stored.release == kept.release);
        if known || self.force { Ok(()) } else { self.save(kept) }
    }

    /// Performs a phase's checks and keeps what came of them.
    async fn ask(&mut self, phase: Phase, tasks: Vec<Task>) -> Inspection {
        self.question.phase = Some(phase);
        let inspection =
            perform(&self.question, View::Engine(&self.target), tasks, &mut self.observe).await;
        // The next phase plans its own checks, or none that the gate would know.
        self.question.coverage = Coverage::default();
        let Inspection { run, judgement, decision } = &inspection;
        let saved = self.store.save_run(run.clone(), judgement, *decision);
        self.written("a run", saved);
        self.inspections.push(inspection.clone());
        inspection
    }

    /// Plans what the gate asks of the target as it is now; what cannot be planned is one unknown
    /// check.
    fn gate(&mut self, phase: Phase) -> Vec<Task> {
        self.question.coverage = Coverage::of_phase(phase);
        plan_for(&self.question, &self.target).unwrap_or_else(|cause| vec![unplanned(&cause)])
    }

    /// Looks at the target again; what cannot be looked at is one unknown check.
    async fn look_again(&mut self) -> Option<Task> {
        let looked = async {
            let target = self.question.look().await?;
            // What is kept of a release is what the files say now, not at the end of its checks.
            target.resolved.model().await?;
            Ok(target)
        };
        match looked.await {
            Ok(target) => {
                self.target = target;
                None
            }
            Err(cause) => Some(unplanned(&GateError::Target(cause))),
        }
    }

    async fn started(
        &mut self,
        release: &str,
        up: Result<(), ComposeError>,
        images: &BTreeMap<String, String>,
    ) -> Inspection {
        let mut tasks: Vec<Task> = self.look_again().await.into_iter().collect();
        tasks.extend(startup::plan(&self.target, release, up, images));
        self.ask(Phase::Deployment, tasks).await
    }

    async fn taken_down(&mut self) -> Inspection {
        let check = Check::new(Kind::Startup, "project", "is down, as it was before");
        let finding = match self.target.compose.down(&self.target.project, false).await {
            Ok(()) => Finding::pass("nothing runs, as before"),
            Err(cause) => Finding::fail(Reason::StartFailed, cause.to_string()),
        };
        self.ask(Phase::Deployment, vec![Task::answered(check, finding)]).await
    }
}

impl<O: FnMut(&Event<'_>)> Stage for Live<O> {
    fn enter(&mut self, state: DeploymentState, note: &str) -> Result<(), StoreError> {
        self.deployment.state = state;
        self.store.advance(self.deployment.id, state, note, &self.question.now())
    }

    async fn check_before(&mut self) -> Inspection {
        let mut tasks = preflight::plan(&self.target, &self.deployment.to);
        tasks.extend(self.before.iter().map(|kept| way_back::plan(&self.target, kept)));
        if self.target.containers.is_empty() {
            let nothing = Finding::skipped(Reason::NotObserved, "nothing runs that could be lost");
            tasks.push(Task::answered(backup_check(), nothing));
        } else {
            let mut running = self.gate(Phase::PreDeployment);
            // What is wrong with the running release is shown, and is no reason to leave it there.
            let ill = running.iter_mut().filter(|task| task.check.kind != Kind::Preflight);
            ill.filter(|_| self.force).for_each(|task| task.check.severity = Severity::Info);
            tasks.extend(running);
        }
        self.ask(Phase::PreDeployment, tasks).await
    }

    async fn back_up(&mut self) -> Option<Inspection> {
        if self.target.containers.is_empty() {
            return None;
        }
        let state = &self.question.settings.state;
        let folder = state.join("backups").join(self.deployment.id.to_string());
        let (target, at, now) = (self.target.clone(), folder.clone(), self.question.now());
        let backup = Task::new(backup_check(), move |scope| backed_up(target, at, now, scope));
        let mut tasks = vec![backup.within(BACKUP_LIMIT)];
        if let Some(Err(cause)) = self.before.as_ref().map(|kept| self.adopt(kept)) {
            let check = Check::new(Kind::Backup, "release", "the running release is kept");
            let finding = Finding::fail(Reason::BackupFailed, cause.to_string());
            tasks.push(Task::answered(check, finding));
        }
        let inspection = self.ask(Phase::PreDeployment, tasks).await;
        if inspection.judgement.verdict == Verdict::Pass {
            self.deployment.backup = Some(folder.display().to_string());
        }
        Some(inspection)
    }

    async fn change(&mut self) -> Inspection {
        let release = self.deployment.to.clone();
        let images = match preflight::images(&self.target, &release).await {
            Ok(images) => images,
            Err(unknown) => {
                let check = Check::new(Kind::Startup, format!("release {release}"), "its images");
                return self.ask(Phase::Deployment, vec![Task::answered(check, unknown)]).await;
            }
        };
        let limit = self.question.settings.deploy.startup_timeout;
        let Target { compose, project, .. } = &self.target;
        // An interruption waits for its end: a Compose that is killed while it replaces a container
        // leaves the service down, and a name that nothing can be brought up beside.
        let up = match way_back::clear(&self.target).await {
            Ok(()) => compose.up(project, Some(&release), limit).await,
            Err(cause) => Err(ComposeError::Engine(cause)),
        };
        self.started(&release, up, &images).await
    }

    async fn verify(&mut self) -> Inspection {
        let tasks = self.gate(Phase::PostDeployment);
        self.ask(Phase::PostDeployment, tasks).await
    }

    async fn restore(&mut self) -> Inspection {
        // Whoever interrupted the deployment wants the old release back, and that to the end.
        self.question.stop = CancellationToken::new();
        let Some(kept) = self.before.clone() else { return self.taken_down().await };
        let limit = self.question.settings.deploy.startup_timeout;
        let up = way_back::take(&self.target, &kept, limit).await;
        self.started(&kept.release.name, up, &kept.release.images).await
    }

    async fn verify_restored(&mut self) -> Inspection {
        if self.before.is_some() {
            return self.verify().await;
        }
        let mut tasks: Vec<Task> = self.look_again().await.into_iter().collect();
        let check = Check::new(Kind::Health, "project", "nothing is left running");
        let left: Vec<&str> = self.target.containers.keys().map(String::as_str).collect();
        let finding = if left.is_empty() {
            Finding::pass("no container is there")
        } else {
            Finding::fail(Reason::Unmanaged, format!("still there: {}", left.join(", ")))
        };
        tasks.push(Task::answered(check, finding));
        self.ask(Phase::PostDeployment, tasks).await
    }

    fn is_interrupted(&self) -> bool {
        self.question.stop.is_cancelled()
    }
}

fn backup_check() -> Check {
    Check::new(Kind::Backup, "release", "database and configuration")
}

async fn backed_up(target: Target, folder: PathBuf, now: String, scope: Scope) -> Finding {
    let taken = tokio::select! {
        taken = backup::take(&target, &folder, &now) => taken,
        // The runner says why; a backup without its manifest is none.
        () = scope.stopped() => return Finding::inconclusive(Reason::Cancelled, "given up"),
    };
    match taken {
        Ok(backup) => {
            let (files, size) = (backup.files.len(), backup.size());
            Finding::pass(format!("{files} files, {size}, read back and verified"))
                .from_source(folder.display().to_string())
        }
        Err(cause) => Finding::fail(Reason::BackupFailed, cause.to_string()),
    }
}

fn unplanned(cause: &GateError) -> Task {
    let check = Check::new(Kind::Preflight, "gate", "can be asked");
    Task::answered(check, Finding::inconclusive(Reason::NotObserved, cause.to_string()))
}
