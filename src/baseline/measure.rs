//! What has to be asked of running services: what their health endpoints answer and how fast, and how
//! much memory they use.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::body::{Figure, Figures};
use super::folder::BaselineError;
use super::memory::{MEMORY, Memory, Reading};
use super::probe::{Clock, Probe, RESPONSE};
use crate::engine::{EngineError, Target};
use crate::model::{Facts, Millis};

/// How many services are asked at once, where they do not disturb each other.
const AT_ONCE: usize = 8;
/// How often each health endpoint is asked for its figure.
const SAMPLES: usize = 20;
/// How often at least, however long it takes.
const FEWEST_SAMPLES: usize = 5;
/// How long all the asking for figures may take once each has its fewest samples.
const BUDGET: Duration = Duration::from_secs(10);

/// Holds what asking one service told.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// What its health endpoint answers.
    pub facts: Facts,
    /// How fast, and how much memory it uses.
    pub figures: Figures,
}

/// Asks every running service of `target`.
///
/// Answers are asked of many services at once; an endpoint that hangs costs the others nothing.
/// Response times are taken of one service after the other, or they would measure each other. Memory
/// is read at the beginning, and again once the endpoints were asked, so that its spread is of some time.
///
/// # Errors
///
/// When a health endpoint that the settings name does not answer, or the engine cannot be asked.
pub(super) async fn measure(target: &Target) -> Result<BTreeMap<String, Measured>, BaselineError> {
    let memory = Memory::of(target);
    let (first, asked) = tokio::join!(memory.read(), ask_endpoints(target));
    let mut measured = asked?;
    let mut samples = BTreeMap::new();
    keep(&mut samples, first)?;
    if !measured.is_empty() {
        keep(&mut samples, memory.read().await)?;
    }
    for (service, samples) in samples {
        let figures = &mut measured.entry(service).or_default().figures;
        figures.extend(Figure::of(samples).map(|figure| (MEMORY.to_owned(), figure)));
    }
    Ok(measured)
}

/// Adds one reading to the samples of each service.
fn keep(samples: &mut BTreeMap<String, Vec<f64>>, reading: Reading) -> Result<(), EngineError> {
    for (service, bytes) in reading {
        samples.entry(service).or_default().push(bytes?);
    }
    Ok(())
}

/// Asks every health endpoint what it answers and then how fast.
async fn ask_endpoints(target: &Target) -> Result<BTreeMap<String, Measured>, BaselineError> {
    let mut measured: BTreeMap<String, Measured> = BTreeMap::new();
    let mut probes = Vec::new();
    for (service, probe, answer) in answers(target).await {
        match answer {
            Ok(facts) => {
                measured.entry(service.clone()).or_default().facts = facts;
                probes.push((service, probe));
            }
            // What only a container's own check asks may not answer from outside.
            Err(_) if probe.is_derived => {}
            Err(cause) => return Err(not_answering(service, &probe, cause)),
        }
    }
    let figures = response_times(probes.iter().map(|(_, probe)| probe)).await;
    for ((service, probe), figure) in probes.into_iter().zip(figures) {
        match figure {
            Ok(figure) => {
                let figures = &mut measured.entry(service).or_default().figures;
                figures.insert(RESPONSE.to_owned(), figure);
            }
            Err(_) if probe.is_derived => {}
            Err(cause) => return Err(not_answering(service, &probe, cause)),
        }
    }
    Ok(measured)
}

fn not_answering(service: String, probe: &Probe, cause: String) -> BaselineError {
    BaselineError::NotAnswering { service, url: probe.shown(), cause }
}

/// Asks each health endpoint once, many at a time, and gives the answers by service.
async fn answers(target: &Target) -> Vec<(String, Probe, Result<Facts, String>)> {
    let probes = target.containers.keys().filter_map(|service| {
        Probe::of_service(target, service).map(|probe| (service.clone(), probe))
    });
    let asked = probes.map(async |(service, probe)| {
        let answer = probe.facts().await;
        (service, probe, answer)
    });
    stream::iter(asked.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

/// Gives how long a health endpoint takes to answer, in milliseconds.
pub(super) async fn response_time(probe: &Probe) -> Result<Figure, String> {
    response_times([probe].into_iter()).await.remove(0)
}

/// Asks every endpoint in turn, again and again, so that what slows the host for a moment slows
/// them alike. Gives a figure for each, in order; one that fails is not asked again.
async fn response_times<'p>(
    probes: impl Iterator<Item = &'p Probe>,
) -> Vec<Result<Figure, String>> {
    let began = Instant::now();
    let mut clocks: Vec<Result<(Clock, Vec<f64>), String>> =
        probes.map(|probe| Ok((Clock::of(probe)?, Vec::with_capacity(SAMPLES)))).collect();
    // The first answer of each is not counted: it opens the connection.
    for round in 0..=SAMPLES {
        if round > FEWEST_SAMPLES && began.elapsed() > BUDGET {
            break;
        }
        for timed in &mut clocks {
            let Ok((clock, samples)) = timed else { continue };
            match clock.time().await {
                Ok(elapsed) if round > 0 => samples.push(Millis::from(elapsed).0),
                Ok(_) => {}
                Err(cause) => *timed = Err(cause),
            }
        }
    }
    let figure = |(_, samples)| Figure::of(samples).ok_or_else(|| "no sample was taken".to_owned());
    clocks.into_iter().map(|timed| timed.and_then(figure)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::probe::tests::answering;

    #[tokio::test]
    async fn a_figure_holds_the_spread_of_its_samples() {
        let probe = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let figure = response_time(&probe).await.unwrap();
        assert!(figure.min <= figure.median && figure.median <= figure.max);
    }

    #[tokio::test]
    async fn an_endpoint_that_fails_costs_the_others_nothing() {
        let good = answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        let gone = Probe { url: "http://127.0.0.1:1/health".to_owned(), is_derived: false };
        let figures = response_times([&gone, &good].into_iter()).await;
        assert!(figures[0].is_err() && figures[1].is_ok(), "{figures:?}");
    }
}
