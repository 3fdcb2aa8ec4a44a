//! One core of the generator: a thread, its share of the arrivals, and who sends them.

use std::cell::{Cell, RefCell};
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::Url;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{spawn_local, yield_now};
use tokio_util::sync::CancellationToken;

use super::arrival::{Arrival, Arrivals, Waiting};
use super::carrier::{Carrier, carry};
use super::clock::Clock;
use super::plan::Plan;
use super::request::Origin;
use crate::load::cpu::{self, Busy};
use crate::load::recorder::Recorder;
use crate::load::slice::Slice;
use crate::model::LoadRecord;

/// How often is looked whether another second has passed.
const TICK: Duration = Duration::from_millis(50);
/// How long is rested at least: to wake costs several times what a request does, so that a rate of many thousands is
/// taken up a few arrivals at a time. What those wait counts, as every wait does.
const REST: Duration = Duration::from_micros(200);
/// How many arrivals that are late are taken up before the responses have their turn.
const BATCH: u32 = 32;

/// Says which part of a load a core has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub core: u32,
    pub cores: u32,
    /// How many connections it may open.
    pub connections: usize,
    /// When the load begins.
    pub began: Instant,
}

/// Is what a core says while it works.
pub(super) enum Said {
    /// What it saw in one second.
    Second(u32, Box<Slice>),
    /// It has no more to say.
    Ended(u32),
}

/// Is what came of a core's share.
pub(super) struct CoreRecord {
    pub record: LoadRecord,
    /// What this host lacked, where that ended it.
    pub lacking: Option<String>,
    /// Whether it was stopped before its time.
    pub is_cut: bool,
}

/// Performs a share of a load on this thread.
pub(super) fn run(
    plan: &Arc<Plan>,
    share: Share,
    stop: &CancellationToken,
    tell: &UnboundedSender<Said>,
) -> io::Result<CoreRecord> {
    let options = LocalOptions::default();
    let runtime = Builder::new_current_thread().enable_all().build_local(options)?;
    let recorder = Recorder::new(&plan.workload);
    runtime.block_on(async {
        let core = Rc::new(Core::new(Arc::clone(plan), share, recorder)?);
        core.perform(share, plan.workload.skipped(), stop, tell).await
    })
}

/// Is what the carriers of a core share.
pub(super) struct Core {
    pub plan: Arc<Plan>,
    pub clock: Clock,
    pub recorder: RefCell<Recorder>,
    connections: usize,
    /// Where connections go to; more where a visitor is sent elsewhere.
    origins: RefCell<Vec<Arc<Origin>>>,
    carriers: RefCell<Vec<Rc<Carrier>>>,
    /// Those with nothing to do, by the origin that they have a connection to; who rested last comes first.
    resting: RefCell<Vec<Vec<Rc<Carrier>>>>,
    waiting: RefCell<Waiting>,
    working: Cell<usize>,
    /// Is told when nobody works any more.
    quiet: Notify,
    lacking: RefCell<Option<String>>,
    lacks: Notify,
}

impl Core {
    fn new(plan: Arc<Plan>, share: Share, recorder: Recorder) -> io::Result<Self> {
        let resting = plan.origins.iter().map(|_| Vec::new()).collect();
        Ok(Self {
            origins: RefCell::new(plan.origins.clone()),
            plan,
            clock: Clock::new(share.began)?,
            recorder: RefCell::new(recorder),
            connections: share.connections,
            carriers: RefCell::default(),
            resting: RefCell::new(resting),
            waiting: RefCell::new(Waiting::new()),
            working: Cell::new(0),
            quiet: Notify::new(),
            lacking: RefCell::default(),
            lacks: Notify::new(),
        })
    }

    async fn perform(
        self: &Rc<Self>,
        share: Share,
        skipped: Duration,
        stop: &CancellationToken,
        tell: &UnboundedSender<Said>,
    ) -> io::Result<CoreRecord> {
        let second = Rc::new(RefCell::new(Busy::of_thread()));
        let measured = Rc::new(RefCell::new(Busy::of_thread()));
        spawn_local({
            let (core, second, tell) = (Rc::clone(self), Rc::clone(&second), tell.clone());
            async move { core.tick(share.core, &second, &tell).await }
        });
        spawn_local({
            let measured = Rc::clone(&measured);
            async move {
                tokio::time::sleep_until((share.began + skipped).into()).await;
                *measured.borrow_mut() = Busy::of_thread();
            }
        });
        let over = share.began + self.plan.schedule.lasts() + self.plan.workload.request_limit;
        let arrivals = Arrivals::new(&self.plan.schedule, share.core.into(), share.cores.into());
        let is_cut = tokio::select! {
            offered = self.offer(arrivals) => {
                offered?;
                false
            }
            () = self.lacks.notified() => true,
            () = stop.cancelled() => true,
            // What it has not taken up by then, it could not keep up with.
            () = tokio::time::sleep_until(over.into()) => false,
        };
        let busy = measured.borrow_mut().share();
        if !is_cut {
            tokio::select! {
                () = self.quieten() => {}
                () = tokio::time::sleep_until(over.into()) => {}
                () = self.lacks.notified() => {}
                () = stop.cancelled() => {}
            }
        }
        Ok(self.close(share.core, is_cut, busy, &second, tell))
    }

