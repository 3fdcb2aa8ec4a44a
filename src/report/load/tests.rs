//! Records of loads, good and bad, and what is made of them.

use std::time::Duration;

use super::*;
use crate::model::{
    Check, Finding, GeneratorRecord, Histogram, Kind, Limited, LoadInterval, LoadLimit, LoadSecond,
    PackedHistogram, Place, RequestRecord, ResourceReading, StepRecord,
};
use crate::report::Format;
use crate::report::tests::{rendered, sample, without_styles};

/// Gives a load of twelve seconds with a warm-up, a stall, a second that is missing, errors and a restart.
pub fn under_load() -> LoadRecord {
    let mut seconds: Vec<LoadSecond> = (0..12).map(second).collect();
    seconds.remove(8);
    let limit =
        |of, name: Option<&str>, value| LoadLimit { of, name: name.map(str::to_owned), value };
    LoadRecord {
        offered_as: "50/s for 12s".to_owned(),
        skipped_ms: 2000.0,
        measured_ms: 10_000.0,
        requests: vec![
            request("products <b>", PRODUCTS.0, PRODUCTS.1),
            RequestRecord {
                wrong: 4,
                failed: 2,
                unfinished: 1,
                ..request("a | `basket`", BASKET.0, BASKET.1)
            },
        ],
        seconds,
        intervals: (2..12).map(interval).collect(),
        generator: GeneratorRecord {
            busy: 0.31,
            cpu_ms: 740.0,
            due: Some(427),
            sent: 426,
            connections: Some(9),
            ..GeneratorRecord::default()
        },
        resources: [
            ("api".to_owned(), (0..24).map(|at| reading(at, Some(30.0))).collect()),
            ("db <i>".to_owned(), (0..24).map(|at| reading(at, None)).collect()),
        ]
        .into(),
        limits: vec![
            limit(Limited::Max, None, 1000.0),
            limit(Limited::P95, Some("products <b>"), 60.0),
            limit(Limited::Throughput, None, 10.0),
            limit(Limited::Cpu, None, 80.0),
            limit(Limited::Memory, None, 80.0),
        ],
        steps: Vec::new(),
        troubles: vec!["basket: status is 500 <script>".to_owned()],
    }
}

/// How many times each request has, and how fast they grow.
const PRODUCTS: (u64, u64) = (300, 3);
const BASKET: (u64, u64) = (120, 11);

fn times(numbers: std::ops::Range<u64>, scale: u64, share: u64) -> Histogram {
    let mut histogram = Histogram::default();
    for at in numbers {
        histogram.record(Duration::from_micros((1000 + at * at * scale) * share / 100));
    }
    histogram
}

/// Gives a tenth of the times of each request.
fn interval(at: u32) -> LoadInterval {
    let tenth = |(count, scale): (u64, u64)| {
        let each = count / 10;
        let from = u64::from(at - 2) * each;
        times(from..from + each, scale, 100)
    };
    let pack = |request| Some(PackedHistogram::from(&tenth(request)));
    LoadInterval { at, lasts: 1, responses: vec![pack(PRODUCTS), pack(BASKET)] }
}

fn request(name: &str, count: u64, scale: u64) -> RequestRecord {
    let of = |share| times(0..count, scale, share);
    RequestRecord {
        name: name.to_owned(),
        correct: count + 60,
        measured: count,
        response: of(100),
        service: of(80),
        lag: of(2),
        first_byte: of(60),
        ..RequestRecord::default()
    }
}

fn second(at: u32) -> LoadSecond {
    let stalls = at == 6;
    let slow = if stalls { 40.0 } else { 1.0 + f64::from(at % 3) / 4.0 };
    let answered = at != 7;
    let ms = |ms: f64| answered.then_some(ms * slow);
    LoadSecond {
        at,
        due: Some(50),
        sent: 50,
        correct: if answered { 47 } else { 0 },
        wrong: u64::from(stalls) * 3,
        failed: u64::from(!answered) * 2,
        under_way: if stalls { 31 } else { 2 },
        p50_ms: ms(4.0),
        p95_ms: ms(9.0),
        p99_ms: ms(17.0),
        max_ms: ms(21.0),
        lag_p99_ms: Some(0.2 * slow),
        busy: 0.31,
        requests: Vec::new(),
    }
}

