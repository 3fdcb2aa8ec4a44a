//! Where accepted failures meet the checks: every command that judges a target comes through here.

use std::sync::Arc;

use crate::model::{
    Acceptance, Check, CheckResult, Date, Finding, Kind, Outcome, Reason, Severity, Waiver,
};
use crate::runner::Task;

/// Lets each waiver weigh what comes of the check that it names, before anybody is told.
#[must_use]
pub fn waive(tasks: Vec<Task>, waivers: &[Waiver], today: &Date) -> Vec<Task> {
    let waivers: Arc<[Waiver]> = waivers.into();
    let weighed = |task: Task| {
        let (waivers, today) = (Arc::clone(&waivers), today.clone());
        task.weighed(move |check, finding| {
            match waivers.iter().find(|waiver| waiver.check == check.id) {
                Some(waiver) => waiver.weigh(finding, &today),
                None => finding,
            }
        })
    };
    tasks.into_iter().map(weighed).collect()
}

/// Gives a result for information about each waiver that is not needed: its check holds, or every
/// check of its kind was asked and none has its name.
pub(super) fn stale(
    waivers: &[Waiver],
    results: &[CheckResult],
    today: &Date,
    asked_all_of: impl Fn(Kind) -> bool,
    began_ms: f64,
) -> Vec<CheckResult> {
    // A command that was cut short, or not run, did not come to all the cases that it has.
    let is_cut_short = |result: &CheckResult| {
        let cut = [
            Reason::Cancelled,
            Reason::Exited,
            Reason::NoData,
            Reason::NoReport,
            Reason::NotAllowed,
            Reason::Panicked,
            Reason::Precondition,
            Reason::TimedOut,
        ];
        result.reason.is_some_and(|reason| cut.contains(&reason))
    };
    let is_nowhere = |waiver: &Waiver| {
        let has_it = |result: &&CheckResult| {
            let Check { kind, group, .. } = &result.check;
            waiver.check.starts_with(&format!("{kind}/{group}/"))
        };
        if results.iter().filter(has_it).any(is_cut_short) {
            return false;
        }
        let kind = waiver.check.split('/').next().unwrap_or_default();
        let mut of_kind = results.iter().map(|r| r.check.kind).filter(|k| k.word() == kind);
        of_kind.next().is_some_and(&asked_all_of)
    };
    let needless = |waiver: &Waiver| {
        let why = match results.iter().find(|result| result.check.id == waiver.check) {
            Some(result) if result.outcome == Outcome::Pass => "the check holds",
            None if is_nowhere(waiver) => "no check has this name, or what it accepted is gone",
            _ => return None,
        };
        let Acceptance { owner, expires, place, .. } = &waiver.acceptance;
        let ends = if expires < today { "expired" } else { "ends" };
        let message = format!("{why}; take the waiver of {owner} out, which {ends} on {expires}");
        let check = Check::new(Kind::Waiver, "waivers", &waiver.check).at(place.clone());
        let finding = Finding::fail(Reason::Stale, message).from_source(place.to_string());
        Some(CheckResult::new(check.with_severity(Severity::Info), finding, began_ms, 0.0))
    };
    waivers.iter().filter_map(needless).collect()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::model::{Place, Redactor};
    use crate::runner::{Event, Options, run};

    fn waiver(check: &str, expires: &str) -> Waiver {
        Waiver {
            check: check.to_owned(),
            value: None,
            targets: vec!["local".to_owned()],
            acceptance: Acceptance {
                reason: "a trial".to_owned(),
                owner: "ana".to_owned(),
                expires: expires.parse().unwrap(),
                place: Place::new("waivers.yaml", 2, 12),
            },
        }
    }

    fn today() -> Date {
        "2026-05-20".parse().unwrap()
    }

    fn task(path: &str, finding: Finding) -> Task {
        Task::answered(Check::new(Kind::Drift, "api", path), finding)
    }

    fn failing(path: &str) -> Task {
        task(path, Finding::fail(Reason::Changed, "changed"))
    }

    #[tokio::test]
    async fn who_watches_a_run_and_who_stops_it_at_a_failure_see_only_what_was_not_accepted() {
        let plan = vec![failing("user"), failing("image"), failing("command"), failing("restart")];
        let waivers =
            [waiver("drift/api/user", "2026-06-01"), waiver("drift/api/image", "2026-05-01")];
        let options = Options {
            most_failures: Some(NonZeroUsize::MIN),
            jobs: NonZeroUsize::MIN,
            ..Options::default()
        };
        let mut seen = Vec::new();
        let watch = |event: &Event<'_>| {
            if let Event::Finished(result) = event {
                seen.push(format!("{} {}: {}", result.check.name, result.outcome, result.message));
            }
        };
        let stop = CancellationToken::new();
        run(waive(plan, &waivers, &today()), &options, Redactor::default(), &stop, watch).await;
        assert_eq!(
            seen,
            [
                "user waived: changed; accepted by ana until 2026-06-01: a trial",
                "image fail: changed; the waiver of ana expired on 2026-05-01",
                "command skipped: not started after an earlier failure",
                "restart skipped: not started after an earlier failure",
            ]
        );
    }

    #[test]
    fn a_waiver_is_stale_where_its_check_holds_or_is_not_among_all_that_were_asked() {
        let result = |path: &str, finding| {
            CheckResult::new(Check::new(Kind::Drift, "api", path), finding, 0.0, 0.0)
        };
        let results = [
            result("user", Finding::pass("as recorded")),
            result("image", Finding::fail(Reason::Changed, "changed")),
            result("command", Finding::inconclusive(Reason::NotObserved, "not seen")),
        ];
        let waivers = [
            waiver("drift/api/user", "2026-05-01"),
            waiver("drift/api/image", "2026-06-01"),
            waiver("drift/api/command", "2026-06-01"),
            waiver("drift/api/usr", "2026-06-01"),
            waiver("health/api/container", "2026-06-01"),
        ];
        let told = |all: bool| {
            let stale = stale(&waivers, &results, &today(), |_| all, 0.0);
            let line = |r: CheckResult| {
                format!("{} {} {}: {}", r.check.severity, r.outcome, r.check.id, r.message)
            };
            stale.into_iter().map(line).collect::<Vec<_>>().join("\n")
        };
        insta::assert_snapshot!(told(true), @r"
        info fail waiver/waivers/drift/api/user: the check holds; take the waiver of ana out, which expired on 2026-05-01
        info fail waiver/waivers/drift/api/usr: no check has this name, or what it accepted is gone; take the waiver of ana out, which ends on 2026-06-01
        ");
        insta::assert_snapshot!(told(false), @"info fail waiver/waivers/drift/api/user: the check holds; take the waiver of ana out, which expired on 2026-05-01");
    }
}
