//! A check together with the work that answers it.

use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Scope;
use crate::model::{Check, Finding};

/// Makes one attempt at a check.
pub(super) type Attempt = Box<dyn FnOnce(Scope) -> BoxFuture<'static, Finding> + Send>;

/// Gives what an answer to a check is worth.
pub(super) type Weigh = Arc<dyn Fn(&Check, Finding) -> Finding + Send + Sync>;

/// Is one entry of a plan: the question, the work that answers it, and how it may be performed.
pub struct Task {
    /// The question.
    pub check: Check,
    /// How long the answer may take, cleanup not included.
    pub limit: Duration,
    /// What only so many tasks may hold at the same time.
    pub claims: Vec<Claim>,
    /// Names what it uses that another task ends.
    pub uses: Vec<String>,
    /// Names what it ends: it is started after the last task that uses that, and also where the run was
    /// interrupted.
    pub ends: Option<String>,
    /// Tells whether another task began what answers this one too.
    has_begun: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
    pub(super) work: Work,
    weighing: Vec<Weigh>,
}

/// Names something that only so many tasks may hold at the same time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// The name.
    pub name: String,
    /// How many tasks may hold it.
    pub at_most: NonZeroUsize,
}

/// Answers one check.
pub(super) enum Work {
    /// Once, and then it is done.
    Once(Attempt),
    /// As often as it is asked.
    Repeatable(Arc<dyn Fn(Scope) -> BoxFuture<'static, Finding> + Send + Sync>),
}

impl Work {
    /// Gives the work once more, where it can be asked again.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::Once(_) => None,
            Self::Repeatable(work) => Some(Self::Repeatable(Arc::clone(work))),
        }
    }

    pub(super) fn attempt(self) -> Attempt {
        match self {
            Self::Once(attempt) => attempt,
            Self::Repeatable(work) => Box::new(move |scope| work(scope)),
        }
    }
}

impl Task {
    /// The time limit of a task that sets none.
    pub const LIMIT: Duration = Duration::from_secs(60);

    /// Joins a check with its work, with the usual limit and no claims.
    pub fn new<F>(check: Check, work: impl FnOnce(Scope) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Finding> + Send + 'static,
    {
        Self::of(check, Work::Once(Box::new(move |scope| work(scope).boxed())))
    }

    /// Joins a check with work that can be asked again where its answer does not hold; the scope tells
    /// it which attempt it is.
    pub fn repeatable<F>(check: Check, work: impl Fn(Scope) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Finding> + Send + 'static,
    {
        Self::of(check, Work::Repeatable(Arc::new(move |scope| work(scope).boxed())))
    }

    fn of(check: Check, work: Work) -> Self {
        Self {
            check,
            limit: Self::LIMIT,
            claims: Vec::new(),
            uses: Vec::new(),
            ends: None,
            has_begun: None,
            work,
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
    pub fn locking(self, name: impl Into<String>) -> Self {
        self.claiming(Claim { name: name.into(), at_most: NonZeroUsize::MIN })
    }

    /// Names something that only so many tasks may hold at the same time.
    #[must_use]
    pub fn claiming(mut self, claim: Claim) -> Self {
        self.claims.push(claim);
        self
    }

    /// Tells by `has_begun` whether another task began the work that answers this one too. Once it did, an interruption does not
    /// keep this one from being asked: its work then answers at once with what there is, and begins nothing.
    #[must_use]
    pub fn sharing(mut self, has_begun: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.has_begun = Some(Arc::new(has_begun));
        self
    }

    /// Whether it is asked also where the run was interrupted: it ends something, or what answers it was begun.
    pub(super) fn outlasts_a_halt(&self) -> bool {
        self.ends.is_some() || self.has_begun.as_ref().is_some_and(|has_begun| has_begun())
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