fn reading(at: u32, share: Option<f64>) -> ResourceReading {
    let at_ms = f64::from(at) * 500.0;
    ResourceReading {
        at_ms,
        cpu: (at > 0).then_some(35.0 + f64::from(at % 5) * 9.0),
        memory: Some(64 << 20 | u64::from(at) << 18),
        memory_share: share,
        received: Some(u64::from(at) * 40_000),
        restarts: Some(u64::from(at > 13)),
        oom_kills: share.map(|_| 0),
        ..ResourceReading::default()
    }
}

fn run_of(record: LoadRecord) -> Run {
    let mut run = sample();
    let check = |aspect: &str| {
        let name = format!("friday: peak: {aspect}");
        Check::new(Kind::Load, "shop", name).at(Place::new("suites/load/shop.yaml", 4, 5))
    };
    let held = Finding::pass("held").with_load(record);
    let results = [(check("p95"), held), (check("p99 of a: b"), Finding::pass("held"))];
    run.results = results.map(|(check, finding)| CheckResult::new(check, finding, 0.0, 1.0)).into();
    run
}

#[test]
fn a_case_is_named_by_what_the_names_of_its_checks_share() {
    let run = run_of(under_load());
    let names: Vec<String> = cases(&run).into_iter().map(|case| case.name).collect();
    assert_eq!(names, ["friday: peak"]);
    let alone = sample();
    assert_eq!(cases(&alone)[0].name, "p95 is at most 1000 ms");
}

/// A p99 stood beside a check that had too few responses to judge one.
#[test]
fn no_report_has_a_percentile_of_fewer_responses_than_it_needs() {
    let with = |count| {
        let few = RequestRecord { name: "few".to_owned(), ..request("few", count, 1) };
        let record = LoadRecord { requests: vec![few], seconds: Vec::new(), ..under_load() };
        let mut run = run_of(record);
        run.results.truncate(1);
        run
    };
    let (few, enough) = (with(298), with(299));
    let p99 = |run: &Run| {
        let record = run.results[0].evidence.load.as_deref().unwrap();
        shown(record.response().quantile(0.99))
    };
    for format in [Format::Human, Format::Markdown] {
        assert!(rendered(format, &enough).contains(&p99(&enough)), "{format}");
        assert!(!rendered(format, &few).contains(&p99(&few)), "{format}");
    }
    // The curve of a page goes through every response, by whatever share it lies.
    let pages = [&few, &enough].map(|run| rendered(Format::Html, run));
    let cells = [&few, &enough].map(|run| format!(">{}</td>", p99(run)));
    assert!(!pages[0].contains(&cells[0]) && !pages[0].contains("99% at most"));
    assert!(pages[1].contains(&cells[1]) && pages[1].contains("99% at most"));
    for (format, name) in [(Format::Csv, "p99_ms"), (Format::Junit, "few.p99_ms")] {
        assert!(rendered(format, &enough).contains(name), "{format}");
        assert!(!rendered(format, &few).contains(name), "{format}");
    }
}

#[test]
fn seconds_of_too_few_responses_are_drawn_by_their_longest() {
    let mut slow = under_load();
    slow.seconds.iter_mut().for_each(|second| second.p99_ms = None);
    let text = without_styles(&rendered(Format::Human, &run_of(slow.clone())));
    assert!(text.contains("max      ▁▁▁▁▁▁█  ▁▁▁  21 ms to 840 ms over 12 s"), "{text}");
    let page = rendered(Format::Html, &run_of(slow));
    assert!(page.contains("The longest time of a second lies between 21 ms and 840 ms."));
}

