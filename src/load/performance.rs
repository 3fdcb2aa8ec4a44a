//! One performance of a load case, shared by the checks that judge it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::limits;
use super::live::show;
use super::resources::{Readings, Used};
use super::workload::Workload;
use super::{Generator, LoadError};
use crate::config::Settings;
use crate::engine::Target;
use crate::model::{LoadMoment, LoadRecord};
use crate::runner::Scope;
use crate::suite::{Ground, LoadCase, Suite, filled_requests};

/// Is what came of a load case: what was measured, and what the containers used meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Performance {
    pub record: LoadRecord,
    pub used: BTreeMap<String, Used>,
}

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
    outcome: tokio::sync::OnceCell<Result<Performance, String>>,
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
    pub async fn outcome(&self, scope: &Scope) -> &Result<Performance, String> {
        let perform = || self.perform(scope);
        self.outcome.get_or_init(perform).await
    }

    async fn perform(&self, scope: &Scope) -> Result<Performance, String> {
        let filled = filled_requests(&self.ground, &self.suite, &self.case, scope)
            .map_err(|cause| cause.to_string())?;
        let workload = Workload::new(&self.case, filled);
        let mut readings = Readings::default();
        let limits = limits(&self.settings.thresholds, &self.case.limits);
        let of_all = LoadMoment {
            case: format!("{}: {}", self.suite.name, self.case.name),
            offered_as: workload.offered_as(),
            lasts: workload.length().as_secs_f64(),
            limits: limits.clone(),
            ..LoadMoment::default()
        };
        let (tell, seconds) = tokio::sync::mpsc::unbounded_channel();
        let record: Result<LoadRecord, LoadError> = tokio::select! {
            record = self.generator.perform(&workload, scope, Some(&tell)) => record,
            never = readings.collect(self.watched.as_ref()) => match never {},
            never = show(seconds, of_all, scope) => match never {},
        };
        let record = record.map_err(|cause| cause.to_string())?;
        let record = LoadRecord { limits, ..record };
        Ok(Performance { record, used: readings.used() })
    }
}
