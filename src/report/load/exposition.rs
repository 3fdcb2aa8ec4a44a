//! What loads show while they run, in the text that Prometheus scrapes.

use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, LabelSetEncoder, NoLabelSet, prometheus_text,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::exemplar::Exemplar;
use prometheus_client::registry::Registry;

use crate::model::{LoadMoment, LoadSecond, Millis, RequestSoFar, ResourceReading};
use crate::report::visible;

/// The bounds of the buckets of response times, in seconds.
const BOUNDS: [f64; 16] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 5.0, 10.0, 30.0];

/// Keeps what loads have come to, for whoever scrapes it.
#[derive(Debug, Clone, Default)]
pub struct Exposition {
    cases: BTreeMap<String, Told>,
}

/// Is what one load case has come to.
#[derive(Debug, Clone, Default)]
struct Told {
    /// How many requests were due; none where users wait for answers.
    due: Option<u64>,
    sent: u64,
    second: LoadSecond,
    requests: Vec<Buckets>,
    resources: BTreeMap<String, ResourceReading>,
}

/// Is what came of a request, its times in buckets.
#[derive(Debug, Clone, Default)]
struct Buckets {
    name: String,
    outcomes: [(&'static str, u64); 3],
    sum_seconds: f64,
    count: u64,
    /// Up to which time, in seconds, and how many beyond the bound before.
    times: Vec<(f64, u64)>,
}

impl Exposition {
    /// Takes in what a load has come to.
    pub fn observe(&mut self, moment: &LoadMoment) {
        let told = self.cases.entry(visible(&moment.case).into_owned()).or_default();
        if let Some(due) = moment.second.due {
            *told.due.get_or_insert(0) += due;
        }
        told.sent += moment.second.sent;
        told.second = moment.second.clone();
        told.requests = moment.requests.iter().map(Buckets::of).collect();
        told.resources.clone_from(&moment.resources);
    }

    /// Gives all of it in the text format of Prometheus, version 0.0.4.
    #[must_use]
    pub fn text(&self) -> String {
        let mut registry = Registry::with_prefix("proofmark_load");
        registry.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry).expect("a string takes every text");
        text
    }

    fn each<'t, T>(&'t self, of: impl Fn(&'t Told) -> Vec<(Named<'t>, T)>) -> Vec<(Labels<'t>, T)> {
        let labelled = self.cases.iter().flat_map(|(case, told)| {
            of(told).into_iter().map(move |(mut labels, value)| {
                labels.insert(0, ("case", case.as_str()));
                (Labels(labels), value)
            })
        });
        labelled.collect()
    }
}

impl Buckets {
    fn of(request: &RequestSoFar) -> Self {
        let times = &request.response;
        let mut before = 0;
        let bucket = |bound: f64| {
            let up_to = times.count_up_to(Millis(bound * 1000.0));
            let within = up_to - before;
            before = up_to;
            (bound, within)
        };
        #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
        let sum_seconds = times.mean().map_or(0.0, |mean| mean.0 / 1000.0) * times.count() as f64;
        Self {
            name: visible(&request.name).into_owned(),
            outcomes: [
                ("correct", request.correct),
                ("wrong", request.wrong),
                ("failed", request.failed),
            ],
            sum_seconds,
            count: times.count(),
            times: BOUNDS.into_iter().map(bucket).collect(),
        }
    }
}

/// Names what a number is of.
#[derive(Debug)]
struct Labels<'t>(Named<'t>);

impl EncodeLabelSet for Labels<'_> {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.0.encode(encoder)
    }
}

const NO_EXEMPLAR: Option<&Exemplar<NoLabelSet, u64>> = None;

