//! Who sends requests: a task that has a connection and takes what is due.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use reqwest::Url;
use tokio::time::{Instant, Sleep, sleep};

use super::arrival::Arrival;
use super::clock::Clock;
use super::core::Core;
use super::link::{Answer, Link, Lost};
use super::request::Prepared;
use crate::load::recorder::{Ended, Moments, broke_off};
use crate::load::visit::Visit;
use crate::load::workload::{Journey, Workload};
use crate::suite::check_response;

/// Is where a carrier is told what to do next.
#[derive(Debug, Default)]
pub(super) struct Carrier {
    next: Cell<Option<Arrival>>,
    waker: RefCell<Option<Waker>>,
    /// The request that is under way and when it was due.
    pub under_way: Cell<Option<(usize, Duration)>>,
}

impl Carrier {
    /// Begins with something to do.
    pub fn with(arrival: Arrival) -> Self {
        Self { next: Cell::new(Some(arrival)), ..Self::default() }
    }

    /// Gives what it has not begun with yet.
    pub fn next(&self) -> Option<Arrival> {
        self.next.get()
    }

    /// Gives a resting carrier something to do.
    pub fn wake(&self, arrival: Arrival) {
        self.next.set(Some(arrival));
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}

/// Performs what a carrier is told, and then whatever else is due, for as long as the load lasts.
pub(super) async fn carry(core: Rc<Core>, own: Rc<Carrier>) {
    let limit = Limit::new(core.plan.workload.request_limit);
    let mut hand = Hand { core: &core, own: &own, link: None, limit };
    let mut next = own.next.take();
    loop {
        let arrival = match next {
            Some(arrival) => arrival,
            None => rest(&core, &own, &mut hand.link).await,
        };
        if let Err(lacking) = hand.visit(arrival).await {
            return core.break_off(lacking);
        }
        next = core.next_waiting();
    }
}

/// Waits until there is something to do; meanwhile the connection may end.
async fn rest(core: &Core, own: &Rc<Carrier>, link: &mut Option<Link>) -> Arrival {
    core.rest(own, link.as_ref().map_or(0, |link| link.origin));
    poll_fn(|context| {
        if let Some(arrival) = own.next.take() {
            return Poll::Ready(arrival);
        }
        if let Some(link) = link {
            link.look(context);
        }
        let mut waker = own.waker.borrow_mut();
        if !waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            *waker = Some(context.waker().clone());
        }
        Poll::Pending
    })
    .await
}

/// Is what a carrier sends with.
struct Hand<'a> {
    core: &'a Core,
    own: &'a Carrier,
    link: Option<Link>,
    limit: Limit,
}

/// Tells what came of a request.
struct Received {
    sent: Duration,
    answer: Result<Answer, Ended>,
}

