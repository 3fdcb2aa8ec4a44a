//! Records, and what is said of them.

mod property;
mod silent;
mod stress;

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::load::tests::case;
use crate::model::{GeneratorRecord, Millis, Percent, Rate, ResourceReading};

const THRESHOLDS: Thresholds = Thresholds {
    response_time: Millis(1000.0),
    throughput: Rate(10.0),
    cpu: Percent(80.0),
    memory: Percent(80.0),
    disk: Percent(90.0),
};

const KEYS: &str = "\
requests: [{ name: products, get: 'http://h/', expect: { status: 200 } }]
users: 4
hold: 5s
";

fn with(limits: &str) -> LoadCase {
    case(&format!("{KEYS}{limits}"), "")
}

fn times(count: u64, ms: u64) -> Histogram {
    let mut times = Histogram::default();
    (0..count).for_each(|_| times.record(Duration::from_millis(ms)));
    times
}

fn reading(at_ms: f64, cpu: f64, memory: f64) -> ResourceReading {
    ResourceReading {
        at_ms,
        cpu: Some(cpu),
        memory_share: Some(memory),
        restarts: Some(0),
        running: Some(1),
        oom_kills: Some(0),
        ..ResourceReading::default()
    }
}

fn well() -> LoadRecord {
    let request = RequestRecord {
        name: "products".into(),
        correct: 600,
        measured: 500,
        response: times(500, 20),
        service: times(500, 20),
        lag: times(500, 0),
        ..RequestRecord::default()
    };
    let readings =
        vec![reading(-5.0, 90.0, 99.0), reading(1500.0, 30.0, 40.0), reading(6500.0, 99.0, 99.0)];
    LoadRecord {
        skipped_ms: 1000.0,
        measured_ms: 5000.0,
        requests: vec![request],
        generator: GeneratorRecord { busy: 0.1, sent: 500, ..GeneratorRecord::default() },
        resources: BTreeMap::from([("api".to_owned(), readings)]),
        ..LoadRecord::default()
    }
}

fn aspects() -> [Aspect; 6] {
    let api = || "api".to_owned();
    [
        Aspect::ResponseTime(Of::All),
        Aspect::Throughput(Of::All),
        Aspect::Errors(Of::All),
        Aspect::Cpu(api()),
        Aspect::Memory(api()),
        Aspect::Restarts(api()),
    ]
}

const TIME: Aspect = Aspect::ResponseTime(Of::All);
const FAILED: (Outcome, Option<Reason>) = (Outcome::Fail, Some(Reason::ThresholdExceeded));
const TOO_FEW: (Outcome, Option<Reason>) =
    (Outcome::Inconclusive, Some(Reason::InsufficientSamples));
const SATURATED: (Outcome, Option<Reason>) = (Outcome::Inconclusive, Some(Reason::ClientSaturated));

fn found(aspect: &Aspect, record: &LoadRecord, case: &LoadCase) -> Finding {
    judge(aspect, record, Measure { thresholds: &THRESHOLDS, case })
}

fn judged(aspect: &Aspect, record: &LoadRecord, case: &LoadCase) -> (Outcome, Option<Reason>) {
    let finding = found(aspect, record, case);
    (finding.outcome, finding.reason)
}

#[test]
fn a_service_within_every_threshold_passes_and_says_what_a_person_asks_first() {
    let case = with("limits: { p95: 300ms }");
    for aspect in aspects() {
        assert_eq!(judged(&aspect, &well(), &case).0, Outcome::Pass, "{aspect}");
    }
    assert_eq!(
        found(&TIME, &well(), &case).message,
        "p50 20 ms, p95 20 ms, p99 20 ms, max 20 ms (500 samples); p95 at most 300 ms, max at most 1.00 s"
    );
}

#[test]
fn one_response_over_a_second_fails_and_a_suite_can_only_ask_for_less() {
    let mut slow = well();
    slow.requests[0].response.record(Duration::from_millis(1001));
    for limits in ["", "limits: { max: 5s }"] {
        assert_eq!(judged(&TIME, &slow, &with(limits)), FAILED, "{limits}");
    }
    assert_eq!(judged(&TIME, &well(), &with("limits: { max: 10ms }")), FAILED);
}

