//! A report for a CI server: JUnit's XML, written by the crate that nextest writes its own with.

use std::time::Duration;

use quick_junit::{
    FlakyOrRerun, NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestRerun, TestSuite,
};

use super::group::{Group, grouped};
use super::load::{plain, rate};
use super::words::{elapsed, noticed, plural};
use super::{Report, visible};
use crate::model::{
    Attempt, CheckResult, Evidence, LoadRecord, Outcome, Reason, RequestRecord, Run, StepTrace,
};

/// Gives one `testsuite` for each kind and group, and one `testcase` for each check.
///
/// `Fail` is a failure, `Inconclusive` an error; what was waived or not asked is skipped. Other attempts
/// are reruns as Surefire writes them: flaky ones where the check held at last. What JUnit has no place
/// for stands in the output of a case, because readers that hold a report against a schema know no
/// properties of cases.
pub fn render(report: &Report<'_>) -> String {
    let mut xml = Xml::new(shown(&format!("{} {}", report.run.project, report.run.environment)));
    xml.time = Some(duration(report.run.elapsed_ms));
    for group in grouped(report.run) {
        xml.add_test_suite(suite(&group, report));
    }
    if report.looks_like_success() {
        xml.add_test_suite(nothing_measured(report));
    }
    xml.to_string().expect("the text is UTF-8 and memory takes every write")
}

fn suite(group: &Group<'_>, report: &Report<'_>) -> TestSuite {
    let mut suite = TestSuite::new(shown(&format!("{}/{}", group.kind, group.name)));
    describe(&mut suite, report);
    let total: f64 = group.results.iter().map(|(_, result)| result.elapsed_ms).sum();
    suite.set_time(duration(total));
    suite.add_test_cases(group.results.iter().map(|(_, result)| case(result)));
    suite
}

/// Stands for a run that proves nothing: a CI server shows a file without cases as a success.
fn nothing_measured(report: &Report<'_>) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type("no_data").set_message(shown(&report.judgement.because.join("; ")));
    let mut case = TestCase::new("something was measured", status);
    case.set_classname("verdict").set_time(Duration::ZERO);
    let mut suite = TestSuite::new("verdict");
    describe(&mut suite, report);
    suite.add_test_case(case);
    suite
}

fn describe(suite: &mut TestSuite, report: &Report<'_>) {
    let Run { tool, command, project, environment, phase, release, .. } = report.run;
    let properties = [
        ("project", Some(project.as_str())),
        ("environment", Some(environment.as_str())),
        ("release", release.as_deref()),
        ("phase", phase.map(crate::model::Phase::word)),
        ("command", Some(command.as_str())),
        ("tool", Some(tool.as_str())),
        ("verdict", Some(report.judgement.verdict.word())),
        ("decision", report.decision.map(crate::model::Decision::word)),
    ];
    let known = properties.into_iter().filter_map(|(name, value)| Some((name, value?)));
    suite.timestamp = report.run.started.parse().ok();
    suite.add_properties(known.map(|(name, value)| (name.to_owned(), shown(value))));
}

fn case(result: &CheckResult) -> TestCase {
    let check = &result.check;
    let mut case = TestCase::new(shown(&check.name), status(result));
    case.set_classname(shown(&format!("{}.{}", check.kind, check.group)));
    case.set_time(duration(result.elapsed_ms));
    case.set_system_out(about(result));
    case
}

/// Writes what JUnit has no place for: one thing a line.
fn about(result: &CheckResult) -> String {
    let check = &result.check;
    let skipped = matches!(result.outcome, Outcome::Waived | Outcome::Skipped);
    let noticed = Some(noticed(result).join(", ")).filter(|noticed| !noticed.is_empty());
    let lines = [
        Some(format!("check: {}", check.id)),
        Some(format!("severity: {}", check.severity)),
        check.place.as_ref().map(|place| format!("at: {place}")),
        result.reason.filter(|_| skipped).map(|reason| format!("reason: {}", reason.word())),
        noticed.map(|noticed| format!("noticed: {noticed}")),
    ];
    let lines = lines.into_iter().flatten();
    let record = result.evidence.load.as_deref();
    let measured = record.into_iter().flat_map(|record| {
        let all = record.all();
        let requests = record.requests.iter().chain([&all]);
        requests.flat_map(|request| numbers(record, request)).collect::<Vec<_>>()
    });
    lines.chain(measured).map(|line| shown(&line)).collect::<Vec<_>>().join("\n")
}

/// Writes what was measured of a request under load: times in milliseconds, a rate a second.
fn numbers(record: &LoadRecord, request: &RequestRecord) -> Vec<String> {
    let times = &request.response;
    let millis = |share| times.percentile(share).map(|time| time.0);
    let numbers = [
        ("rate", rate(record, request).map(|rate| rate.0)),
        ("p50_ms", millis(0.5)),
        ("p95_ms", millis(0.95)),
        ("p99_ms", millis(0.99)),
        ("max_ms", times.max().map(|time| time.0)),
    ];
    let numbers = numbers.into_iter().filter_map(|(what, number)| Some((what, plain(number?))));
    let counts = [("sent", request.sent()), ("errors", request.incorrect())];
    let counts = counts.map(|(what, count)| (what, count.to_string()));
    let line = |(what, number)| format!("load.{}.{what}: {number}", request.name);
    counts.into_iter().chain(numbers).map(line).collect()
}