/// Gives the records that nobody hopes for.
fn ugly() -> Vec<(&'static str, LoadRecord)> {
    let whole = under_load();
    let nothing = LoadRecord { offered_as: "4 users".to_owned(), ..LoadRecord::default() };
    let one = LoadRecord {
        seconds: vec![second(0)],
        measured_ms: 1000.0,
        skipped_ms: 0.0,
        ..whole.clone()
    };
    let mut errors = whole.clone();
    for request in &mut errors.requests {
        *request =
            RequestRecord { name: request.name.clone(), failed: 600, ..RequestRecord::default() };
    }
    for second in &mut errors.seconds {
        let LoadSecond { at, due, sent, busy, .. } = *second;
        *second = LoadSecond { at, due, sent, busy, failed: sent, ..LoadSecond::default() };
    }
    let mut long = whole.clone();
    long.seconds = (0..600).map(second).collect();
    long.measured_ms = 598_000.0;
    let readings = |_| (0..1200).map(|at| reading(at, Some(41.0))).collect();
    long.resources =
        (0..30).map(|number| (format!("service-{number}"), readings(number))).collect();
    vec![("nothing", nothing), ("one", one), ("errors", errors), ("long", long)]
}

#[test]
fn every_record_is_shown_in_every_format_without_a_number_that_is_none() {
    for (name, record) in ugly() {
        let run = run_of(record);
        for format in [Format::Html, Format::Human, Format::Markdown, Format::Junit] {
            let text = rendered(format, &run);
            assert!(!text.contains("NaN") && !text.contains("inf "), "{name} {format}");
        }
    }
}

#[test]
fn ten_minutes_of_thirty_services_make_no_megabyte() {
    let long = ugly().pop().unwrap().1;
    let page = rendered(Format::Html, &run_of(long));
    assert!(page.len() < 600_000, "{}", page.len());
}

#[test]
fn a_load_without_a_correct_response_says_so_in_place_of_its_pictures() {
    let (_, errors) = ugly().remove(2);
    let page = rendered(Format::Html, &run_of(errors));
    assert_eq!(page.matches("Not one response was measured.").count(), 2);
}

#[test]
fn the_terminal_keeps_to_its_width_and_draws_seconds_as_blocks() {
    let text = without_styles(&rendered(Format::Human, &run_of(under_load())));
    assert!(text.lines().all(|line| console::measure_text_width(line) <= 100), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_stress_tells_how_each_rate_went_and_up_to_which_every_limit_was_kept() {
    let step = |rate, broken: Option<&str>| StepRecord {
        rate,
        correct: 300,
        p95_ms: Some(12.5),
        broken: broken.map(str::to_owned),
        ..StepRecord::default()
    };
    let why = "p95 was over 200 ms: 31 of 300 took longer";
    let steps = vec![step(50.0, None), step(100.0, Some(why))];
    let run = run_of(LoadRecord { steps, ..under_load() });
    for format in [Format::Html, Format::Human] {
        let text = without_styles(&rendered(format, &run));
        assert!(text.contains("Every limit was kept up to 50.0/s"), "{text}");
        assert!(text.contains(why) && text.contains("kept every limit"), "{text}");
    }
    let text = without_styles(&rendered(Format::Human, &run));
    assert!(text.lines().all(|line| console::measure_text_width(line) <= 100), "{text}");
}

#[test]
fn a_table_in_markdown_holds_whatever_a_request_is_named() {
    let text = rendered(Format::Markdown, &run_of(under_load()));
    let row = text.lines().find(|line| line.contains("basket")).unwrap();
    assert!(row.starts_with("| `` a \\| `basket` `` | 187 | 7 |"), "{row}");
}

#[test]
fn junit_has_the_numbers_of_each_request_and_of_all() {
    let text = rendered(Format::Junit, &run_of(under_load()));
    for (name, value) in
        [("load.all.sent", "547"), ("load.all.errors", "7"), ("load.all.rate", "42")]
    {
        let wanted = format!("\n{name}: {value}");
        assert!(text.contains(&wanted), "{wanted}\n{text}");
    }
}
