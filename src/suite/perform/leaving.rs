//! What this process has made to throw away, removed by force where it leaves without an end.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::engine::{Engine, labels_of_throw_away};
use crate::protocol::Owner;

/// How long the removal may take in all: somebody waits for it who has waited before.
const LIMIT: Duration = Duration::from_secs(5);
/// How long to wait before the engine is asked once more.
const PAUSE: Duration = Duration::from_millis(200);
/// How often in a row there has to be nothing: what was being made when it was asked is there a moment later.
const NOTHING: u32 = 2;

/// The engine on which something is made; who leaves at once has nobody else to ask.
static USED: Mutex<Option<Engine>> = Mutex::new(None);

/// Takes down that something is going to be made on an engine to throw it away.
pub fn is_made_on(engine: &Engine) {
    *USED.lock().unwrap_or_else(PoisonError::into_inner) = Some(engine.clone());
}

/// Removes what runs left on an engine that were killed.
pub async fn sweep(engine: &Engine) {
    // An engine that cannot do this tells so where it is asked for what is to be made.
    if let Ok(stale) = engine.stale(Owner::has_left).await {
        let _ = engine.remove_stale(&stale).await;
    }
}

/// Gives the labels of what this process makes to throw away.
#[must_use]
pub fn labels_of_own(made_for: &str) -> Vec<(String, String)> {
    let owner = Owner::this().map(|owner| owner.to_string());
    labels_of_throw_away(made_for, owner.as_deref())
}

/// Is what this process has made on an engine to throw away, by its mark.
#[derive(Debug)]
pub struct ThrownAway {
    engine: Engine,
    mark: String,
}

/// Is what came of a removal by force.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// What is gone.
    pub removed: BTreeSet<String>,
    /// What was still there at the end.
    pub left: BTreeSet<String>,
    /// What the engine said where it did not do as it was told.
    pub cause: Option<String>,
}

impl ThrownAway {
    /// Gives it where this process may have made anything.
    #[must_use]
    pub fn by_this_process() -> Option<Self> {
        let engine = USED.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some(Self { engine, mark: Owner::this()?.to_string() })
    }

    /// Removes all of it by force, running or not, and waits a few seconds for that at most.
    pub async fn remove(&self) -> Removal {
        self.remove_within(LIMIT).await
    }

    async fn remove_within(&self, limit: Duration) -> Removal {
        let (mut seen, mut removal) = (BTreeSet::new(), Removal::default());
        let until = Instant::now() + limit;
        let mut nothing = 0;
        while nothing < NOTHING && Instant::now() < until {
            removal.cause = self.once(until, &mut removal.left).await.err();
            let is_nothing = removal.left.is_empty() && removal.cause.is_none();
            nothing = if is_nothing { nothing + 1 } else { 0 };
            seen.extend(removal.left.iter().cloned());
            if removal.cause.is_none() {
                removal.left.clear();
            }
            sleep(PAUSE).await;
        }
        removal.removed = seen.difference(&removal.left).cloned().collect();
        removal
    }

    /// Removes what is there, which `left` names from then on; an error is what the engine said against it.
    async fn once(&self, until: Instant, left: &mut BTreeSet<String>) -> Result<(), String> {
        let late = |_| "the engine did not answer in time".to_owned();
        let made = timeout_at(until, self.engine.stale(|mark| mark == self.mark)).await;
        let made = made.map_err(late)?.map_err(|cause| cause.to_string())?;
        *left = made.names().collect();
        let removed = timeout_at(until, self.engine.remove_stale(&made)).await;
        removed.map_err(late)?.map_err(|cause| cause.to_string())
    }
}

impl fmt::Display for Removal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        let Self { removed, left, cause } = self;
        match (removed.is_empty(), left.is_empty(), cause) {
            (true, true, None) => return write!(f, "nothing was left to remove"),
            (false, true, None) => return write!(f, "removed by force: {}", names(removed)),
            (false, ..) => write!(f, "removed by force: {}; ", names(removed))?,
            (true, ..) => {}
        }
        if left.is_empty() {
            write!(f, "something may be left behind")?;
        } else {
            write!(f, "left behind: {}", names(left))?;
        }
        if let Some(cause) = cause {
            write!(f, " ({cause})")?;
        }
        write!(f, "; `proofmark doctor --fix` removes it")
    }
}

#[cfg(test)]
mod tests;
