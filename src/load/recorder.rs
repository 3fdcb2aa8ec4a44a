//! Takes down each request of a generator as it ends.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::samples::{RequestSamples, Samples};
use super::workload::Workload;

/// The longest response that is told apart from longer ones, in microseconds.
const LONGEST: u64 = 600_000_000;
/// How many troubles are kept for a person to read.
const TROUBLES: usize = 5;

/// Tells how one request ended.
pub(super) enum Ended {
    /// With a correct response.
    Correct,
    /// With a response that was not what was expected.
    Wrong(String),
    /// Without a response.
    Failed(String),
}

/// Takes down each request as it ends.
pub(super) struct Recorder {
    rows: Vec<Row>,
    /// The first request of all; the warm-up is counted from here.
    began: Option<Instant>,
    skipped: Duration,
    troubles: Vec<String>,
}

struct Row {
    name: String,
    correct: u64,
    wrong: u64,
    failed: u64,
    micros: Histogram<u64>,
}

impl Recorder {
    pub fn new(workload: &Workload) -> Self {
        let row = |name: &str| Row {
            name: name.to_owned(),
            correct: 0,
            wrong: 0,
            failed: 0,
            micros: Histogram::new_with_bounds(1, LONGEST, 3)
                .expect("the bounds are constants that a test makes a histogram of"),
        };
        Self {
            rows: workload.requests.iter().map(|request| row(&request.name)).collect(),
            began: None,
            skipped: workload.ramp + workload.warm_up,
            troubles: Vec::new(),
        }
    }

    /// Takes down a request that was sent at `sent` and took `took`.
    pub fn record(&mut self, index: usize, sent: Instant, took: Duration, ended: Ended) {
        let began = *self.began.get_or_insert(sent);
        let row = &mut self.rows[index];
        let trouble = match ended {
            Ended::Correct => {
                row.correct += 1;
                if sent.duration_since(began) >= self.skipped {
                    let micros = u64::try_from(took.as_micros()).unwrap_or(LONGEST);
                    row.micros.saturating_record(micros);
                }
                return;
            }
            Ended::Wrong(trouble) => {
                row.wrong += 1;
                trouble
            }
            Ended::Failed(trouble) => {
                row.failed += 1;
                trouble
            }
        };
        let trouble = format!("{}: {trouble}", row.name);
        if self.troubles.len() < TROUBLES && !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }

    /// Gives what was taken down, up to `ended`.
    pub fn samples(&self, ended: Instant, counted_by_goose: u64, generator_busy: f64) -> Samples {
        let whole = self.began.map_or(Duration::ZERO, |began| ended.duration_since(began));
        #[expect(clippy::cast_precision_loss, reason = "at most ten minutes in microseconds")]
        let ms = |micros: u64| micros as f64 / 1000.0;
        let row = |row: &Row| RequestSamples {
            name: row.name.clone(),
            correct: row.correct,
            wrong: row.wrong,
            failed: row.failed,
            measured: row.micros.len(),
            p50_ms: ms(row.micros.value_at_quantile(0.50)),
            p95_ms: ms(row.micros.value_at_quantile(0.95)),
            p99_ms: ms(row.micros.value_at_quantile(0.99)),
            max_ms: ms(row.micros.max()),
        };
        Samples {
            requests: self.rows.iter().map(row).collect(),
            seconds: whole.saturating_sub(self.skipped).as_secs_f64(),
            counted_by_goose,
            generator_busy,
            troubles: self.troubles.clone(),
        }
    }
}