#[test]
fn a_tail_is_not_told_from_fewer_requests_than_it_needs() {
    let with_count = |count| {
        let mut few = well();
        let request = &mut few.requests[0];
        (request.response, request.measured) = (times(count, 20), count);
        few
    };
    for (limit, needed) in [("p50", 5), ("p90", 29), ("p95", 59), ("p99", 299), ("p99.9", 2995)] {
        let case = with(&format!("limits: {{ {limit}: 300ms }}"));
        assert_eq!(judged(&TIME, &with_count(needed), &case).0, Outcome::Pass, "{limit}");
        assert_eq!(judged(&TIME, &with_count(needed - 1), &case), TOO_FEW, "{limit}");
        let strict = with(&format!("limits: {{ {limit}: 3ms }}"));
        assert_eq!(judged(&TIME, &with_count(needed), &strict), FAILED, "{limit}");
        assert_eq!(judged(&TIME, &with_count(needed - 1), &strict), TOO_FEW, "{limit}");
    }
    // Nor is it shown as if it were known.
    let few = found(&TIME, &with_count(298), &with("limits: { p99: 300ms }"));
    assert_eq!(few.message, "p99 needs 299 responses, and there were 298; make the load longer");
    let seen = few.evidence.actual.unwrap();
    assert!(seen.starts_with("p50 20 ms, p95 20 ms, max 20 ms (298 samples)"), "{seen}");
    let case = with("limits: { samples: 501, mean: 300ms }");
    assert_eq!(judged(&TIME, &well(), &case), TOO_FEW);
}

#[test]
fn fewer_than_ten_correct_responses_a_second_fail_unless_fewer_were_due() {
    let mut slow = well();
    slow.requests[0].measured = 49;
    let throughput = Aspect::Throughput(Of::All);
    assert_eq!(judged(&throughput, &slow, &with("")), FAILED);
    (slow.generator.due, slow.generator.sent) = (Some(49), 49);
    assert_eq!(judged(&throughput, &slow, &with("")), TOO_FEW);
    assert_eq!(judged(&throughput, &well(), &with("limits: { throughput: 101/s }")), FAILED);
}

#[test]
fn limits_of_a_request_are_held_against_its_own_numbers() {
    let keys =
        KEYS.replace("}]", "}, { name: health, get: 'http://h/health', expect: { status: 200 } }]");
    let limits = "limits_of: { health: { p95: 30ms, throughput: 50/s, errors: 0.9% } }";
    let case = case(&format!("{keys}{limits}"), "");
    let mut record = well();
    let slow = RequestRecord {
        name: "health".into(),
        correct: 100,
        failed: 20,
        measured: 100,
        response: times(100, 31),
        service: times(100, 31),
        ..RequestRecord::default()
    };
    record.requests.push(slow);
    let aspects = Aspect::all(&case, None);
    assert_eq!(aspects.len(), 6);
    assert_eq!(aspects[3].to_string(), "response time of health");
    for aspect in &aspects[3..] {
        assert_eq!(judged(aspect, &record, &case), FAILED, "{aspect}");
    }
    assert_eq!(judged(&aspects[0], &record, &case).0, Outcome::Pass);
}

#[test]
fn a_request_without_a_correct_response_is_not_hidden_by_the_others() {
    let mut record = well();
    let name = "health".to_owned();
    record.requests.push(RequestRecord { name, failed: 1, ..RequestRecord::default() });
    assert_eq!(judged(&TIME, &record, &with("")), (Outcome::Fail, Some(Reason::NoData)));
    record.requests[1].failed = 0;
    assert_eq!(judged(&TIME, &record, &with("")), TOO_FEW);
}

#[test]
fn a_closed_port_with_a_thousand_fast_refusals_never_passes() {
    let mut closed = well();
    closed.requests[0] =
        RequestRecord { name: "products".into(), failed: 1000, ..RequestRecord::default() };
    for aspect in aspects() {
        let unreachable = (Outcome::Inconclusive, Some(Reason::Unreachable));
        assert_eq!(judged(&aspect, &closed, &with("")), unreachable, "{aspect}");
    }
}

