//! What the services of a target use while it is under load.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::MissedTickBehavior;

use crate::engine::{Container, Counters, Meter, Target};
use crate::model::{Endpoint, Percent, Protocol, ResourceReading};
use crate::protocol::{redis_command, sql_statement};

/// Between two readings of files of this host.
const LOCAL: Duration = Duration::from_millis(250);
/// Between two questions to an engine, a database or a cache.
const ASKED: Duration = Duration::from_secs(1);
/// How long one answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);

/// Gives the connections that a database serves, but for the one that asks.
const CONNECTIONS: &str = "select count(*) as connections from pg_stat_activity \
     where backend_type = 'client backend' and pid <> pg_backend_pid()";

/// Reads what each service uses, on one axis of time.
///
/// What cannot be read is none, and never zero.
#[derive(Debug)]
pub(super) struct Resources<'t> {
    target: Option<&'t Target>,
    services: BTreeMap<String, Service<'t>>,
    /// The databases and caches that can be asked.
    asked: Vec<(&'t str, Protocol, &'t Endpoint)>,
    readings: BTreeMap<String, Vec<(Instant, ResourceReading)>>,
}

/// Is what is known of one service between two readings.
#[derive(Debug)]
struct Service<'t> {
    meters: Vec<Meter<'t>>,
    /// When its processor time was read last, and how much it was.
    before: Option<(Instant, u64)>,
}

impl<'t> Resources<'t> {
    /// Looks for everything that can be read: running containers where there is an engine, and the databases and
    /// caches among `asked`.
    pub fn of(
        target: Option<&'t Target>,
        asked: impl Iterator<Item = (&'t str, Protocol, &'t Endpoint)>,
    ) -> Self {
        let of_service = |(name, replicas): (&String, &'t Vec<Container>)| {
            let running = replicas.iter().filter(|container| container.is_running());
            let engine = &target?.engine;
            let meters: Vec<Meter<'t>> = running.map(|container| engine.meter(container)).collect();
            (!meters.is_empty()).then(|| (name.clone(), Service { meters, before: None }))
        };
        let services = target.iter().flat_map(|target| &target.containers).filter_map(of_service);
        let is_asked = |protocol| matches!(protocol, Protocol::Postgres | Protocol::Redis);
        Self {
            target,
            services: services.collect(),
            asked: asked.filter(|(_, protocol, _)| is_asked(*protocol)).collect(),
            readings: BTreeMap::new(),
        }
    }

    /// Reads everything, and asks the engine how its containers are: before a load and after it, because that is more
    /// work than a reading.
    pub async fn look(&mut self) {
        self.read(true).await;
        let Some(target) = self.target else { return };
        for (name, service) in &self.services {
            let looks = service
                .meters
                .iter()
                .map(|meter| async { target.engine.container(&meter.container().id).await.ok() });
            let Some(seen) = join_all(looks).await.into_iter().collect::<Option<Vec<_>>>() else {
                continue;
            };
            let there = || seen.iter().flatten();
            let restarts = there().map(|one| u64::try_from(one.restarts()).unwrap_or_default());
            let running = there().filter(|one| one.is_running()).count();
            let reading = self.readings.get_mut(name).and_then(|readings| readings.last_mut());
            if let Some((_, reading)) = reading {
                reading.running = u64::try_from(running).ok();
                reading.restarts = Some(restarts.sum());
            }
        }
    }

    /// Reads a few times a second what is at hand, and once a second what has to be asked for; never resolves.
    pub async fn watch(&mut self) -> Infallible {
        let is_local =
            self.services.values().flat_map(|service| &service.meters).all(Meter::is_local);
        let every = if is_local && !self.services.is_empty() { LOCAL } else { ASKED };
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        let mut asked = Instant::now();
        loop {
            ticks.tick().await;
            let is_due = asked.elapsed() >= ASKED;
            if is_due {
                asked = Instant::now();
            }
            self.read(is_due).await;
        }
    }

    /// Gives the readings of each service, in milliseconds after `began`.
    pub fn readings(self, began: Instant) -> BTreeMap<String, Vec<ResourceReading>> {
        let after = |at: Instant| match at.checked_duration_since(began) {
            Some(after) => after.as_secs_f64() * 1000.0,
            None => -(began.duration_since(at).as_secs_f64() * 1000.0),
        };
        let on_axis = |(at, reading)| ResourceReading { at_ms: after(at), ..reading };
        let services = self.readings.into_iter();
        services.map(|(name, all)| (name, all.into_iter().map(on_axis).collect())).collect()
    }

    async fn read(&mut self, asks: bool) {
        let readings = self.services.iter_mut().map(|(name, service)| async {
            let reading = service.read().await;
            (name.clone(), Instant::now(), reading)
        });
        for (name, at, reading) in join_all(readings).await {
            self.readings.entry(name).or_default().push((at, reading));
        }
        if !asks {
            return;
        }
        let answers = self.asked.iter().map(|(name, protocol, endpoint)| async move {
            let number = match protocol {
                Protocol::Postgres => connections(endpoint).await,
                _ => cache_memory(endpoint).await,
            };
            (*name, *protocol, number)
        });
        for (name, protocol, number) in join_all(answers).await {
            let readings = self.readings.entry(name.to_owned()).or_default();
            // Beside what was read of its container just now, where it has one here.
            if !self.services.contains_key(name) {
                readings.push((Instant::now(), ResourceReading::default()));
            }
            if let Some((_, reading)) = readings.last_mut() {
                match protocol {
                    Protocol::Postgres => reading.connections = number,
                    _ => reading.cache_memory = number,
                }
            }
        }
    }
}

