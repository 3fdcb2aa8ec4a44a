//! How much memory the running services of a target use, read of all of them at once.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use crate::engine::{Container, Engine, EngineError, Target};

/// The name of the figure that says how much memory a service uses.
pub(super) const MEMORY: &str = "memory.bytes";

/// Gives the bytes that each service uses.
pub(super) type Reading = BTreeMap<String, Result<f64, EngineError>>;

/// Reads the memory of the first container of each running service.
///
/// An engine takes its readings once a second and lets each question wait for the next one, so that
/// asking for one service after the other would take a second each.
pub(super) struct Memory {
    engine: Engine,
    firsts: Vec<Container>,
    shared: OnceCell<Reading>,
}

impl Memory {
    pub(super) fn of(target: &Target) -> Self {
        let firsts = target.containers.values().filter_map(|containers| containers.first());
        let firsts = firsts.filter(|container| container.is_running()).cloned().collect();
        Self { engine: target.engine.clone(), firsts, shared: OnceCell::new() }
    }

    /// Reads it now.
    pub(super) async fn read(&self) -> Reading {
        let asked = self.firsts.iter().map(async |container| {
            let bytes = self.engine.memory(container).await.map(|bytes| bytes.0);
            #[expect(clippy::cast_precision_loss, reason = "no container has 2^52 bytes of memory")]
            (container.service.clone(), bytes.map(|bytes| bytes as f64))
        });
        join_all(asked).await.into_iter().collect()
    }

    /// Gives what `service` uses by the one reading that all who hold this share.
    pub(super) async fn shared(&self, service: &str) -> Option<&Result<f64, EngineError>> {
        self.shared.get_or_init(|| self.read()).await.get(service)
    }
}
