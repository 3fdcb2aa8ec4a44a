//! The response times of a run's loads as an HDR interval log, which the tools of HDR histograms read.
//!
//! One interval a second for each request of each load case that had a time in it; the tag names both.

use std::time::{Duration, SystemTime};

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};

use super::load::{Case, cases};
use super::{Report, visible};
use crate::model::{LoadInterval, PackedHistogram, Run};

/// Microseconds in the milliseconds that such a log shows of the longest time.
const MICROS: f64 = 1000.0;

/// Gives the log, also where there was no load: then it says so and holds none.
pub fn render(report: &Report<'_>) -> String {
    let run = report.run;
    let mut log = Vec::new();
    let mut serializer = V2DeflateSerializer::new();
    let cases: Vec<_> = cases(run).into_iter().map(|case| (tags(&case), case)).collect();
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
    for Interval { tag, begins, lasts, times } in intervals(run, &cases) {
        let (begins, lasts) = (millis(begins), Duration::from_secs(lasts.into()));
        writer
            .write_histogram(times.unpacked().in_micros(), begins, lasts, Tag::new(tag))
            .expect("a vector takes every byte, and the counts fit");
    }
    String::from_utf8(log).expect("the log is written from texts and base64")
}

/// Is one line of the log.
struct Interval<'r> {
    tag: &'r str,
    /// In milliseconds after the run began.
    begins: f64,
    /// In seconds.
    lasts: u32,
    times: &'r PackedHistogram,
}

/// Gives the intervals of all cases in the order of time: a reader stops at the first that begins after what it was
/// asked for.
fn intervals<'r>(run: &Run, cases: &'r [(Vec<String>, Case<'r>)]) -> Vec<Interval<'r>> {
    let mut all = Vec::new();
    for (tags, case) in cases {
        let began = run.results[case.index].began_ms;
        for LoadInterval { at, lasts, responses } in &case.record.intervals {
            let begins = f64::from(*at).mul_add(1000.0, began);
            let told = tags.iter().zip(responses);
            all.extend(told.filter_map(|(tag, times)| {
                Some(Interval { tag, begins, lasts: *lasts, times: times.as_ref()? })
            }));
        }
    }
    all.sort_by(|one, other| one.begins.total_cmp(&other.begins));
    all
}

/// Gives the tag of each request of a case.
fn tags(case: &Case<'_>) -> Vec<String> {
    let requests = case.record.requests.iter();
    requests.map(|request| tag(&format!("{}/{}/{}", case.suite, case.name, request.name))).collect()
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

    /// Reads each interval back: its tag, when it began after the run did in seconds, and its times.
    fn read(text: &str) -> Vec<(String, f64, Histogram<u64>)> {
        let mut read = Vec::new();
        for entry in IntervalLogIterator::new(text.as_bytes()) {
            if let LogEntry::Interval(interval) = entry.unwrap() {
                let bytes = BASE64_STANDARD.decode(interval.encoded_histogram()).unwrap();
                let histogram = Deserializer::new().deserialize(&mut &*bytes).unwrap();
                let tag = interval.tag().unwrap().as_str().to_owned();
                assert_eq!(interval.duration().as_secs(), 1);
                read.push((tag, interval.start_timestamp().as_secs_f64(), histogram));
            }
        }
        read
    }

    #[test]
    fn each_second_of_each_request_is_an_interval_in_the_order_of_time() {
        let run = sample();
        let loads = run.results.iter().filter(|result| result.evidence.load.is_some());
        let began = loads.map(|result| result.began_ms / 1000.0).next().unwrap();
        let read = read(&rendered(Format::Hlog, &run));
        let begins: Vec<f64> = read.iter().map(|(_, begins, _)| *begins).collect();
        assert!(begins.is_sorted(), "{begins:?}");
        for request in ["products_<b>", "a_|_`basket`"] {
            let own = read.iter().filter(|(tag, ..)| tag.ends_with(request));
            let at: Vec<f64> = own.map(|(_, begins, _)| (begins - began).round()).collect();
            assert_eq!(at, (2..12).map(f64::from).collect::<Vec<_>>(), "{request}");
        }
    }

    #[test]
    fn the_intervals_of_a_request_hold_together_every_time_that_was_judged() {
        let record = under_load();
        let read = read(&rendered(Format::Hlog, &sample()));
        assert_eq!(read.len(), 10 * record.requests.len());
        for (index, request) in record.requests.iter().enumerate() {
            let mut all = request.response.in_micros().clone();
            all.clear();
            for (tag, _, times) in read.iter().skip(index).step_by(record.requests.len()) {
                assert!(tag.starts_with("browse/") && !tag.contains(' '), "{tag}");
                all.add(times).unwrap();
            }
            assert_eq!(&all, request.response.in_micros());
        }
    }
}