#[test]
fn a_service_that_only_answers_wrongly_fails_every_number() {
    let mut wrong = well();
    wrong.requests[0] =
        RequestRecord { name: "products".into(), wrong: 1000, ..RequestRecord::default() };
    for aspect in aspects() {
        assert_eq!(judged(&aspect, &wrong, &with("")).0, Outcome::Fail, "{aspect}");
    }
}

#[test]
fn nothing_sent_is_unknown() {
    let mut empty = well();
    empty.requests.clear();
    for aspect in aspects() {
        let no_data = (Outcome::Inconclusive, Some(Reason::NoData));
        assert_eq!(judged(&aspect, &empty, &with("")), no_data, "{aspect}");
    }
}

#[test]
fn a_busy_generator_shows_nothing_good_and_excuses_no_errors() {
    let mut busy = well();
    busy.generator.busy = 0.9;
    for aspect in aspects() {
        assert_eq!(judged(&aspect, &busy, &with("")), SATURATED, "{aspect}");
    }
    busy.requests[0].response.record(Duration::from_secs(5));
    busy.requests[0].service.record(Duration::from_secs(5));
    busy.requests[0].wrong = 500;
    assert_eq!(judged(&TIME, &busy, &with("")), SATURATED);
    assert_eq!(judged(&Aspect::Errors(Of::All), &busy, &with("")), FAILED);
}

#[test]
fn requests_that_were_sent_late_or_not_at_all_show_nothing_good() {
    let mut late = well();
    late.requests[0].lag = times(500, 101);
    assert_eq!(judged(&TIME, &late, &with("")), SATURATED);
    late.requests[0].lag = times(500, 99);
    assert_eq!(judged(&TIME, &late, &with("")).0, Outcome::Pass);
    assert_eq!(judged(&TIME, &late, &with("limits: { p95: 300ms }")), SATURATED);
    late.requests[0].lag = times(500, 9);
    assert_eq!(judged(&TIME, &late, &with("limits: { p95: 21ms }")).0, Outcome::Pass);
    let mut unsent = well();
    (unsent.generator.due, unsent.generator.sent) = (Some(1000), 989);
    unsent.requests[0].response.record(Duration::from_secs(5));
    unsent.requests[0].service.record(Duration::from_secs(5));
    assert_eq!(judged(&TIME, &unsent, &with("")), SATURATED);
    unsent.requests = well().requests;
    assert_eq!(judged(&TIME, &unsent, &with("")), SATURATED);
    unsent.generator.sent = 990;
    assert_eq!(judged(&TIME, &unsent, &with("")).0, Outcome::Pass);
}

#[test]
fn what_took_too_long_after_it_was_sent_fails_though_it_was_sent_late() {
    let mut late = well();
    late.requests[0].lag = times(500, 200);
    late.requests[0].response.record(Duration::from_millis(1100));
    assert_eq!(judged(&TIME, &late, &with("")), SATURATED);
    late.requests[0].service.record(Duration::from_millis(1001));
    assert_eq!(judged(&TIME, &late, &with("")), FAILED);
}

#[test]
fn what_had_not_ended_when_the_load_was_fails() {
    let mut hanging = well();
    hanging.requests[0].unfinished = 1;
    let failed = (Outcome::Fail, Some(Reason::TimedOut));
    assert_eq!(judged(&TIME, &hanging, &with("")), failed);
}

#[test]
fn a_target_that_answered_in_the_warm_up_and_then_no_more_fails() {
    let mut crashed = well();
    crashed.requests[0] =
        RequestRecord { name: "products".into(), correct: 28, failed: 572, ..Default::default() };
    assert_eq!(judged(&Aspect::Errors(Of::All), &crashed, &with("")), FAILED);
    for unknown in [TIME, Aspect::Throughput(Of::All)] {
        assert_eq!(judged(&unknown, &crashed, &with("")), TOO_FEW, "{unknown}");
    }
    crashed.requests[0].correct = 0;
    let unreachable = (Outcome::Inconclusive, Some(Reason::Unreachable));
    assert_eq!(judged(&Aspect::Errors(Of::All), &crashed, &with("")), unreachable);
}

