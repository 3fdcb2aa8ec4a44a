//! Takes down each request of a generator as it ends.

use std::time::Duration;

use super::slice::{Held, Slice};
use super::workload::{ResponseBound, Workload};
use crate::model::{GeneratorRecord, LoadRecord, RequestRecord, RequestSoFar, show_duration};

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
    /// Without a response in the time that one may take.
    TimedOut,
}

/// Holds the moments of one request, all counted from the beginning of the load.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moments {
    /// When it should have been sent.
    pub due: Duration,
    /// When it was sent.
    pub sent: Duration,
    /// When the first byte of its response came; none where none came.
    pub first_byte: Option<Duration>,
    /// When it was over.
    pub ended: Duration,
}

/// Takes down each request as it ends.
#[derive(Debug)]
pub(super) struct Recorder {
    rows: Vec<RequestRecord>,
    /// How many of each request were taken up and have not ended.
    under_way: Vec<u64>,
    /// How many that were due in the measured time were taken up within it.
    taken: u64,
    /// How many of these had to wait for a connection.
    queued: u64,
    /// From when on is measured.
    from: Duration,
    /// Until when requests are sent.
    until: Duration,
    /// How long one request may take.
    limit: Duration,
    bounds: Vec<ResponseBound>,
    /// Whether the target took a connection.
    reached: bool,
    troubles: Vec<String>,
    now: Slice,
    passed: Vec<Slice>,
}

impl Recorder {
    pub fn new(workload: &Workload) -> Self {
        let row = |name: &str| RequestRecord { name: name.to_owned(), ..RequestRecord::default() };
        Self {
            rows: workload.requests.iter().map(|request| row(&request.name)).collect(),
            under_way: vec![0; workload.requests.len()],
            taken: 0,
            queued: 0,
            from: workload.skipped(),
            until: workload.length(),
            limit: workload.request_limit,
            bounds: workload.bounds.response.clone(),
            reached: false,
            troubles: Vec::new(),
            now: Slice::default(),
            passed: Vec::new(),
        }
    }

    /// Takes down that the generator takes up a request that is due at `due`.
    pub fn take(&mut self, index: usize, due: Duration, now: Duration) {
        self.pass(now);
        self.under_way[index] += 1;
        let lag = now.saturating_sub(due);
        self.now.lag.record(lag);
        if self.is_measured(due) {
            self.rows[index].lag.record(lag);
            self.taken += u64::from(now <= self.until);
        }
    }

    /// Takes down that a later request of a journey is taken up, which nothing but the one before it made due.
    pub fn follow(&mut self, index: usize, now: Duration) {
        self.pass(now);
        self.under_way[index] += 1;
    }

    /// Takes down that a request that was taken up has to wait for a connection.
    pub fn queue(&mut self, due: Duration) {
        self.queued += u64::from(self.is_measured(due));
    }

    /// Takes down that the target took a connection.
    pub fn reach(&mut self) {
        self.reached = true;
    }

    /// Takes down that a request that was taken up did not end.
    pub fn give_up(&mut self, index: usize, due: Duration, now: Duration) {
        let waited = now.saturating_sub(due);
        if self.is_measured(due) {
            self.rows[index].response.record(waited);
            self.now.judge(index, waited);
        }
        if waited >= self.limit {
            self.rows[index].overdue += 1;
            self.trouble(index, &unanswered(self.limit));
        }
    }

    /// Takes down that a request that was taken up is sent.
    pub fn send(&mut self, now: Duration) {
        self.pass(now);
        self.now.sent += 1;
    }

