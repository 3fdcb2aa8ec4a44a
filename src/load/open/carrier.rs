//! Who sends requests: a task that has a connection and takes what is due.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use super::arrival::Arrival;
use super::core::Core;
use super::link::{Answer, Link, Lost};
use super::plan::Plan;
use super::request::Prepared;
use crate::load::recorder::{Ended, Moments};
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
    /// Gives a resting carrier something to do.
    pub fn wake(&self, arrival: Arrival) {
        self.next.set(Some(arrival));
        if let Some(waker) = self.waker.borrow().as_ref() {
            waker.wake_by_ref();
        }
    }
}

/// Sends `arrival`, and then whatever else is due, for as long as the load lasts.
pub(super) async fn carry(core: Rc<Core>, own: Rc<Carrier>, mut arrival: Arrival) {
    let mut hand = Hand { link: None, limit: Limit::new(core.plan.request_limit) };
    loop {
        let index = core.plan.choose(arrival.index);
        own.under_way.set(Some((index, arrival.due)));
        let performed = match hand.perform(&core, &core.plan.requests[index]).await {
            Ok(performed) => performed,
            Err(lacking) => return core.break_off(lacking),
        };
        own.under_way.set(None);
        let Performed { sent, first_byte, ended } = performed;
        let moments = Moments { due: arrival.due, sent, first_byte, ended: core.clock.now() };
        core.recorder.borrow_mut().end(index, moments, ended);
        arrival = match core.next_waiting() {
            Some(next) => next,
            None => rest(&core, &own, &mut hand.link).await,
        };
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
struct Hand {
    link: Option<Link>,
    limit: Limit,
}

/// Tells what came of a request.
struct Performed {
    sent: Duration,
    first_byte: Option<Duration>,
    ended: Ended,
}

impl Hand {
    /// Performs one request; an error is what this host lacks.
    async fn perform(&mut self, core: &Core, request: &Prepared) -> Result<Performed, String> {
        let mut sent = core.clock.now();
        core.recorder.borrow_mut().send(sent);
        let Self { link, limit } = self;
        let answer = limit.within(answer(link, core, request, &mut sent)).await;
        let cause = match answer {
            Some(Ok(answer)) => {
                let ended = judged(request, &answer);
                return Ok(Performed { sent, first_byte: Some(answer.first_byte), ended });
            }
            Some(Err(Lost::Own(lacking))) => return Err(lacking),
            Some(Err(Lost::Unsent)) => {
                Ended::Failed("the connection was closed before a request could be sent".to_owned())
            }
            Some(Err(Lost::Unanswered(cause) | Lost::Target(cause))) => Ended::Failed(cause),
            None => Ended::TimedOut,
        };
        self.link = None;
        Ok(Performed { sent, first_byte: None, ended: cause })
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
    let Plan { origins, tls, .. } = &*core.plan;
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
    let opened = Link::open(request.origin, &origins[request.origin], tls).await?;
    let fresh = link.insert(opened);
    *sent = core.clock.now();
    fresh.exchange(request.message.clone(), &core.clock).await
}

fn judged(request: &Prepared, answer: &Answer) -> Ended {
    let unmet = check_response(&request.expect, answer.status, &answer.headers, &answer.body);
    if unmet.is_empty() { Ended::Correct } else { Ended::Wrong(unmet.join("; ")) }
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

    async fn within<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        let deadline = Instant::now() + self.lasts;
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Poll::Ready(done) = work.as_mut().poll(context) {
                return Poll::Ready(Some(done));
            }
            while self.timer.as_mut().poll(context).is_ready() {
                if Instant::now() >= deadline {
                    return Poll::Ready(None);
                }
                self.timer.as_mut().reset(deadline);
            }
            Poll::Pending
        })
        .await
    }
}
