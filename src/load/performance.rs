//! One performance of a load case, shared by the checks that judge it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Generator;
use super::judge::{Measure, bounds};
use super::resources::Resources;
use super::workload::Workload;
use crate::config::Settings;
use crate::engine::Target;
use crate::model::LoadRecord;
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
        Self { suite, case, settings, watched, ground, generator, outcome }
    }

    /// Gives what came of it; the first to ask performs it.
    pub async fn outcome(&self, scope: &Scope) -> &Result<LoadRecord, String> {
        let perform = || self.perform(scope);
        self.outcome.get_or_init(perform).await
    }

    async fn perform(&self, scope: &Scope) -> Result<LoadRecord, String> {
        let (ready, unique) = ready_journeys(&self.ground, &self.suite, &self.case, scope)
            .map_err(|cause| cause.to_string())?;
        let mut workload =
            Workload::new(&self.case, ready, unique).map_err(|cause| cause.to_string())?;
        let measure = Measure { thresholds: &self.settings.thresholds, case: &self.case };
        workload.bounds = bounds(measure, &workload.requests);
        let services = self.settings.services.iter();
        let asked = services.filter_map(|(name, service)| {
            Some((name.as_str(), service.protocol, self.ground.endpoint(name)?))
        });
        let mut resources = Resources::of(self.watched.as_ref(), asked);
        resources.look().await;
        let (tell, mut told) = mpsc::unbounded_channel();
        let mut began = Instant::now();
        let first = async {
            // The first second is told once it has passed; without one, the load was shorter.
            if told.recv().await.is_some() {
                began = Instant::now().checked_sub(Duration::from_secs(1)).unwrap_or(began);
            }
            std::future::pending::<std::convert::Infallible>().await
        };
        let record = tokio::select! {
            record = self.generator.perform(&workload, scope, Some(&tell)) => record,
            never = resources.watch() => match never {},
            never = first => match never {},
        };
        let mut record = record.map_err(|cause| cause.to_string())?;
        resources.look().await;
        record.resources = resources.readings(began);
        Ok(record)
    }
}
