//! Every number that was measured under load, one a row, as a spreadsheet and a notebook read them.

use super::load::{Case, cases};
use super::{Report, visible};
use crate::model::{Histogram, LoadSecond, RequestRecord, ResourceReading};

/// Is the first row. `of` is request, second or service; `at` is in seconds after the first request.
const HEAD: [&str; 7] = ["suite", "case", "of", "name", "at", "metric", "value"];

/// Gives the rows under their head; the head alone where there was no load.
///
/// The unit of a number is in its metric's name: `_ms`, `_bytes`, `_percent`; the others are counts.
pub fn render(report: &Report<'_>) -> String {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(HEAD).expect("a vector takes every byte");
    for case in cases(report.run) {
        let write = |of: &str, name: &str, at: &str, metric: &str, value: &str| {
            let texts = [case.suite, &case.name, of, name, at, metric, value];
            rows.write_record(texts.map(harmless)).expect("each row has as many cells as the head");
        };
        numbers(&case, write);
    }
    let text = rows.into_inner().expect("a vector takes every byte");
    String::from_utf8(text).expect("it was written from texts")
}

/// Makes a cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let text = visible(text);
    let is_number = text.parse::<f64>().is_ok();
    let prefix = if !is_number && text.starts_with(['=', '+', '-', '@', '\t']) { "'" } else { "" };
    format!("{prefix}{text}")
}

fn numbers(case: &Case<'_>, mut write: impl FnMut(&str, &str, &str, &str, &str)) {
    let record = case.record;
    for request in record.requests.iter().chain([&record.all()]) {
        for (metric, value) in of_request(request) {
            write("request", &request.name, "", metric, &value);
        }
    }
    for second in &record.seconds {
        for (metric, value) in of_second(second) {
            write("second", "", &second.at.to_string(), metric, &value);
        }
    }
    for (service, readings) in &record.resources {
        for reading in readings {
            let at = (reading.at_ms / 1000.0).to_string();
            for (metric, value) in of_reading(reading) {
                write("service", service, &at, metric, &value);
            }
        }
    }
}

type Numbers = Vec<(&'static str, String)>;

/// Keeps what is known.
fn present<const N: usize>(numbers: [(&'static str, Option<String>); N]) -> Numbers {
    numbers.into_iter().filter_map(|(metric, value)| Some((metric, value?))).collect()
}

fn of_request(request: &RequestRecord) -> Numbers {
    let count = |count: u64| Some(count.to_string());
    let at = |share| request.response.percentile(share).map(|time| time.0.to_string());
    let p95 = |times: &Histogram| times.percentile(0.95).map(|time| time.0.to_string());
    present([
        ("sent", count(request.sent())),
        ("correct", count(request.correct)),
        ("wrong", count(request.wrong)),
        ("failed", count(request.failed)),
        ("unfinished", count(request.unfinished)),
        ("overdue", count(request.overdue).filter(|_| request.overdue > 0)),
        ("measured", count(request.response.count())),
        ("p50_ms", at(0.5)),
        ("p90_ms", at(0.9)),
        ("p95_ms", at(0.95)),
        ("p99_ms", at(0.99)),
        ("p99.9_ms", at(0.999)),
        ("max_ms", request.response.max().map(|time| time.0.to_string())),
        ("mean_ms", request.response.mean().map(|time| time.0.to_string())),
        ("service_p95_ms", p95(&request.service)),
        ("first_byte_p95_ms", p95(&request.first_byte)),
        ("lag_p95_ms", p95(&request.lag)),
    ])
}

fn of_second(second: &LoadSecond) -> Numbers {
    let count = |count: u64| Some(count.to_string());
    let ms = |ms: Option<f64>| ms.map(|ms| ms.to_string());
    present([
        ("due", second.due.map(|due| due.to_string())),
        ("sent", count(second.sent)),
        ("correct", count(second.correct)),
        ("wrong", count(second.wrong)),
        ("failed", count(second.failed)),
        ("under_way", count(second.under_way)),
        ("p50_ms", ms(second.p50_ms)),
        ("p95_ms", ms(second.p95_ms)),
        ("p99_ms", ms(second.p99_ms)),
        ("max_ms", ms(second.max_ms)),
        ("lag_p99_ms", ms(second.lag_p99_ms)),
        ("generator_percent", Some((second.busy * 100.0).to_string())),
    ])
}

fn of_reading(reading: &ResourceReading) -> Numbers {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    present([
        ("cpu_percent", reading.cpu.map(|cpu| cpu.to_string())),
        ("memory_bytes", count(reading.memory)),
        ("memory_percent", reading.memory_share.map(|share| share.to_string())),
        ("disk_read_bytes", count(reading.disk_read)),
        ("disk_written_bytes", count(reading.disk_written)),
        ("received_bytes", count(reading.received)),
        ("sent_bytes", count(reading.sent)),
        ("restarts", count(reading.restarts)),
        ("oom_kills", count(reading.oom_kills)),
        ("connections", count(reading.connections)),
        ("cache_memory_bytes", count(reading.cache_memory)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Format;
    use crate::report::tests::{rendered, sample};

    #[test]
    fn every_row_has_a_number_and_every_request_second_and_service_its_rows() {
        let text = rendered(Format::Csv, &sample());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), HEAD.as_slice());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(rows.iter().all(|row| row[6].parse::<f64>().is_ok_and(f64::is_finite)));
        let max = |row: &&csv::StringRecord| &row[2] == "second" && &row[5] == "max_ms";
        assert_eq!(rows.iter().filter(max).count(), 10, "a second without a response has none");
        let all = |row: &&csv::StringRecord| &row[3] == "all" && &row[5] == "sent";
        assert_eq!(rows.iter().find(all).map(|row| row[6].to_owned()), Some("547".to_owned()));
        assert!(rows.iter().any(|row| &row[3] == "db <i>" && &row[5] == "memory_bytes"));
    }

    #[test]
    fn a_spreadsheet_finds_no_formula() {
        assert_eq!(harmless("=1+1"), "'=1+1");
        assert_eq!(harmless("-3.5"), "-3.5");
    }
}