impl Service<'_> {
    async fn read(&mut self) -> ResourceReading {
        let counters = join_all(self.meters.iter().map(Meter::read)).await;
        let at = Instant::now();
        let sum =
            |part: fn(&Counters) -> Option<u64>| counters.iter().map(part).sum::<Option<u64>>();
        let cpu = sum(|counters| counters.cpu);
        let before = std::mem::replace(&mut self.before, cpu.map(|cpu| (at, cpu)));
        let share = cpu.zip(before).and_then(|(cpu, (when, before))| {
            share(cpu.checked_sub(before)?, at.duration_since(when), self.cores())
        });
        let shares = self.meters.iter().zip(&counters).map(|(meter, counters)| {
            let limit = meter.container().memory_limit()?;
            Some(percent(counters.memory?, limit.0))
        });
        let memory_share = shares.collect::<Option<Vec<f64>>>();
        ResourceReading {
            cpu: share.map(|share| share.0),
            memory: sum(|counters| counters.memory),
            memory_share: memory_share.and_then(|shares| shares.into_iter().reduce(f64::max)),
            disk_read: sum(|counters| counters.disk_read),
            disk_written: sum(|counters| counters.disk_written),
            received: sum(|counters| counters.received),
            sent: sum(|counters| counters.sent),
            oom_kills: sum(|counters| counters.oom_kills),
            ..ResourceReading::default()
        }
    }

    /// Gives how many cores its containers may use together; none where a container without a limit is on another
    /// host, whose cores are not known here.
    fn cores(&self) -> Option<f64> {
        let cores = self.meters.iter().map(|meter| {
            let own = || std::thread::available_parallelism().ok().map(usize::from);
            let of_host = if meter.is_local() { own() } else { None };
            #[expect(clippy::cast_precision_loss, reason = "a number of cores is small")]
            let of_host = of_host.map(|cores| cores as f64);
            match (meter.container().cpu_limit(), of_host) {
                (Some(limit), Some(cores)) => Some(limit.min(cores)),
                (limit, cores) => limit.or(cores),
            }
        });
        cores.sum()
    }
}

/// Gives the share that so many nanoseconds of processor time are of what `cores` had in `elapsed`.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn share(nanos: u64, elapsed: Duration, cores: Option<f64>) -> Option<Percent> {
    let had = elapsed.as_secs_f64() * 1e9 * cores?;
    (had > 0.0).then(|| Percent(nanos as f64 * 100.0 / had))
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn percent(part: u64, whole: u64) -> f64 {
    part as f64 * 100.0 / whole as f64
}

async fn connections(endpoint: &Endpoint) -> Option<u64> {
    let rows = sql_statement(endpoint, CONNECTIONS, &[], ANSWER_LIMIT).await.ok()?;
    rows.rows.first()?["connections"].as_u64()
}

async fn cache_memory(endpoint: &Endpoint) -> Option<u64> {
    let command = ["INFO".to_owned(), "memory".to_owned()];
    let reply = redis_command(endpoint, &command, ANSWER_LIMIT).await.ok()?;
    used_memory(reply.as_str()?)
}

fn used_memory(info: &str) -> Option<u64> {
    info.lines().find_map(|line| line.strip_prefix("used_memory:")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_core_of_half_a_core_is_everything_that_a_service_may_use() {
        let second = Duration::from_secs(1);
        assert_eq!(share(500_000_000, second, Some(0.5)), Some(Percent(100.0)));
        assert_eq!(share(500_000_000, second, None), None);
        assert_eq!(share(1, Duration::ZERO, Some(2.0)), None);
    }

    #[test]
    fn the_memory_of_a_cache_is_what_it_says_itself() {
        let info = "# Memory\r\nused_memory:1048576\r\nused_memory_human:1.00M\r\n";
        assert_eq!(used_memory(info), Some(1_048_576));
        assert_eq!(used_memory("NOAUTH"), None);
    }

    #[test]
    fn readings_lie_on_the_axis_of_the_load_and_those_before_it_are_before_zero() {
        let mut resources = Resources::of(None, std::iter::empty());
        let began = Instant::now();
        let at =
            |ms| began.checked_sub(Duration::from_millis(500)).unwrap() + Duration::from_millis(ms);
        let readings = [at(0), at(750)].map(|at| (at, ResourceReading::default())).to_vec();
        resources.readings.insert("api".to_owned(), readings);
        let times: Vec<f64> =
            resources.readings(began)["api"].iter().map(|one| one.at_ms).collect();
        assert_eq!(times, [-500.0, 250.0]);
    }
}
