//! The numbers of a load, as they are written.

use std::fmt::Write as _;

use crate::model::{LoadRecord, Millis, Percent, Rate, RequestRecord};
use crate::report::plural;

/// Shows a time; a dash where it is not known.
pub fn shown(time: Option<Millis>) -> String {
    time.map_or_else(|| "–".to_owned(), |time| time.to_string())
}

/// Writes a number for a program, to three digits after its point.
pub fn plain(value: f64) -> String {
    ((value * 1000.0).round() / 1000.0).to_string()
}

/// Gives the correct responses a second of one request in the measured time.
pub fn rate(record: &LoadRecord, request: &RequestRecord) -> Option<Rate> {
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let count = request.measured as f64;
    (record.measured_ms > 0.0).then(|| Rate(count * 1000.0 / record.measured_ms))
}

/// Says what was offered, how long it was measured, and what came of it.
pub fn about(record: &LoadRecord) -> String {
    let measured = Millis(record.measured_ms);
    let skipped = if record.skipped_ms > 0.0 {
        format!(" after {} that are not", Millis(record.skipped_ms))
    } else {
        String::new()
    };
    let sent = count(record.sent(), "request");
    let rate = record.throughput().map_or_else(String::new, |rate| format!(", {rate} correct"));
    let errors = match record.incorrect() {
        0 => "none without a correct response".to_owned(),
        errors => format!("{errors} without a correct response"),
    };
    format!("{}; measured for {measured}{skipped}; {sent}{rate}, {errors}", record.offered_as)
}

/// Says what the generator says of itself.
pub fn generator(record: &LoadRecord) -> String {
    let generator = &record.generator;
    let mut said = format!(
        "The generator's busiest core was {} busy; it took {} of processor time.",
        Percent(generator.busy * 100.0),
        Millis(generator.cpu_ms),
    );
    if let Some(connections) = generator.connections {
        let _ = write!(said, " At most {} were open.", count(connections, "connection"));
    }
    if let Some(due) = generator.due {
        let sent = generator.sent;
        let _ = write!(said, " Of {} that were due, it took up {sent}.", count(due, "request"));
    }
    if let Some(stolen) = generator.stolen.filter(|stolen| *stolen > 0.0) {
        let _ = write!(said, " Other guests of its host took {}.", Percent(stolen * 100.0));
    }
    if let Some(throttled) = generator.throttled_ms.filter(|throttled| *throttled > 0.0) {
        let _ = write!(said, " Its own limit held it for {}.", Millis(throttled));
    }
    if generator.queued > 0 {
        let queued = count(generator.queued, "request");
        let _ = write!(said, " {queued} waited for a free connection.");
    }
    if let Some(lag) = record.lag_p99() {
        let _ = write!(said, " 99% of all were taken up at most {lag} late.");
    }
    said
}

fn count(count: u64, noun: &str) -> String {
    plural(usize::try_from(count).unwrap_or(usize::MAX), noun)
}
