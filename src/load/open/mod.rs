//! Requests that come by the clock, whatever becomes of those before.
//!
//! A [`Schedule`](crate::model::Schedule) says when each is due. Every core has its share of them, its own runtime, its own
//! connections and its own histograms, and nothing is passed between cores but a sum each second. What finds no free
//! connection opens one, up to a bound; beyond it, it waits, and the time that it waits is its response time.

mod arrival;
mod bell;
mod carrier;
mod clock;
mod collect;
mod core;
mod link;
mod lost;
mod plan;
mod request;
mod steps;
mod terms;
mod watch;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use self::collect::Collector;
use self::core::{CoreRecord, Said, Share};
use self::plan::Plan;
use self::watch::Watch;
use super::LoadError;
use super::host::Host;
use super::intervals::Intervals;
use super::workload::{Arrivals, Workload};
use crate::model::{LoadRecord, LoadSecond, Rate, Schedule};

/// How many small requests a second one core could send at the very most: twice what a bare loop of `send` and `recv`
/// reaches over loopback.
const MOST_PER_CORE: f64 = 200_000.0;
/// How many requests a second are left to one core before another one is used.
const ENOUGH_PER_CORE: f64 = 15_000.0;
/// How long before the beginning the cores are started, so that none is late for the first request.
const HEAD_START: Duration = Duration::from_millis(50);
/// How many files are open beside the connections: streams, timers, libraries.
const OTHER_FILES: u64 = 64;

/// Sends a workload by its schedule until it is over or `stop` is cancelled; tells each second what was seen.
pub(super) async fn perform(
    workload: &Workload,
    arrivals: &Arrivals,
    stop: &CancellationToken,
    mut tell: impl FnMut(LoadSecond),
) -> Result<LoadRecord, LoadError> {
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    let cores = cores(&arrivals.schedule, available)?;
    let connections = arrivals.connections.max(cores);
    allow_files(u64::from(connections) + OTHER_FILES)?;
    let plan = Arc::new(Plan::new(workload, arrivals)?);
    // Cancelled by whoever asks for it, and by what a core lacks.
    let end = stop.child_token();
    let (say, mut said) = unbounded_channel();
    let host = Host::look();
    let began = Instant::now() + HEAD_START;
    let mut threads = Vec::new();
    for core in 0..cores {
        let connections = connections / cores + u32::from(core < connections % cores);
        let share = Share { core, cores, connections: connections as usize, began };
        let (plan, end, say) = (Arc::clone(&plan), end.clone(), say.clone());
        let work = move || {
            let performed = self::core::run(&plan, share, &end, &say);
            let is_well = performed.as_ref().is_ok_and(|performed| performed.lacking.is_none());
            if !is_well {
                end.cancel();
            }
            let _heard = say.send(Said::Ended(core));
            performed
        };
        let thread = std::thread::Builder::new().name(format!("load {core}"));
        threads.push(thread.spawn(work).map_err(LoadError::Host)?);
    }
    drop(say);

    let mut collector = Collector::new(&arrivals.schedule, cores as usize);
    let mut watch = Watch::new(workload, &plan);
    let mut seconds = Vec::new();
    let mut intervals = Intervals::new(workload);
    let mut broken = None;
    while let Some(said) = said.recv().await {
        for slice in collector.take(said) {
            let second = slice.second();
            seconds.push(second.clone());
            intervals.take(&slice);
            tell(LoadSecond { requests: slice.so_far.clone(), ..second });
            if broken.is_none()
                && let Some(why) = watch.take(&slice)
            {
                broken = Some(why);
                end.cancel();
            }
        }
    }
    let mut performed = Vec::new();
    for thread in threads {
        let ended = thread.join().map_err(|_| LoadError::Failed("a thread broke".to_owned()))?;
        performed.push(ended.map_err(LoadError::Host)?);
    }
    let mut record = together(performed);
    record.offered_as = workload.offered_as();
    record.seconds = seconds;
    record.intervals = intervals.end();
    // What was lost in the last second ended nothing any more.
    if let (Some(aborted), Some(why)) = (&mut record.generator.aborted, broken) {
        *aborted = why;
    }
    record.steps = watch.steps();
    let from = workload.skipped();
    let until = from + Duration::from_secs_f64(record.measured_ms / 1000.0);
    let due = arrivals.schedule.times().filter(|due| (from..until).contains(due)).count();
    record.generator.due = u64::try_from(due).ok();
    (record.generator.stolen, record.generator.throttled_ms) = host.since();
    Ok(record)
}

/// Gives how many cores are used: half of what there is at most, because the target may run on the same host.
fn cores(schedule: &Schedule, available: usize) -> Result<u32, LoadError> {
    let most = u32::try_from((available / 2).max(1)).unwrap_or(u32::MAX);
    let peak = schedule.peak();
    let bound = Rate(MOST_PER_CORE * f64::from(most));
    if peak > bound {
        return Err(LoadError::TooFast { peak, bound, cores: most });
    }
    let used = (1..most).find(|cores| peak.0 <= ENOUGH_PER_CORE * f64::from(*cores));
    Ok(used.unwrap_or(most))
}

/// Lets this process open so many files, before the first request rather than in the midst of it.
fn allow_files(needed: u64) -> Result<(), LoadError> {
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|may| may >= needed) {
        return Ok(());
    }
    if let Some(may) = limit.maximum.filter(|may| *may < needed) {
        return Err(LoadError::Files { needed, may });
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|cause| LoadError::Host(cause.into()))
}

/// Adds up what the cores measured.
fn together(performed: Vec<CoreRecord>) -> LoadRecord {
    let mut aborted = None;
    let mut all: Option<LoadRecord> = None;
    for CoreRecord { record, lacking, is_cut } in performed {
        if lacking.is_some() {
            aborted = lacking;
        } else if is_cut {
            aborted.get_or_insert_with(|| "it was stopped".to_owned());
        }
        match &mut all {
            None => all = Some(record),
            Some(all) => all.add(record),
        }
    }
    let mut record = all.unwrap_or_default();
    record.generator.aborted = aborted;
    record
}
