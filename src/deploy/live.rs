//! The one place where a deployment happens: engine, Compose, backup, gate and journal.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::order::{DeployError, Order, Outcome};
use super::release::Kept;
use super::script::{self, Ending, Stage};
use super::{preflight, startup, way_back};
use crate::backup;
use crate::engine::{ComposeError, Target};
use crate::gate::{Coverage, GateError, Inspection, Question, perform, plan_for};
use crate::model::{Check, Deployment, DeploymentState, Finding, Kind, Phase, Reason, Verdict};
use crate::runner::{Event, Task};
use crate::store::{Lock, Store, StoreError};

/// How long a backup may take.
const BACKUP_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Deploys a release: checks, backup, change, gate, then promotes it or takes it back.
///
/// # Errors
///
/// When it could not begin: another deployment is under way, the target cannot be looked at, the
/// history cannot be written. Everything later is part of the outcome.
pub async fn deploy(
    order: &Order,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, DeployError> {
    let settings = &order.question.settings;
    let owner = format!("deploy {}", order.release);
    let _lock = Lock::take(&settings.state, &settings.environment, &owner)?;
    let target = order.question.look().await?;
    if target.project.release_variable.is_none() {
        return Err(DeployError::NoReleaseVariable(target.project.project));
    }
    let before = match &target.release {
        Some(running) => Some(Kept::keep(&target, running)?),
        None => None,
    };
    let mut live = Live::begin(order.question.clone(), target, before, &order.release, observe)?;
    live.force = order.force;
    let ending = script::deploy(&mut live, settings.rollback.automatic).await?;
    if ending.state == DeploymentState::Promoted {
        let promoted = order.question.look().await?;
        let kept = Kept::keep(&promoted, &order.release)?;
        live.promoted(&kept)?;
    }
    live.end(ending)
}

/// Brings the release back that was promoted before the running one.
///
/// # Errors
///
/// When it could not begin, or the history knows no earlier release.
pub async fn rollback(
    question: &Question,
    observe: impl FnMut(&Event<'_>),
) -> Result<Outcome, DeployError> {
    let settings = &question.settings;
    let _lock = Lock::take(&settings.state, &settings.environment, "rollback")?;
    let target = question.look().await?;
    let current = target.release.clone().unwrap_or_else(|| "nothing".to_owned());
    let earlier = Store::open(&settings.state)?
        .promoted(&settings.environment)?
        .into_iter()
        .find(|stored| stored.release.name != current);
    let Some(earlier) = earlier else {
        let environment = settings.environment.clone();
        return Err(DeployError::NothingToGoBackTo { environment, current });
    };
    let to = earlier.release.name.clone();
    let kept = Kept { release: earlier.release, model_file: earlier.model_file };
    let mut live = Live::begin(question.clone(), target, Some(kept.clone()), &to, observe)?;
    let ending = script::go_back(&mut live).await?;
    if ending.state == DeploymentState::RolledBack {
        live.promoted(&kept)?;
    }
    live.end(ending)
}

/// Is a deployment under way.
struct Live<O> {
    question: Question,
    observe: O,
    store: Store,
    deployment: Deployment,
    release: String,
    target: Target,
    /// What there is to go back to; none on the first deployment.
    before: Option<Kept>,
    force: bool,
    inspections: Vec<Inspection>,
}

impl<O: FnMut(&Event<'_>)> Live<O> {
    fn begin(
        question: Question,
        target: Target,
        before: Option<Kept>,
        release: &str,
        observe: O,
    ) -> Result<Self, DeployError> {
        let store = Store::open(&question.settings.state)?;
        let mut deployment = Deployment {
            id: 0,
            environment: question.settings.environment.clone(),
            from: target.release.clone(),
            to: release.to_owned(),
            state: DeploymentState::Preparing,
            trigger: None,
            because: Vec::new(),
            backup: None,
            started: question.now(),
            ended: None,
        };
        deployment.id = store.begin_deployment(&deployment)?;
        let release = release.to_owned();
        let (force, inspections) = (false, Vec::new());
        Ok(Self {
            question,
            observe,
            store,
            deployment,
            release,
            target,
            before,
            force,
            inspections,
        })
    }

    fn promoted(&self, kept: &Kept) -> Result<(), StoreError> {
        let environment = &self.deployment.environment;
        let at = self.question.now();
        self.store.save_release(environment, &kept.release, &kept.model_file, &at)
    }

    fn end(mut self, ending: Ending) -> Result<Outcome, DeployError> {
        let Ending { state, trigger, because, exit } = ending;
        self.deployment.state = state;
        self.deployment.trigger = trigger;
        self.deployment.because = because;
        self.deployment.ended = Some(self.question.now());
        self.store.finish(&self.deployment)?;
        for Inspection { run, judgement, decision } in &self.inspections {
            self.store.save_run(run, judgement, *decision)?;
        }
        Ok(Outcome { deployment: self.deployment, inspections: self.inspections, exit })
    }

    /// Performs a phase's checks and keeps what came of them.
    async fn ask(&mut self, phase: Phase, tasks: Vec<Task>) -> Inspection {
        self.question.phase = Some(phase);
        let observe = &mut self.observe;
        let inspection = perform(&self.question, &self.target, tasks, observe).await;
        self.inspections.push(inspection.clone());
        inspection
    }

    /// Asks the gate about the target as it is now; what cannot be planned is one unknown check.
    async fn gate(&mut self, phase: Phase, mut tasks: Vec<Task>) -> Inspection {
        self.question.coverage = Coverage::of_phase(phase);
        tasks.extend(match plan_for(&self.question, &self.target) {
            Ok(planned) => planned,
            Err(cause) => vec![unplanned(&cause)],
        });
        self.ask(phase, tasks).await
    }

    /// Looks at the target again; what cannot be looked at is one unknown check.
    async fn look_again(&mut self) -> Option<Task> {
        match self.question.look().await {
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

    /// Gives the image that each service of the new release has to run.
    async fn images_of_release(&self) -> BTreeMap<String, String> {
        let mut images = BTreeMap::new();
        let model = self.target.compose.model(&self.target.project, Some(&self.release)).await;
        for (service, model) in model.into_iter().flat_map(|model| model.services) {
            if let Ok(Some(id)) = self.target.engine.image_id(&model.image).await {
                images.insert(service, id);
            }
        }
        images
    }
}

async fn backed_up(target: Target, folder: PathBuf, now: String) -> Finding {
    match backup::take(&target, &folder, &now).await {
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

impl<O: FnMut(&Event<'_>)> Stage for Live<O> {
    fn enter(&mut self, state: DeploymentState, note: &str) -> Result<(), StoreError> {
        self.deployment.state = state;
        self.store.advance(self.deployment.id, state, note, &self.question.now())
    }

    async fn check_before(&mut self) -> Inspection {
        let mut tasks = preflight::plan(&self.target, &self.release);
        tasks.extend(self.before.iter().map(|kept| way_back::plan(&self.target, kept)));
        if self.force || self.target.containers.is_empty() {
            self.ask(Phase::PreDeployment, tasks).await
        } else {
            self.gate(Phase::PreDeployment, tasks).await
        }
    }

    async fn back_up(&mut self) -> Inspection {
        let state = &self.question.settings.state;
        let folder = state.join("backups").join(self.deployment.id.to_string());
        let check = Check::new(Kind::Backup, "release", "database and configuration");
        let task = if self.target.containers.is_empty() {
            Task::answered(check, Finding::pass("nothing runs, so there is nothing to lose"))
        } else {
            let (target, folder, now) = (self.target.clone(), folder.clone(), self.question.now());
            Task::new(check, move |_| backed_up(target, folder, now)).within(BACKUP_LIMIT)
        };
        let inspection = self.ask(Phase::PreDeployment, vec![task]).await;
        if inspection.judgement.verdict == Verdict::Pass && folder.exists() {
            self.deployment.backup = Some(folder.display().to_string());
        }
        inspection
    }

    async fn change(&mut self) -> Inspection {
        let images = self.images_of_release().await;
        let release = self.release.clone();
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
        self.gate(Phase::PostDeployment, Vec::new()).await
    }

    async fn restore(&mut self) -> Inspection {
        // Whoever interrupted the deployment wants the old release back, and that to the end.
        self.question.stop = CancellationToken::new();
        let limit = self.question.settings.deploy.startup_timeout;
        let Target { compose, project, .. } = &self.target;
        let Some(kept) = self.before.clone() else {
            let check = Check::new(Kind::Startup, "project", "is down, as it was before");
            let finding = match compose.down(project, false).await {
                Ok(()) => Finding::pass("nothing runs, as before"),
                Err(cause) => Finding::fail(Reason::StartFailed, cause.to_string()),
            };
            return self.ask(Phase::Deployment, vec![Task::answered(check, finding)]).await;
        };
        let up = way_back::take(&self.target, &kept, limit).await;
        self.started(&kept.release.name, up, &kept.release.images).await
    }

    async fn verify_restored(&mut self) -> Inspection {
        if self.before.is_none() {
            let mut tasks: Vec<Task> = self.look_again().await.into_iter().collect();
            let check = Check::new(Kind::Health, "project", "nothing is left running");
            let left: Vec<&str> = self.target.containers.keys().map(String::as_str).collect();
            let finding = if left.is_empty() {
                Finding::pass("no container is there")
            } else {
                Finding::fail(Reason::Unmanaged, format!("still there: {}", left.join(", ")))
            };
            tasks.push(Task::answered(check, finding));
            return self.ask(Phase::PostDeployment, tasks).await;
        }
        self.gate(Phase::PostDeployment, Vec::new()).await
    }

    fn is_interrupted(&self) -> bool {
        self.question.stop.is_cancelled()
    }
}
