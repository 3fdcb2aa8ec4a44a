//! The response times of a run's loads as an HDR interval log, which the tools of HDR histograms read.
//!
//! One interval for each request of each load case: its measured time. The tag names both.

use std::time::{Duration, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::load::{Case, cases};
use super::{Report, visible};
use crate::model::Run;

/// Microseconds in the milliseconds that such a log shows of the longest time.
const MICROS: f64 = 1000.0;

/// Gives the log, also where there was no load: then it says so and holds none.
pub fn render(report: &Report<'_>) -> String {
    let run = report.run;
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let cases = cases(run);
    let started = humantime::parse_rfc3339(&run.started).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment(&format!(
        "[Proofmark {}: response times of {} {}, in microseconds; the longest in milliseconds]",
        visible(&run.tool),
        visible(&run.project),
        visible(&run.environment)
    ));
    if cases.is_empty() {
        builder.add_comment("[nothing was measured under load]");
    }
    builder.with_start_time(started).with_base_time(started).with_max_value_divisor(MICROS);
    let writer = builder.begin_log_with(&mut log, &mut serializer);
    let mut writer = writer.expect("a vector takes every byte");
    for case in &cases {
        let (begins, lasts) = (millis(began(run, case)), millis(case.record.measured_ms));
        for request in case.record.requests.iter().filter(|request| request.response.count() > 0) {
            let name = tag(&format!("{}/{}/{}", case.suite, case.name, request.name));
            let histogram = request.response.in_micros();
            writer
                .write_histogram(histogram, begins, lasts, Tag::new(&name))
                .expect("a vector takes every byte, and the counts fit");
        }
    }
    String::from_utf8(log).expect("the log is written from texts and base64")
}

/// Gives when the measured time of a case began, in milliseconds after the run did.
fn began(run: &Run, case: &Case<'_>) -> f64 {
    run.results[case.index].began_ms + case.record.skipped_ms
}

fn millis(millis: f64) -> Duration {
    Duration::try_from_secs_f64(millis / 1000.0).unwrap_or_default()
}

/// Gives a name as a tag: without what would end it.
fn tag(name: &str) -> String {
    visible(name).replace([',', ' ', '\n', '\t'], "_")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    use crate::report::Format;
    use crate::report::load::tests::under_load;
    use crate::report::tests::{rendered, sample};

    #[test]
    fn the_log_is_read_back_with_every_time_that_was_measured() {
        let text = rendered(Format::Hlog, &sample());
        let mut read = Vec::new();
        for entry in IntervalLogIterator::new(text.as_bytes()) {
            if let LogEntry::Interval(interval) = entry.unwrap() {
                let bytes = BASE64_STANDARD.decode(interval.encoded_histogram()).unwrap();
                let histogram: Histogram<u64> =
                    Deserializer::new().deserialize(&mut &*bytes).unwrap();
                let tag = interval.tag().unwrap().as_str().to_owned();
                read.push((tag, interval.duration().as_secs(), histogram));
            }
        }
        let record = under_load();
        assert_eq!(read.len(), record.requests.len());
        for ((tag, lasts, histogram), request) in read.iter().zip(&record.requests) {
            assert!(tag.starts_with("browse/") && !tag.contains(' '), "{tag}");
            assert_eq!((*lasts, histogram), (10, request.response.in_micros()));
        }
    }
}
