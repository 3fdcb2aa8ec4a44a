//! Runs of a thousand checks that go wrong in every way at once, and what all formats say of them.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::time::Duration;

use quick_junit::Report as Xml;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::model::{
    Chance, Check, CheckResult, Counts, Finding, Kind, Outcome, Policy, Reason, Redactor, Run,
    Verdict, judge,
};
use crate::report::{Format, Report, refused, render};
use crate::runner::{Event, Options, Revealed, Task, run};

const CHECKS: u64 = 1_000;

async fn rest(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}

fn failed() -> Finding {
    Finding::fail(Reason::Expectation, "said hunter2-secret").comparing("201", "500 hunter2-secret")
}

fn task(number: u64, chance: &mut Chance) -> Task {
    let kind = Kind::ALL[usize::try_from(chance.below(10)).unwrap()];
    let group = format!("suite {}", chance.below(20));
    let check = Check::new(kind, &group, format!("check {number}"));
    let ms = chance.below(50);
    let task = match chance.below(20) {
        0 | 1 => Task::new(check, move |_| async move {
            rest(ms).await;
            failed()
        }),
        2 => Task::new(check, |_| async { panic!("a bug that this test makes on purpose") }),
        3 => Task::new(check, |_| std::future::pending()),
        4 => Task::new(check, |scope| async move {
            scope.stopped().await;
            Finding::pass("too late to count")
        }),
        5 => Task::answered(check, Finding::inconclusive(Reason::Unreachable, "nobody answers")),
        6 => Task::answered(check, Finding::skipped(Reason::NotAllowed, "not here")),
        7 | 8 => Task::repeatable(check, move |scope| async move {
            rest(ms).await;
            if u64::from(scope.attempt()) > number % 4 { Finding::pass("holds") } else { failed() }
        }),
        9 => Task::answered(check, failed())
            .weighed(|_, finding| Finding { outcome: Outcome::Waived, ..finding }),
        10 => Task::new(check, move |scope| async move {
            rest(ms).await;
            let found = |at: u64| Revealed {
                check: Check::new(kind, &group, format!("found by {number}, {at}")),
                finding: if at == 0 { failed() } else { Finding::pass("holds") },
                elapsed: Duration::from_millis(at),
            };
            scope.reveal((0..number % 5).map(found));
            Finding::pass("reported")
        }),
        _ => Task::new(check, move |_| async move {
            rest(ms).await;
            Finding::pass("holds")
        }),
    };
    let task = task.within(Duration::from_millis(200));
    if chance.below(10) == 0 { task.locking("db") } else { task }
}

/// Performs a thousand checks and interrupts after so many results, if ever; checks what was told.
async fn performed(seed: u64, options: &Options, interrupt_after: Option<usize>) -> Run {
    let mut chance = Chance::new(seed);
    let plan: Vec<Task> = (0..CHECKS).map(|number| task(number, &mut chance)).collect();
    let ids: Vec<String> = plan.iter().map(|task| task.check.id.clone()).collect();
    let stop = CancellationToken::new();
    let (mut expected, mut finished, mut started) = (0, 0, BTreeSet::new());
    let results = run(
        plan,
        options,
        Redactor::new(["hunter2-secret".to_owned()]),
        &stop,
        |event| match event {
            Event::Planned(checks) | Event::Revealed(checks) => expected += checks,
            Event::Started(check) => assert!(started.insert(check.id.clone()), "{}", check.id),
            Event::Finished(result) => {
                finished += 1;
                started.remove(&result.check.id);
                if Some(finished) == interrupt_after {
                    stop.cancel();
                }
            }
            Event::Slow(..) | Event::Measured(..) | Event::Retried(..) => {}
        },
    )
    .await;
    assert_eq!((expected, started.len()), (finished, 0), "what began has ended, and was told once");
    assert_eq!(results.len(), finished);
    let planned = results.iter().filter(|result| !result.check.name.starts_with("found by"));
    assert!(planned.map(|result| &result.check.id).eq(&ids), "the order is the plan's");
    let distinct: BTreeSet<&String> = results.iter().map(|result| &result.check.id).collect();
    assert_eq!(distinct.len(), results.len());
    Run {
        schema: Run::SCHEMA,
        tool: "0.1.0".to_owned(),
        command: "test".to_owned(),
        project: "shop".to_owned(),
        environment: "local".to_owned(),
        phase: None,
        release: None,
        started: "2026-05-04T03:12:09Z".to_owned(),
        elapsed_ms: 1_000.0,
        results,
    }
}