fn status(result: &CheckResult) -> TestCaseStatus {
    let mut status = match result.outcome {
        Outcome::Pass => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(reruns(result));
            return status;
        }
        Outcome::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Outcome::Inconclusive => TestCaseStatus::non_success(NonSuccessKind::Error),
        Outcome::Waived | Outcome::Skipped => TestCaseStatus::skipped(),
    };
    if let Some(reason) = result.reason
        && !matches!(status, TestCaseStatus::Skipped { .. })
    {
        status.set_type(reason.word());
    }
    status.set_message(shown(&result.message));
    let details = details(&result.evidence, &result.steps);
    if !details.is_empty() {
        status.set_description(details);
    }
    if matches!(result.outcome, Outcome::Fail | Outcome::Inconclusive) {
        status.add_reruns(reruns(result));
        if result.is_flaky() {
            status.set_rerun_kind(FlakyOrRerun::Flaky);
        }
    }
    status
}

fn reruns(result: &CheckResult) -> Vec<TestRerun> {
    let others = result.attempts.iter().flat_map(|attempts| &attempts.others);
    let rerun = |attempt: &Attempt| {
        let mut rerun = TestRerun::new(match attempt.outcome {
            Outcome::Fail => NonSuccessKind::Failure,
            _ => NonSuccessKind::Error,
        });
        rerun.set_message(shown(&attempt.message));
        rerun.set_type(attempt.reason.map_or_else(|| attempt.outcome.to_string(), Reason::word));
        let took = format!("attempt {}, {}", attempt.number, elapsed(attempt.elapsed_ms));
        let details = details(&attempt.evidence, &attempt.steps);
        rerun.set_stack_trace(format!("{took}\n{details}").trim_end().to_owned());
        rerun
    };
    others.map(rerun).collect()
}

/// Writes the evidence and the steps as text, since JUnit has no place of its own for them.
fn details(evidence: &Evidence, steps: &[StepTrace]) -> String {
    let mut lines: Vec<String> = [
        ("expected", evidence.expected.as_deref()),
        ("actual", evidence.actual.as_deref()),
        ("looked at", evidence.source.as_deref()),
    ]
    .into_iter()
    .filter_map(|(label, text)| Some(format!("{label}: {}", shown(text?))))
    .collect();
    lines.extend(steps.iter().flat_map(step));
    lines.join("\n")
}

fn step(step: &StepTrace) -> Vec<String> {
    let StepTrace { name, outcome, elapsed_ms, attempts, sent, received, failures, screenshot } =
        step;
    let (name, took, asked) =
        (shown(name), elapsed(*elapsed_ms), plural(*attempts as usize, "attempt"));
    let mut lines = vec![format!("step {outcome}: {name} ({asked}, {took})")];
    if !matches!(outcome, Outcome::Pass | Outcome::Skipped) {
        lines.extend(failures.iter().map(|failure| format!("  {}", shown(failure))));
        lines.push(format!("  sent: {}", shown(sent)));
        lines.push(format!("  received: {}", shown(received)));
        // As Jenkins and GitLab find a file that belongs to a case.
        let file = screenshot.iter().map(|screenshot| shown(&screenshot.file));
        lines.extend(file.map(|file| format!("  screenshot: [[ATTACHMENT|{file}]]")));
    }
    lines
}

/// Makes text fit for XML without losing any: what the crate would drop is spelled out before.
fn shown(text: &str) -> String {
    visible(text).replace('\t', "    ")
}

fn duration(ms: f64) -> Duration {
    Duration::try_from_secs_f64(ms / 1000.0).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write as _;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use quick_junit::Report as Xml;

    use crate::report::tests::{empty, judged, rendered, sample};
    use crate::report::{Format, Report, render};

    /// Gives what a strict reader has against an XML report; nothing where it takes it.
    pub(crate) fn refused(xml: &str) -> Option<String> {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/junit.xsd");
        let mut command = Command::new("xmllint");
        command.args(["--noout", "--nonet", "--schema"]).arg(schema).arg("-");
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut reader = piped.spawn().expect("xmllint is there: scripts/host.sh installs it");
        reader.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
        let ended = reader.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        (!ended.status.success()).then_some(said)
    }

    #[test]
    fn a_strict_reader_takes_every_report() {
        for run in [sample(), empty()] {
            let xml = rendered(Format::Junit, &run);
            assert_eq!(refused(&xml), None);
            for (from, to) in [
                ("classname=", "class="),
                (" errors=", " mistakes="),
                ("<testcase ", "<property name=\"id\" value=\"1\"/><testcase "),
                ("time=\"", "time=\"PT"),
            ] {
                let said = refused(&xml.replacen(from, to, 1));
                assert!(said.is_some_and(|said| said.contains("Schemas validity error")), "{to}");
            }
        }
    }

    #[test]
    fn the_xml_is_read_back_with_the_counts_of_the_run() {
        let run = sample();
        let (judgement, decision) = judged(&run);
        let report = Report { run: &run, judgement: &judgement, decision };
        let xml = Xml::deserialize_from_str(&render(Format::Junit, &report, 0)).unwrap();
        let counts = run.counts();
        assert_eq!((xml.tests, xml.failures), (counts.total(), counts.fail));
        assert_eq!(
            (xml.errors, xml.skipped),
            (counts.inconclusive, counts.skipped + counts.waived)
        );
        let hostile = xml.test_suites.iter().find(|suite| suite.name.contains("<b>")).unwrap();
        let name = hostile.test_cases[0].name.as_str();
        assert!(
            name.contains("<script>") && name.contains("]]>") && name.contains(r"\u{1b}[31m"),
            "{name}"
        );
    }
}