impl Hand<'_> {
    /// Makes the journey of an arrival; an error is what this host lacks.
    async fn visit(&mut self, arrival: Arrival) -> Result<(), String> {
        let plan = Arc::clone(&self.core.plan);
        let journey = plan.journey(arrival.index);
        let Some((prepared, expect)) = plan.alone(journey) else {
            return self.travel(&plan.workload, journey, arrival).await;
        };
        let judge = |answer: &Answer| {
            let unmet = check_response(expect, answer.status, &answer.headers, &answer.body);
            if unmet.is_empty() { Ok(()) } else { Err(unmet.join("; ")) }
        };
        self.step(journey.steps[0], arrival.due, prepared, judge).await.map(|_| ())
    }

    /// Makes a journey step by step, up to its end or the first request that has no correct response.
    async fn travel(
        &mut self,
        workload: &Workload,
        journey: &Journey,
        arrival: Arrival,
    ) -> Result<(), String> {
        let core = self.core;
        let mut visit = match Visit::begin(workload, journey, arrival.index) {
            Ok(visit) => visit,
            Err(cause) => {
                let ended = Ended::Failed(cause.to_string());
                self.end(journey.steps[0], arrival.due, core.clock.now(), None, ended);
                return Ok(());
            }
        };
        let mut due = arrival.due;
        for (number, index) in journey.steps.iter().copied().enumerate() {
            let request = &workload.requests[index];
            if number > 0 {
                if !request.think.is_zero() {
                    sleep(request.think).await;
                }
                // Those after the first are due when the one before has ended and been thought about.
                due = core.clock.now();
                core.recorder.borrow_mut().follow(index, due);
            }
            let filled = visit.fill(request).map_err(|cause| cause.to_string());
            let prepared = filled.and_then(|filled| {
                let url = Url::parse(&filled.url).map_err(|cause| cause.to_string())?;
                let prepared = Prepared::new(&filled, &url, core.origin_of(index, &url)?)?;
                Ok((filled, prepared))
            });
            let (filled, prepared) = match prepared {
                Ok(prepared) => prepared,
                Err(cause) => {
                    self.end(index, due, core.clock.now(), None, Ended::Failed(cause));
                    return Ok(());
                }
            };
            let judge = |answer: &Answer| {
                visit.take(request, &filled, (answer.status, &answer.headers, &answer.body))
            };
            if !self.step(index, due, &prepared, judge).await? {
                break;
            }
        }
        Ok(())
    }

    /// Performs one request and tells whether its response is correct; an error is what this host lacks.
    async fn step(
        &mut self,
        index: usize,
        due: Duration,
        prepared: &Prepared,
        judge: impl FnOnce(&Answer) -> Result<(), String>,
    ) -> Result<bool, String> {
        self.own.under_way.set(Some((index, due)));
        let Received { sent, answer } = self.exchange(prepared).await?;
        let (first_byte, ended) = match answer {
            Ok(answer) => {
                let ended = match judge(&answer) {
                    Ok(()) => Ended::Correct,
                    Err(wrong) => Ended::Wrong(wrong),
                };
                (Some(answer.first_byte), ended)
            }
            Err(ended) => (None, ended),
        };
        let is_correct = matches!(ended, Ended::Correct);
        self.end(index, due, sent, first_byte, ended);
        Ok(is_correct)
    }

    fn end(
        &self,
        index: usize,
        due: Duration,
        sent: Duration,
        first_byte: Option<Duration>,
        ended: Ended,
    ) {
        self.own.under_way.set(None);
        let moments = Moments { due, sent, first_byte, ended: self.core.clock.now() };
        self.core.recorder.borrow_mut().end(index, moments, ended);
    }

    /// Sends a request and receives its response; an error is what this host lacks.
    async fn exchange(&mut self, prepared: &Prepared) -> Result<Received, String> {
        let core = self.core;
        let mut sent = core.clock.now();
        core.recorder.borrow_mut().send(sent);
        let Self { link, limit, .. } = self;
        let over = sent + limit.lasts;
        let answer = {
            let work = pin!(answer(link, core, prepared, &mut sent));
            limit.within(&core.clock, over, work).await
        };
        let ended = match answer {
            Some(Ok(answer)) => return Ok(Received { sent, answer: Ok(answer) }),
            Some(Err(Lost::Own(lacking))) => return Err(lacking),
            Some(Err(Lost::Unsent)) => {
                Ended::Failed("the connection was closed before a request could be sent".to_owned())
            }
            Some(Err(Lost::BrokenOff(cause))) => Ended::Wrong(broke_off(&cause)),
            Some(Err(Lost::Unanswered(cause) | Lost::Target(cause))) => Ended::Failed(cause),
            None => Ended::TimedOut,
        };
        self.link = None;
        Ok(Received { sent, answer: Err(ended) })
    }
}

/// Sends a request over the connection that is there, else over a new one.
///
/// A connection that was kept may have been closed meanwhile. That is no fault of the target, and what was not taken is
/// sent once more, as browsers do (RFC 9112, 9.3.1).
async fn answer(
    link: &mut Option<Link>,
    core: &Core,
    request: &Prepared,
    sent: &mut Duration,
) -> Result<Answer, Lost> {
    if link.as_ref().is_some_and(|link| link.origin != request.origin || link.is_over()) {
        *link = None;
    }
    if let Some(kept) = link {
        match kept.exchange(request.message.clone(), &core.clock).await {
            Err(Lost::Unsent) => {}
            Err(Lost::Unanswered(_)) if request.is_idempotent => {}
            answer => return answer,
        }
    }
    // Put aside, because its state is many times as large as that of a request, and hardly any needs it.
    Box::pin(answer_anew(link, core, request, sent)).await
}

async fn answer_anew(
    link: &mut Option<Link>,
    core: &Core,
    request: &Prepared,
    sent: &mut Duration,
) -> Result<Answer, Lost> {
    let origin = core.origin(request.origin);
    let taken = || core.recorder.borrow_mut().reach();
    let opened = Link::open(request.origin, &origin, &core.plan.terms[origin.terms], taken).await?;
    let fresh = link.insert(opened);
    *sent = core.clock.now();
    fresh.exchange(request.message.clone(), &core.clock).await
}

/// Bounds how long one request may take.
///
/// The timer is set anew only when it fires, which is seldom, instead of for each request.
struct Limit {
    lasts: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Limit {
    fn new(lasts: Duration) -> Self {
        Self { lasts, timer: Box::pin(sleep(lasts)) }
    }

    /// Gives what `work` gives; nothing where it takes beyond `over`.
    async fn within<T>(
        &mut self,
        clock: &Clock,
        over: Duration,
        mut work: Pin<&mut impl Future<Output = T>>,
    ) -> Option<T> {
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            while self.timer.as_mut().poll(context).is_ready() {
                let left = over.saturating_sub(clock.now());
                if left.is_zero() {
                    return Poll::Ready(None);
                }
                self.timer.as_mut().reset(Instant::now() + left);
            }
            Poll::Pending
        })
        .await
    }
}