impl Collector for Exposition {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Requests by what came of them";
        counter(&mut encoder, "requests", help, &self.each(outcomes))?;
        let due = self.each(|told| told.due.map(|due| (vec![], due)).into_iter().collect());
        counter(&mut encoder, "due", "Requests that were due", &due)?;
        let sent = self.each(|told| vec![(vec![], told.sent)]);
        counter(&mut encoder, "sent", "Requests that were sent", &sent)?;
        histogram(&mut encoder, &self.each(times))?;
        #[expect(clippy::cast_precision_loss, reason = "requests of a moment")]
        let gauges: [Gauge; 5] = [
            ("under_way", "Requests that wait for their response", |told| {
                vec![(vec![], told.second.under_way as f64)]
            }),
            ("generator_busy_ratio", "How busy the generator's busiest core is", |told| {
                vec![(vec![], told.second.busy)]
            }),
            (
                "generator_lag_seconds",
                "How late 99% of the requests of a second were sent at most",
                |told| told.second.lag_p99_ms.map(|ms| (vec![], ms / 1000.0)).into_iter().collect(),
            ),
            ("service_cpu_ratio", "Processor time as a share of what a service may use", |told| {
                of_services(told, |reading| reading.cpu.map(|cpu| cpu / 100.0))
            }),
            ("service_memory_bytes", "Memory of a service", |told| {
                of_services(told, |reading| reading.memory.map(|bytes| bytes as f64))
            }),
        ];
        for (name, help, of) in gauges {
            gauge(&mut encoder, name, help, &self.each(of))?;
        }
        Ok(())
    }
}

/// Is a name and a value of each label.
type Named<'t> = Vec<(&'static str, &'t str)>;
type Gauge = (&'static str, &'static str, fn(&Told) -> Vec<(Named<'_>, f64)>);

fn outcomes(told: &Told) -> Vec<(Named<'_>, u64)> {
    let mut outcomes = Vec::new();
    for request in &told.requests {
        for (outcome, count) in request.outcomes {
            outcomes.push((vec![("request", request.name.as_str()), ("outcome", outcome)], count));
        }
    }
    outcomes
}

fn times(told: &Told) -> Vec<(Named<'_>, &Buckets)> {
    told.requests
        .iter()
        .map(|request| (vec![("request", request.name.as_str())], request))
        .collect()
}

fn of_services(told: &Told, of: fn(&ResourceReading) -> Option<f64>) -> Vec<(Named<'_>, f64)> {
    let each = told.resources.iter();
    each.filter_map(|(service, reading)| Some((vec![("service", service.as_str())], of(reading)?)))
        .collect()
}

fn counter(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: &[(Labels<'_>, u64)],
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in values {
        metric.encode_family(labels)?.encode_counter(value, NO_EXEMPLAR)?;
    }
    Ok(())
}

fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    values: &[(Labels<'_>, f64)],
) -> fmt::Result {
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        metric.encode_family(labels)?.encode_gauge(value)?;
    }
    Ok(())
}

fn histogram(
    encoder: &mut DescriptorEncoder<'_>,
    values: &[(Labels<'_>, &Buckets)],
) -> fmt::Result {
    let help = "From when a request was due to the last byte of its correct response";
    let name = "response_seconds";
    let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
    for (labels, Buckets { sum_seconds, count, times, .. }) in values {
        let mut family = metric.encode_family(labels)?;
        family.encode_histogram::<NoLabelSet>(*sum_seconds, *count, times, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::Histogram;

    fn moment() -> LoadMoment {
        let mut response = Histogram::default();
        for millis in [1, 3, 40, 800] {
            response.record(Duration::from_millis(millis));
        }
        LoadMoment {
            case: "shop: \"peak\"\n".to_owned(),
            second: LoadSecond {
                due: Some(5),
                sent: 4,
                under_way: 2,
                busy: 0.25,
                lag_p99_ms: Some(1.5),
                ..LoadSecond::default()
            },
            requests: vec![RequestSoFar {
                name: "products \\ all".to_owned(),
                correct: 4,
                wrong: 1,
                failed: 0,
                response,
            }],
            resources: [(
                "api".to_owned(),
                ResourceReading { cpu: Some(41.0), memory: Some(1 << 20), ..Default::default() },
            )]
            .into(),
            ..LoadMoment::default()
        }
    }

    #[test]
    fn what_a_load_shows_is_told_in_the_text_of_prometheus() {
        let mut exposition = Exposition::default();
        exposition.observe(&moment());
        exposition.observe(&moment());
        insta::assert_snapshot!(exposition.text());
    }

    #[test]
    fn before_the_first_second_there_are_descriptions_and_no_number() {
        let text = Exposition::default().text();
        assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    }
}