    /// Takes down how a request that was taken up ended.
    pub fn end(&mut self, index: usize, moments: Moments, ended: Ended) {
        self.pass(moments.ended);
        self.under_way[index] -= 1;
        self.reached |= moments.first_byte.is_some();
        let is_measured = self.is_measured(moments.due);
        let (row, now) = (&mut self.rows[index], &mut self.now);
        let response = moments.ended.saturating_sub(moments.due);
        if is_measured && matches!(ended, Ended::Correct | Ended::TimedOut) {
            hold(&mut now.held, &self.bounds, index, response);
        }
        let trouble = match ended {
            Ended::Correct => {
                row.correct += 1;
                now.correct += 1;
                now.response.record(response);
                row.measured += u64::from((self.from..=self.until).contains(&moments.ended));
                if is_measured {
                    row.response.record(response);
                    now.judge(index, response);
                    row.service.record(moments.ended.saturating_sub(moments.sent));
                    if let Some(first_byte) = moments.first_byte {
                        row.first_byte.record(first_byte.saturating_sub(moments.sent));
                    }
                }
                return;
            }
            Ended::Wrong(trouble) => {
                row.wrong += 1;
                now.wrong += 1;
                trouble
            }
            Ended::Failed(trouble) => {
                row.failed += 1;
                now.failed += 1;
                trouble
            }
            Ended::TimedOut => {
                row.failed += 1;
                now.failed += 1;
                if is_measured {
                    row.response.record(response);
                    now.judge(index, response);
                }
                unanswered(self.limit)
            }
        };
        self.trouble(index, &trouble);
    }

    fn trouble(&mut self, index: usize, trouble: &str) {
        let trouble = format!("{}: {trouble}", self.rows[index].name);
        if self.troubles.len() < TROUBLES && !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }

    /// Gives the seconds that have passed by `now` and were not given before.
    pub fn passed(&mut self, now: Duration) -> Vec<Slice> {
        self.pass(now);
        std::mem::take(&mut self.passed)
    }

    fn is_measured(&self, due: Duration) -> bool {
        (self.from..self.until).contains(&due)
    }

    fn pass(&mut self, now: Duration) {
        while now.as_secs() > u64::from(self.now.at) {
            let next = self.now.at + 1;
            self.now.under_way = self.under_way.iter().sum();
            self.passed.push(std::mem::replace(&mut self.now, Slice::of(next)));
        }
    }

    /// Gives the seconds that were not given before, and what there is of the last one.
    pub fn rest(&mut self, now: Duration) -> Vec<Slice> {
        let mut rest = self.passed(now);
        let next = Slice::of(self.now.at + 1);
        let last = std::mem::replace(&mut self.now, next);
        let is_empty = last.sent + last.correct + last.wrong + last.failed == 0;
        if !is_empty || !last.judged.is_empty() {
            rest.push(last);
        }
        rest
    }

    /// Gives what came of each request by now.
    pub fn so_far(&self) -> Vec<RequestSoFar> {
        let of = |row: &RequestRecord| RequestSoFar {
            name: row.name.clone(),
            correct: row.correct,
            wrong: row.wrong,
            failed: row.failed,
            response: row.response.clone(),
        };
        self.rows.iter().map(of).collect()
    }

    /// Gives what was taken down up to `ended`; what is under way then is unfinished.
    pub fn record(&self, ended: Duration) -> LoadRecord {
        let rows = self.rows.iter().zip(&self.under_way);
        let requests =
            rows.map(|(row, unfinished)| RequestRecord { unfinished: *unfinished, ..row.clone() });
        let measured = ended.min(self.until).saturating_sub(self.from);
        LoadRecord {
            skipped_ms: self.from.as_secs_f64() * 1000.0,
            measured_ms: measured.as_secs_f64() * 1000.0,
            requests: requests.collect(),
            generator: GeneratorRecord {
                sent: self.taken,
                queued: self.queued,
                reached: self.reached,
                ..GeneratorRecord::default()
            },
            troubles: self.troubles.clone(),
            ..LoadRecord::default()
        }
    }
}

/// Says that a response began and did not come to its end: the target answered, and not as it should.
pub(super) fn broke_off(cause: &str) -> String {
    format!("the response broke off: {cause}")
}

fn unanswered(limit: Duration) -> String {
    format!("no whole response within {}", show_duration(limit))
}

/// Counts a response time against each bound that it has to keep to.
fn hold(held: &mut Vec<Held>, bounds: &[ResponseBound], index: usize, response: Duration) {
    held.resize(bounds.len(), Held::default());
    for (held, bound) in held.iter_mut().zip(bounds) {
        if bound.request.is_none_or(|request| request == index) {
            held.of += 1;
            held.over += u64::from(response > bound.limit);
        }
    }
}
