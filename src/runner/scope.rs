//! What the work of a check can reach of the run around it.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::model::{Check, Finding, LoadMoment, Redactor, StepTrace};

/// Tells work when to stop, learns the secrets that it comes across, and takes what it reveals.
#[derive(Debug, Clone)]
pub struct Scope {
    stop: CancellationToken,
    redactor: Arc<RwLock<Redactor>>,
    revealed: Arc<Mutex<Vec<Revealed>>>,
    steps: Arc<Mutex<Vec<StepTrace>>>,
    attempt: u32,
    news: News,
}

/// Takes what a check shows while it is under way, with the place of its task in the plan.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub index: usize,
    pub to: UnboundedSender<(usize, LoadMoment)>,
}

/// Is a check that nobody planned, with its answer: a case that another runner ran.
#[derive(Debug)]
pub struct Revealed {
    /// The question.
    pub check: Check,
    /// What came of it.
    pub finding: Finding,
    /// How long it took.
    pub elapsed: Duration,
}

impl Scope {
    pub(super) fn new(redactor: Arc<RwLock<Redactor>>, attempt: u32, news: News) -> Self {
        let (revealed, steps) = (Arc::default(), Arc::default());
        Self { stop: CancellationToken::new(), redactor, revealed, steps, attempt, news }
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Resolves when the run was interrupted or the check's time is up: clean up and answer.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Whether [`Scope::stopped`] has resolved.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Whether a secret that the run knows by now stands in `text`.
    #[must_use]
    pub fn holds_secret(&self, text: &str) -> bool {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        matches!(redactor.apply(text), Cow::Owned(_))
    }

    /// Shows what a load comes to while it runs.
    pub fn show(&self, moment: LoadMoment) {
        // A run that is over looks at nothing any more.
        let _ = self.news.to.send((self.news.index, moment));
    }

    /// Tells which attempt at the check this is, from one.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Adds checks that showed only while this one was performed, to follow it in this order.
    pub fn reveal(&self, found: impl IntoIterator<Item = Revealed>) {
        self.revealed.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }

    pub(super) fn take_revealed(&self) -> Vec<Revealed> {
        std::mem::take(&mut self.revealed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Adds a step that has ended to those of the check: told at once, it is known also of work that is
    /// given up.
    pub fn tell(&self, step: StepTrace) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).push(step);
    }

    pub(super) fn take_steps(&self) -> Vec<StepTrace> {
        std::mem::take(&mut self.steps.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives `text` without any secret that the run knows by now.
    #[must_use]
    pub fn redacted(&self, text: &str) -> String {
        let redactor = self.redactor.read().unwrap_or_else(PoisonError::into_inner);
        redactor.apply(text).into_owned()
    }

    /// Adds a secret that was captured on the way, so that no report shows it.
    pub fn learn_secret(&self, secret: &str) {
        self.redactor.write().unwrap_or_else(PoisonError::into_inner).learn(secret);
    }
}