/// Reads the counts of each format back.
fn read_back(run: &Run) -> Vec<(Format, Counts)> {
    let judgement = judge(run, Policy::default());
    let report = Report { run, judgement: &judgement, decision: None };
    let text = |format| {
        let text = anstream::adapter::strip_str(&render(format, &report, 120)).to_string();
        assert!(!text.contains("hunter2"), "{format}");
        text
    };
    let row = |line: &str, order: [usize; 5]| {
        let numbers: Vec<usize> =
            line.split(['|', ' ']).map(str::trim).filter_map(|word| word.parse().ok()).collect();
        let at = |place: usize| numbers.get(order[place]).copied().unwrap_or_default();
        Counts { pass: at(0), fail: at(1), inconclusive: at(2), waived: at(3), skipped: at(4) }
    };
    let mut read = Vec::new();

    let human = text(Format::Human);
    let all = human.lines().find(|line| line.starts_with("all ")).unwrap();
    read.push((Format::Human, row(all, [0, 1, 2, 3, 4])));

    let markdown = text(Format::Markdown);
    let all = markdown.lines().find(|line| line.starts_with("| **all** |")).unwrap();
    let all = all.replace("|  |", "| 0 |").replace("|  |", "| 0 |");
    read.push((Format::Markdown, row(&all, [3, 0, 1, 2, 4])));

    let json: Value = serde_json::from_str(&text(Format::Json)).unwrap();
    let of_results: Vec<CheckResult> =
        serde_json::from_value(json["run"]["results"].clone()).unwrap();
    let counts: Counts = serde_json::from_value(json["counts"].clone()).unwrap();
    assert_eq!(counts, Counts::of(of_results.iter()));
    read.push((Format::Json, counts));

    let html = text(Format::Html);
    let articles = html.matches("<article ").count();
    assert_eq!(articles, run.results.len());
    let of = |outcome: Outcome| {
        let begin = format!(" data-outcome=\"{outcome}\"");
        html.split("<article ")
            .skip(1)
            .filter(|article| article[..80.min(article.len())].contains(&begin))
            .count()
    };
    read.push((Format::Html, by_outcome(of)));

    let tap = text(Format::Tap);
    let points: Vec<&str> =
        tap.lines().filter(|l| l.starts_with("ok ") || l.starts_with("not ok ")).collect();
    assert!(tap.contains(&format!("\n1..{}\n", points.len())));
    let with = |start: &str, directive: Option<&str>| {
        let fits = |point: &&&str| {
            let own = point.split(" # ").nth(1).map(|d| d.split(' ').next().unwrap_or_default());
            point.starts_with(start) && own == directive
        };
        points.iter().filter(fits).count()
    };
    let unknown = tap.matches("\n  outcome: \"inconclusive\"\n").count();
    read.push((
        Format::Tap,
        Counts {
            pass: with("ok ", None),
            fail: with("not ok ", None) - unknown,
            inconclusive: unknown,
            waived: with("not ok ", Some("TODO")),
            skipped: with("ok ", Some("SKIP")),
        },
    ));

    let counts = run.counts();
    let xml = text(Format::Junit);
    assert_eq!(refused(&xml), None);
    let xml = Xml::deserialize_from_str(&xml).unwrap();
    assert_eq!(xml.tests, counts.total());
    assert_eq!((xml.failures, xml.errors), (counts.fail, counts.inconclusive));
    assert_eq!(xml.skipped, counts.skipped + counts.waived);
    let cases: usize = xml.test_suites.iter().map(|suite| suite.test_cases.len()).sum();
    assert_eq!(cases, counts.total());

    let sarif: Value = serde_json::from_str(&text(Format::Sarif)).unwrap();
    let found = sarif["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(found, counts.total() - counts.pass);

    let github = text(Format::Github);
    let failed = usize::from(judgement.verdict == Verdict::Fail);
    let errors = github.lines().filter(|line| line.starts_with("::error ")).count();
    assert_eq!(errors, counts.fail + failed);
    read
}

fn by_outcome(count: impl Fn(Outcome) -> usize) -> Counts {
    Counts {
        pass: count(Outcome::Pass),
        fail: count(Outcome::Fail),
        inconclusive: count(Outcome::Inconclusive),
        waived: count(Outcome::Waived),
        skipped: count(Outcome::Skipped),
    }
}

fn options() -> Options {
    Options {
        jobs: NonZeroUsize::new(16).unwrap(),
        retries: 2,
        slow_after: Some(Duration::from_millis(40)),
        grace: Duration::from_millis(20),
        seed: Some(7),
        ..Options::default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_checks_that_go_wrong_in_every_way_are_each_in_every_report_once() {
    let ends = [
        (options(), None),
        (options(), Some(400)),
        (Options { limit: Some(Duration::from_millis(500)), ..options() }, None),
        (Options { most_failures: NonZeroUsize::new(25), ..options() }, None),
    ];
    for (seed, (options, interrupt_after)) in (1..).zip(ends) {
        let run = performed(seed, &options, interrupt_after).await;
        let counts = run.counts();
        assert!(counts.pass > 0 && counts.fail > 0 && counts.inconclusive > 0, "{counts:?}");
        assert!(run.results.iter().any(CheckResult::is_flaky), "{seed}");
        for (format, read) in read_back(&run) {
            assert_eq!(read, counts, "{format}, seed {seed}");
        }
    }
}