#[test]
fn a_service_that_was_killed_before_it_answered_once_fails() {
    let [.., restarts] = aspects();
    let mut killed = well();
    killed.requests[0] =
        RequestRecord { name: "products".into(), failed: 600, ..Default::default() };
    assert_eq!(judged(&restarts, &killed, &with("")).0, Outcome::Inconclusive);
    killed.resources.get_mut("api").unwrap().last_mut().unwrap().oom_kills = Some(1);
    assert_eq!(judged(&restarts, &killed, &with("")), (Outcome::Fail, Some(Reason::Unhealthy)));
}

#[test]
fn what_a_generator_left_under_way_is_no_error_of_the_target() {
    let errors = Aspect::Errors(Of::All);
    let mut left = well();
    left.requests[0].unfinished = 400;
    assert_eq!(judged(&errors, &left, &with("")), FAILED);
    left.generator.aborted = Some("p95 cannot be kept any more".into());
    assert_eq!(judged(&errors, &left, &with("")), (Outcome::Inconclusive, Some(Reason::Cancelled)));
    left.generator = GeneratorRecord { due: Some(1000), sent: 500, ..well().generator };
    assert_eq!(judged(&errors, &left, &with("")), SATURATED);
    // What did come to an end badly stays what it is.
    left.requests[0].failed = 100;
    assert_eq!(judged(&errors, &left, &with("")), FAILED);
}

#[test]
fn what_ended_early_passes_nothing() {
    let mut stopped = well();
    stopped.generator.aborted = Some("it was stopped".into());
    for aspect in aspects() {
        let unknown = (Outcome::Inconclusive, Some(Reason::Cancelled));
        assert_eq!(judged(&aspect, &stopped, &with("")), unknown, "{aspect}");
    }
}

#[test]
fn errors_are_judged_by_what_their_count_proves() {
    let errors = |bad, sent| {
        let mut record = well();
        (record.requests[0].failed, record.requests[0].correct) = (bad, sent - bad);
        judged(&Aspect::Errors(Of::All), &record, &with(""))
    };
    // None in 300 proves a rate below 3 in 300, which is the budget; none in 299 does not.
    assert_eq!(errors(0, 300).0, Outcome::Pass);
    assert_eq!(errors(0, 299), TOO_FEW);
    assert_eq!(errors(7, 1000), TOO_FEW);
    assert_eq!(errors(12, 20000).0, Outcome::Pass);
    assert_eq!(errors(50, 1000), FAILED);
}

#[test]
fn only_what_a_service_used_in_the_measured_time_counts() {
    let [.., cpu, memory, _] = aspects();
    let case = with("limits: { cpu: 35%, memory: 45% }");
    assert_eq!(judged(&cpu, &well(), &case).0, Outcome::Pass);
    assert_eq!(judged(&memory, &well(), &case).0, Outcome::Pass);
    let mut full = well();
    full.resources.get_mut("api").unwrap().insert(1, reading(1200.0, 41.0, 46.0));
    assert_eq!(judged(&cpu, &full, &case), FAILED);
    assert_eq!(judged(&memory, &full, &case), FAILED);
}

#[test]
fn a_service_that_was_not_read_is_unknown() {
    let no_data = (Outcome::Inconclusive, Some(Reason::NoData));
    let db = || "db".to_owned();
    for aspect in [Aspect::Cpu(db()), Aspect::Memory(db()), Aspect::Restarts(db())] {
        assert_eq!(judged(&aspect, &well(), &with("")), no_data, "{aspect}");
    }
}

#[test]
fn a_service_that_was_started_again_or_killed_or_is_gone_fails() {
    let [.., restarts] = aspects();
    let changes: [fn(&mut ResourceReading); 3] = [
        |last| last.restarts = Some(1),
        |last| last.oom_kills = Some(1),
        |last| last.running = Some(0),
    ];
    for change in changes {
        let mut record = well();
        change(record.resources.get_mut("api").unwrap().last_mut().unwrap());
        assert_eq!(judged(&restarts, &record, &with("")), (Outcome::Fail, Some(Reason::Unhealthy)));
    }
}
