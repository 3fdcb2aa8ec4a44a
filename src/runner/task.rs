//! A check together with the work that answers it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Scope;
use crate::model::{Check, Finding};

/// Answers one check.
pub type Work = Box<dyn FnOnce(Scope) -> BoxFuture<'static, Finding> + Send>;

/// Gives what an answer to a check is worth.
pub(super) type Weigh = Arc<dyn Fn(&Check, Finding) -> Finding + Send + Sync>;

/// Is one entry of a plan: the question, the work that answers it, and how it may be performed.
pub struct Task {
    /// The question.
    pub check: Check,
    /// How long the answer may take, cleanup not included.
    pub limit: Duration,
    /// Names that no other task may hold at the same time.
    pub locks: Vec<String>,
    /// Names what it uses that another task ends.
    pub uses: Vec<String>,
    /// Names what it ends: it is started after the last task that uses that, and also where the run was
    /// interrupted.
    pub ends: Option<String>,
    /// The work.
    pub work: Work,
    weighing: Vec<Weigh>,
}

impl Task {
    /// The time limit of a task that sets none.
    pub const LIMIT: Duration = Duration::from_secs(60);

    /// Joins a check with its work, with the usual limit and no locks.
    pub fn new<F>(check: Check, work: impl FnOnce(Scope) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Finding> + Send + 'static,
    {
        Self {
            check,
            limit: Self::LIMIT,
            locks: Vec::new(),
            uses: Vec::new(),
            ends: None,
            work: Box::new(move |scope| work(scope).boxed()),
            weighing: Vec::new(),
        }
    }

    /// Is a task whose answer is known already, as a comparison's is once both sides were read.
    #[must_use]
    pub fn answered(check: Check, finding: Finding) -> Self {
        Self::new(check, move |_| std::future::ready(finding))
    }

    /// Passes the answer on through `weigh`, and that of each check that the work reveals; what the
    /// runner itself has to say is not touched.
    #[must_use]
    pub fn weighed(
        mut self,
        weigh: impl Fn(&Check, Finding) -> Finding + Send + Sync + 'static,
    ) -> Self {
        self.weighing.push(Arc::new(weigh));
        self
    }

    pub(super) fn take_weighing(&mut self) -> Weigh {
        let weighing = std::mem::take(&mut self.weighing);
        Arc::new(move |check, finding| {
            weighing.iter().fold(finding, |finding, weigh| weigh(check, finding))
        })
    }

    /// Sets how long the answer may take.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Names something that no other task may hold at the same time.
    #[must_use]
    pub fn locking(mut self, name: impl Into<String>) -> Self {
        self.locks.push(name.into());
        self
    }

    /// Names something that it uses, and that another task ends.
    #[must_use]
    pub fn using(mut self, name: impl Into<String>) -> Self {
        self.uses.push(name.into());
        self
    }

    /// Names what it ends once no task uses it any more; no task may use what it ends itself.
    #[must_use]
    pub fn ending(mut self, name: impl Into<String>) -> Self {
        self.ends = Some(name.into());
        self
    }
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("check", &self.check.id).finish_non_exhaustive()
    }
}
