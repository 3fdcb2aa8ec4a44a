//! One performance of a load case, shared by the checks that judge it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::sync::mpsc;

use super::Generator;
use super::judge::{Measure, bounds};
use super::limits::limits;
use super::live::show;
use super::resources::Resources;
use super::workload::Workload;
use crate::config::Settings;
use crate::engine::Target;
use crate::model::{LoadMoment, LoadRecord};
use crate::runner::Scope;
use crate::suite::{Ground, LoadCase, Suite, ready_journeys};

/// Is a load case that is performed once, whoever asks first.
#[derive(Debug)]
pub(super) struct Performed {
    pub suite: Suite,
    pub case: LoadCase,
    pub settings: Arc<Settings>,
    /// Whose containers are watched meanwhile; nobody's where there is no engine.
    watched: Option<Target>,
    pub ground: Arc<Ground>,
    pub generator: Generator,
    outcome: tokio::sync::OnceCell<Result<LoadRecord, String>>,
    has_begun: AtomicBool,
    was_stopped: AtomicBool,
}

impl Performed {
    pub fn new(
        suite: Suite,
        case: LoadCase,
        settings: Arc<Settings>,
        watched: Option<Target>,
        ground: Arc<Ground>,
        generator: Generator,
    ) -> Self {
        let outcome = tokio::sync::OnceCell::new();
        let (has_begun, was_stopped) = (AtomicBool::default(), AtomicBool::default());
        Self { suite, case, settings, watched, ground, generator, outcome, has_begun, was_stopped }
    }

    /// Whether somebody asked for it.
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Whether it was told to stop before it was over.
    pub fn was_stopped(&self) -> bool {
        self.was_stopped.load(Ordering::Relaxed)
    }

    /// Gives what came of it; the first to ask performs it.
    pub async fn outcome(&self, scope: &Scope) -> &Result<LoadRecord, String> {
        let perform = || async {
            if self.has_begun.swap(true, Ordering::Relaxed) {
                // Whoever began it was given up on, and a second load is not what was asked for.
                return Err("it was given up before it told anything".to_owned());
            }
            // Until it says otherwise: given up on, it says nothing any more.
            self.was_stopped.store(true, Ordering::Relaxed);
            let performed = self.perform(scope).await;
            self.was_stopped.store(scope.is_stopped(), Ordering::Relaxed);
            performed
        };
        self.outcome.get_or_init(perform).await
    }

    /// Gives what is sent, with every name replaced that is known before.
    pub fn workload(&self, scope: &Scope) -> Result<Workload, String> {
        let (ready, unique) = ready_journeys(&self.ground, &self.suite, &self.case, scope)
            .map_err(|cause| cause.to_string())?;
        let mut workload =
            Workload::new(&self.case, ready, unique).map_err(|cause| cause.to_string())?;
        let measure = Measure { thresholds: &self.settings.thresholds, case: &self.case };
        workload.bounds = bounds(measure, &workload.requests);
        Ok(workload)
    }

    async fn perform(&self, scope: &Scope) -> Result<LoadRecord, String> {
        let workload = self.workload(scope)?;
        let services = self.settings.services.iter();
        let asked = services.filter_map(|(name, service)| {
            Some((name.as_str(), service.protocol, self.ground.endpoint(name)?))
        });
        let mut resources = Resources::of(self.watched.as_ref(), asked);
        resources.look().await;
        let limits = limits(&self.settings.thresholds, &self.case);
        let of_all = LoadMoment {
            case: format!("{}: {}", self.suite.name, self.case.name),
            offered_as: workload.offered_as(),
            lasts: workload.length().as_secs_f64(),
            limits: limits.clone(),
            ..LoadMoment::default()
        };
        let (tell, seconds) = mpsc::unbounded_channel();
        let (mut began, latest) = (Instant::now(), resources.latest());
        let record = tokio::select! {
            record = self.generator.perform(&workload, scope, Some(&tell)) => record,
            never = resources.watch() => match never {},
            never = show(seconds, of_all, &latest, &mut began, scope) => match never {},
        };
        let record = record.map_err(|cause| cause.to_string())?;
        resources.look().await;
        let record = LoadRecord { limits, resources: resources.readings(began), ..record };
        Ok(record)
    }
}
