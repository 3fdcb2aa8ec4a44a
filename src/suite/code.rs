//! Cases in code: what needs logic is a Rust function, between the same fixtures as every other case.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Once};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::draft::Names;
use crate::model::{Endpoint, Finding, Reason};
use crate::runner::Scope;

thread_local! {
    /// Whether this thread is at a case just now.
    static IS_AT_A_CASE: Cell<bool> = const { Cell::new(false) };
    /// Where the last panic in a case began.
    static PANICKED_AT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what panics in a case say from the terminal: they become findings, which are redacted first. Any other panic
/// is told as before.
pub fn keep_panics_quiet() {
    static KEPT: Once = Once::new();
    KEPT.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if IS_AT_A_CASE.get() {
                let place = panic.location().map(ToString::to_string);
                PANICKED_AT.with(|at| *at.borrow_mut() = place);
            } else {
                tell(panic);
            }
        }));
    });
}

/// Marks this thread as being at a case for as long as it is kept.
struct AtACase;

impl AtACase {
    fn begin() -> Self {
        IS_AT_A_CASE.set(true);
        Self
    }
}

impl Drop for AtACase {
    fn drop(&mut self) {
        IS_AT_A_CASE.set(false);
    }
}

/// Is what a case in code does.
#[derive(Clone)]
pub struct Code(Arc<dyn Fn(CaseContext) -> BoxFuture<'static, Finding> + Send + Sync>);

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code")
    }
}

impl Code {
    /// Takes a function that returns where the case holds; an assertion that does not hold may panic.
    pub fn new<F>(work: impl Fn(CaseContext) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), TrialError>> + Send + 'static,
    {
        let work = Arc::new(work);
        Self(Arc::new(move |context| {
            let work = Arc::clone(&work);
            let answer = async move {
                let mut performed = pin!(async { work(context).await });
                poll_fn(|waker| {
                    let _at_a_case = AtACase::begin();
                    performed.as_mut().poll(waker)
                })
                .await
            };
            let answer = AssertUnwindSafe(answer).catch_unwind();
            let finding = answer.map(|answer| match answer {
                Ok(Ok(())) => Finding::pass("it holds"),
                Ok(Err(TrialError(finding))) => *finding,
                Err(panic) => panicked(&*panic),
            });
            finding.boxed()
        }))
    }

    pub(super) fn perform(&self, context: CaseContext) -> BoxFuture<'static, Finding> {
        (self.0)(context)
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Finding {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let finding = Finding::fail(Reason::Expectation, text.unwrap_or("it panicked without a word"));
    match PANICKED_AT.with(|at| at.borrow_mut().take()) {
        Some(place) => finding.from_source(place),
        None => finding,
    }
}

/// Says why a case in code does not hold, or why that could not be found out.
///
/// Every other error becomes one with `?`: what went wrong on the way to an answer is no answer, so that the
/// case is then inconclusive.
#[derive(Debug)]
pub struct TrialError(Box<Finding>);

impl TrialError {
    /// Says that the target was asked, and that the case does not hold.
    #[must_use]
    pub fn failed(message: impl Into<String>) -> Self {
        Self(Box::new(Finding::fail(Reason::Expectation, message)))
    }

    /// Says that it could not be found out whether the case holds.
    #[must_use]
    pub fn unknown(message: impl Into<String>) -> Self {
        Self(Box::new(Finding::inconclusive(Reason::NoData, message)))
    }
}

impl<E: std::error::Error> From<E> for TrialError {
    fn from(error: E) -> Self {
        let causes = std::iter::successors(error.source(), |cause| cause.source());
        let texts = causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"));
        Self::unknown(texts)
    }
}

/// Tells a case in code whom it can ask and what its fixtures gave.
#[derive(Debug, Clone)]
pub struct CaseContext {
    pub(super) endpoints: BTreeMap<String, Endpoint>,
    pub(super) values: BTreeMap<String, Value>,
    pub(super) scope: Scope,
}

impl Names for CaseContext {
    fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned()
    }
}

impl CaseContext {
    /// Gives where a service answers, with the password that it asks for; `protocol` has what asks it.
    ///
    /// # Errors
    ///
    /// When the environment does not say where.
    pub fn endpoint(&self, service: &str) -> Result<&Endpoint, TrialError> {
        let unknown = || TrialError::unknown(format!("nothing says where `{service}` answers"));
        self.endpoints.get(service).ok_or_else(unknown)
    }

    /// Gives the address of a service.
    ///
    /// # Errors
    ///
    /// When the environment does not say where.
    pub fn url(&self, service: &str) -> Result<&str, TrialError> {
        self.endpoint(service).map(|endpoint| endpoint.url.as_str())
    }

    /// Gives a text that a fixture gives, that the suite names under `secrets` or `vars`, or that is
    /// built in: `unique` and `release`.
    ///
    /// # Errors
    ///
    /// When nothing gives the name a value.
    pub fn text(&self, name: &str) -> Result<String, TrialError> {
        match self.values.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(other) => Ok(other.to_string()),
            None => Err(TrialError::unknown(format!("nothing gives `{name}` a value"))),
        }
    }

    /// Keeps a value that was come across out of everything that is shown.
    pub fn hide(&self, secret: &str) {
        self.scope.learn_secret(secret);
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::model::{Check, Kind, Outcome, Redactor};
    use crate::runner::{self, Options, Task};

    async fn answer(code: Code) -> (Outcome, String) {
        let task = Task::new(Check::new(Kind::E2e, "orders", "a race"), move |scope| {
            let (endpoints, values) = Default::default();
            code.perform(CaseContext { endpoints, values, scope })
        });
        let (options, stop) = (Options::default(), CancellationToken::new());
        let redactor = Redactor::default();
        let result = runner::run(vec![task], &options, redactor, &stop, |_| {}).await.remove(0);
        (result.outcome, result.message)
    }

    #[tokio::test]
    async fn what_panics_is_that_of_a_case_only_while_the_thread_performs_one() {
        let code = Code::new(|_| async {
            tokio::task::yield_now().await;
            assert!(IS_AT_A_CASE.get(), "the panic would be told to the terminal");
            panic!("in a case")
        });
        assert_eq!(answer(code).await, (Outcome::Fail, "in a case".to_owned()));
        assert!(!IS_AT_A_CASE.get());
    }

    #[tokio::test]
    async fn an_assertion_that_panics_fails_and_an_error_on_the_way_is_no_answer() {
        let one = "one";
        let code = Code::new(move |_| async move { panic!("two mugs for {one}") });
        assert_eq!(answer(code).await, (Outcome::Fail, "two mugs for one".to_owned()));
        let dead = || std::io::Error::other("the line is dead");
        let code = Code::new(move |_| async move { Err(dead().into()) });
        assert_eq!(answer(code).await, (Outcome::Inconclusive, "the line is dead".to_owned()));
    }
}