    /// Takes up each arrival when it is due, until there are no more and the time is over.
    async fn offer(self: &Rc<Self>, mut arrivals: Arrivals) -> io::Result<()> {
        // Before the beginning no time passes, and what is due at once would be taken up too early.
        self.clock.until(Duration::ZERO).await?;
        let (mut late, mut woken) = (0, Duration::ZERO);
        while let Some(arrival) = arrivals.next() {
            if arrival.due > self.clock.now() {
                self.clock.until(arrival.due.max(woken + REST)).await?;
                woken = self.clock.now();
                late = 0;
            } else {
                late += 1;
                if late % BATCH == 0 {
                    yield_now().await;
                }
            }
            self.arrive(arrival, &arrivals);
        }
        self.clock.until(self.plan.schedule.lasts()).await
    }

    /// Gives an arrival to whoever is free; `after` are those that come after it.
    fn arrive(self: &Rc<Self>, arrival: Arrival, after: &Arrivals) {
        let index = self.first_step(arrival);
        self.recorder.borrow_mut().take(index, arrival.due, self.clock.now());
        let origin = self.plan.prepared[index].as_ref().map_or(0, |prepared| prepared.origin);
        if let Some(carrier) = self.rested(origin) {
            self.working.set(self.working.get() + 1);
            carrier.wake(arrival);
        } else if self.carriers.borrow().len() < self.connections {
            self.working.set(self.working.get() + 1);
            let carrier = Rc::new(Carrier::with(arrival));
            self.carriers.borrow_mut().push(Rc::clone(&carrier));
            spawn_local(carry(Rc::clone(self), carrier));
        } else {
            self.recorder.borrow_mut().queue(arrival.due);
            self.waiting.borrow_mut().push(arrival, after);
        }
    }

    fn first_step(&self, arrival: Arrival) -> usize {
        self.plan.journey(arrival.index).steps[0]
    }

    /// Gives who rests, best with a connection to that origin.
    fn rested(&self, origin: usize) -> Option<Rc<Carrier>> {
        let mut resting = self.resting.borrow_mut();
        let near = resting.get_mut(origin).and_then(Vec::pop);
        near.or_else(|| resting.iter_mut().find_map(Vec::pop))
    }

    /// Gives an origin.
    pub fn origin(&self, index: usize) -> Arc<Origin> {
        Arc::clone(&self.origins.borrow()[index])
    }

    /// Gives the place of the origin that a request goes to; one that nobody went to before is looked up.
    pub fn origin_of(&self, request: usize, url: &Url) -> Result<usize, String> {
        Origin::place(&mut self.origins.borrow_mut(), url, self.plan.terms_of[request])
    }

    /// Takes in a carrier that has nothing to do and a connection to that origin.
    pub fn rest(&self, carrier: &Rc<Carrier>, origin: usize) {
        let mut resting = self.resting.borrow_mut();
        if resting.len() <= origin {
            resting.resize(origin + 1, Vec::new());
        }
        resting[origin].push(Rc::clone(carrier));
    }

    /// Gives a carrier that is done what waits longest; else it rests.
    pub fn next_waiting(&self) -> Option<Arrival> {
        let next = self.waiting.borrow_mut().pop();
        if next.is_none() {
            self.working.set(self.working.get() - 1);
            if self.working.get() == 0 {
                self.quiet.notify_one();
            }
        }
        next
    }

    /// Ends the load, because this host lacks what it takes.
    pub fn break_off(&self, lacking: String) {
        self.lacking.borrow_mut().get_or_insert(lacking);
        self.lacks.notify_one();
    }

    async fn quieten(&self) {
        while self.working.get() > 0 {
            self.quiet.notified().await;
        }
    }

    async fn tick(&self, core: u32, busy: &RefCell<Busy>, tell: &UnboundedSender<Said>) {
        loop {
            tokio::time::sleep(TICK).await;
            let mut recorder = self.recorder.borrow_mut();
            let passed = recorder.passed(self.clock.now());
            say(core, passed, &recorder, &mut busy.borrow_mut(), tell);
        }
    }

    /// Counts what did not end, and gives everything that was taken down.
    fn close(
        &self,
        core: u32,
        is_cut: bool,
        busy: f64,
        second: &RefCell<Busy>,
        tell: &UnboundedSender<Said>,
    ) -> CoreRecord {
        let now = self.clock.now();
        let mut recorder = self.recorder.borrow_mut();
        for carrier in &*self.carriers.borrow() {
            if let Some((index, due)) = carrier.under_way.get() {
                recorder.give_up(index, due, now);
            }
            if let Some(arrival) = carrier.next() {
                recorder.give_up(self.first_step(arrival), arrival.due, now);
            }
        }
        while let Some(arrival) = self.waiting.borrow_mut().pop() {
            recorder.give_up(self.first_step(arrival), arrival.due, now);
        }
        let rest = recorder.rest(now);
        say(core, rest, &recorder, &mut second.borrow_mut(), tell);
        let mut record = recorder.record(now);
        let connections = u64::try_from(self.carriers.borrow().len()).unwrap_or(u64::MAX);
        record.generator.connections = Some(connections);
        record.generator.busy = busy;
        record.generator.cpu_ms = cpu::of_thread().as_secs_f64() * 1000.0;
        CoreRecord { record, lacking: self.lacking.take(), is_cut }
    }
}

fn say(
    core: u32,
    slices: Vec<Slice>,
    recorder: &Recorder,
    busy: &mut Busy,
    tell: &UnboundedSender<Said>,
) {
    if slices.is_empty() {
        return;
    }
    let busy = busy.share();
    for slice in slices {
        // Whoever no longer listens has ended the load.
        let slice = Slice { busy, so_far: recorder.so_far(), ..slice };
        let _heard = tell.send(Said::Second(core, Box::new(slice)));
    }
}
