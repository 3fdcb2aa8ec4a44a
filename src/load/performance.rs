//! One performance of a load case, shared by the checks that judge it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::resources::{Readings, Used};
use super::workload::Workload;
use super::{Generator, LoadError};
use crate::config::Settings;
use crate::engine::Target;
use crate::model::LoadRecord;
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

    /// Gives what is sent, every name replaced.
    pub fn workload(&self, scope: &Scope) -> Result<Workload, String> {
        let filled = filled_requests(&self.ground, &self.suite, &self.case, scope)
            .map_err(|cause| cause.to_string())?;
        Ok(Workload::new(&self.case, filled))
    }

    async fn perform(&self, scope: &Scope) -> Result<Performance, String> {
        let workload = self.workload(scope)?;
        let mut readings = Readings::default();
        let record: Result<LoadRecord, LoadError> = tokio::select! {
            record = self.generator.perform(&workload, scope, None) => record,
            never = readings.collect(self.watched.as_ref()) => match never {},
        };
        let record = record.map_err(|cause| cause.to_string())?;
        Ok(Performance { record, used: readings.used() })
    }
}
