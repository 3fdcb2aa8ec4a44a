//! A run of a thousand checks that end in every way there is, and is interrupted: every report tells of each of them, and
//! all of them tell the same.

use std::num::NonZeroUsize;
use std::time::Duration;

use proofmark::model::{Check, Counts, Finding, Kind, Policy, Reason, Redactor, Run, judge};
use proofmark::report::{Format, Report, render};
use proofmark::runner::{self, Event, Options, Task};
use tokio_util::sync::CancellationToken;

const CHECKS: usize = 1_000;
/// After how many answers the run is interrupted.
const INTERRUPTED_AT: usize = 800;

/// Gives checks that hold, fail, break, hang or cannot tell, in an order of chance that is the same each time.
fn plan() -> Vec<Task> {
    let mut chance: u64 = 4711;
    let task = |number: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let suite = format!("suite {}", number % 20);
        let check = Check::new(Kind::E2e, suite, format!("case {number}"));
        match (chance >> 33) % 10 {
            0..=5 => Task::new(check, async |_| Finding::pass("it holds")),
            6 => Task::new(check, async |_| Finding::fail(Reason::Expectation, "it does not hold")),
            7 => Task::new(check, async |_| panic!("on purpose")),
            8 => Task::new(check, async |_| std::future::pending().await)
                .within(Duration::from_millis(5)),
            _ => Task::new(check, async |_| {
                Finding::inconclusive(Reason::Unreachable, "nobody answers")
            }),
        }
    };
    (0..CHECKS).map(task).collect()
}

/// Performs the plan, and interrupts it before its end.
async fn interrupted() -> Run {
    let stop = CancellationToken::new();
    let mut answered = 0;
    let interrupt = |event: &Event<'_>| {
        answered += usize::from(matches!(event, Event::Finished(_)));
        if answered == INTERRUPTED_AT {
            stop.cancel();
        }
    };
    let (jobs, grace) = (NonZeroUsize::new(16).unwrap(), Duration::from_millis(1));
    let options = Options { jobs, grace, ..Options::default() };
    let results = runner::run(plan(), &options, Redactor::default(), &stop, interrupt).await;
    Run {
        schema: Run::SCHEMA,
        tool: "0.0.0".into(),
        command: "test".into(),
        project: "shop".into(),
        environment: "local".into(),
        phase: None,
        release: None,
        started: "2026-01-01T00:00:00Z".into(),
        elapsed_ms: 1.0,
        results,
    }
}

/// Gives how many lines begin so, once nothing of a terminal's colours is left in them.
fn lines(text: &str, beginning: &str) -> usize {
    let plain = anstream::adapter::strip_str(text).to_string();
    plain.lines().filter(|line| line.starts_with(beginning)).count()
}

/// Says how many checks passed, failed and could not tell, as far as a report of this format tells that of each.
fn told(format: Format, text: &str) -> Option<[usize; 3]> {
    let of = |what: &str| text.matches(what).count();
    Some(match format {
        Format::Human => {
            let [failed, unknown] = ["  ✗ case ", "  ? case "].map(|line| lines(text, line));
            [CHECKS - failed - unknown, failed, unknown]
        }
        Format::Json => ["pass", "fail", "inconclusive"]
            .map(|outcome| of(&format!("\n        \"outcome\": \"{outcome}\""))),
        Format::Junit => {
            let [all, failed, unknown] = ["<testcase ", "<failure ", "<error "].map(of);
            [all - failed - unknown, failed, unknown]
        }
        Format::Html => ["pass", "fail", "inconclusive"]
            .map(|outcome| of(&format!("<article class=\"{outcome}\" "))),
        Format::Tap => {
            let [failed, unknown] = ["fail", "inconclusive"]
                .map(|outcome| lines(text, &format!("  outcome: \"{outcome}\"")));
            assert_eq!(lines(text, "not ok "), failed + unknown);
            [lines(text, "ok "), failed, unknown]
        }
        Format::Github => {
            let [failed, unknown] = ["::error title=fail ", "::warning title=inconclusive "]
                .map(|line| lines(text, line));
            [CHECKS - failed - unknown, failed, unknown]
        }
        Format::Sarif => {
            let [failed, unknown] =
                ["fail", "open"].map(|kind| of(&format!("\"kind\": \"{kind}\"")));
            [CHECKS - failed - unknown, failed, unknown]
        }
        _ => return None,
    })
}

#[tokio::test]
async fn every_report_tells_of_each_of_a_thousand_checks_and_all_tell_the_same() {
    let run = interrupted().await;
    let asked: Vec<String> = plan().into_iter().map(|task| task.check.id).collect();
    let answered: Vec<&String> = run.results.iter().map(|result| &result.check.id).collect();
    assert_eq!(answered, asked.iter().collect::<Vec<_>>());
    for reason in [Reason::Expectation, Reason::Panicked, Reason::TimedOut, Reason::Cancelled] {
        let because = run.results.iter().filter(|result| result.reason == Some(reason));
        assert!(because.count() > 20, "{reason:?}");
    }

    let Counts { pass, fail, inconclusive, .. } = run.counts();
    assert_eq!(pass + fail + inconclusive, CHECKS);
    let judgement = judge(&run, Policy::default());
    let report = Report { run: &run, judgement: &judgement, decision: None };
    for format in Format::ALL {
        let text = render(format, &report, 100);
        if let Some(told) = told(format, &text) {
            assert_eq!(told, [pass, fail, inconclusive], "{format}");
        }
        if format == Format::Markdown {
            let all = format!("| **all** | {fail} | {inconclusive} |  | {pass} |  |");
            assert!(text.contains(&all), "{all}");
        }
    }
}
