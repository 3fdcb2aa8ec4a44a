//! From load cases to tasks: one measures the rounds of a case and reveals what they show.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use super::super::Generator;
use super::super::judge::Aspect;
use super::super::plan::check;
use super::super::rounds::{Rule, csv};
use super::compared::{Compared, calibration, compared, elsewhere, joined, kept};
use super::enough::{too_few_here, unequal};
use super::held::{self, Found};
use super::ledger::{Entry, Table};
use super::measure::{Measured, Subject};
use super::place::place;
use super::thresholds::Held;
use super::tolerated::tolerated;
use super::turns::first;
use super::{Against, Series, case_name, load_cases};
use crate::engine::{Looked, View};
use crate::model::{Check, Finding, Fingerprint, KeptRounds, Kind, Reason};
use crate::runner::{Revealed, Scope, Task};
use crate::suite::{Level, LoadCase, Offer, Suite};

/// Plans the rounds of every load case of `suites`; `run` is a text that no other run has.
///
/// An environment that a suite does not name is never loaded.
#[must_use]
pub fn plan_series(
    candidate: &Arc<Looked>,
    suites: &[Suite],
    generator: &Generator,
    run: &str,
    series: &Arc<Series>,
) -> Vec<Task> {
    let subject = |(suite, case): (&Suite, &LoadCase)| Subject {
        suite: suite.clone(),
        case: case.clone(),
        candidate: Arc::clone(candidate),
        generator: generator.clone(),
        run: run.to_owned(),
    };
    load_cases(suites).map(subject).map(|subject| task(subject, Arc::clone(series))).collect()
}

fn task(subject: Subject, series: Arc<Series>) -> Task {
    let check = subject.check("rounds");
    let environment = &subject.candidate.view().settings().environment;
    if let Some(finding) = subject.suite.skipped_in(environment) {
        return Task::answered(check, finding);
    }
    if matches!(subject.case.offer, Offer::Stress { .. }) {
        let message = "a stress finds a limit, and rounds take a fixed load; run it once";
        return Task::answered(check, Finding::skipped(Reason::NotAllowed, message));
    }
    let most = series.looks.last().copied().unwrap_or_default();
    let rounds = if series.other(&subject.candidate).is_some() { 2 * most } else { most };
    let limit =
        (subject.case.offer.lasts() + Task::LIMIT) * u32::try_from(rounds).unwrap_or(u32::MAX);
    Task::new(check, move |scope| async move {
        // On the heap, because it holds the rounds of both sides.
        Box::pin(Work { subject: &subject, series: &series, scope: &scope }.perform()).await
    })
    .within(limit)
    // Two loads at once would measure each other.
    .locking(Level::Load.word())
}

impl Series {
    /// Gives what the candidate takes turns with.
    fn other<'s>(&'s self, candidate: &'s Arc<Looked>) -> Option<&'s Looked> {
        match &self.against {
            Against::Baseline(baseline, _) => Some(baseline),
            Against::Itself => Some(candidate),
            Against::Nothing | Against::Kept(_) => None,
        }
    }
}

impl Subject {
    fn check(&self, what: &str) -> Check {
        let Self { suite, case, .. } = self;
        Check::new(Kind::Load, suite.name.clone(), format!("{}: {what}", case.name))
            .at(case.place.clone())
            .tagged(suite.tags.clone())
    }
}

/// Is one load case under way.
struct Work<'w> {
    subject: &'w Subject,
    series: &'w Series,
    scope: &'w Scope,
}

impl Work<'_> {
    async fn perform(self) -> Finding {
        let began = Instant::now();
        let Self { subject, series, scope } = self;
        let baseline = series.other(&subject.candidate);
        let place = match place(subject, baseline, scope).await {
            Ok(place) => place,
            Err(finding) => return finding,
        };
        let case = case_name(&subject.suite, &subject.case);
        let (rule, noise) = tolerated(subject, series, &place);
        let kept = kept(series, &case, &place);
        if let Some(finding) = too_few_here(&rule, &kept, &place) {
            return finding;
        }
        if let Some(words) = elsewhere(&kept, &place).or_else(|| unequal(series, &kept)) {
            series.ledger.tell(&format!("{}: {words}", subject.case.name));
        }
        let watched = match subject.candidate.view() {
            View::Engine(target) => Some(target),
            View::Http(_) => None,
        };
        let mut measured = Measured::new(
            subject,
            series,
            baseline,
            Held::new(Aspect::all(&subject.case, watched)),
        );
        let ended = self.measure(&mut measured, &place, &rule, &kept).await;

        let reveal = |check: Check, finding: Finding| {
            scope.reveal([Revealed { check, finding, elapsed: began.elapsed() }]);
        };
        let mut entry = Entry { checks: subject.check("").id, case, ..Entry::default() };
        if ended.is_ok() {
            for Compared { whom, found } in compared(series, &measured, &kept, &place, &rule) {
                let title = format!("{}: {} {whom}", subject.suite.name, subject.case.name);
                let mut rows = Vec::new();
                for Found { metric, severity, finding } in found {
                    let check = subject.check(&format!("{metric} {whom}")).with_severity(severity);
                    rows.push((metric, check.id.clone()));
                    reveal(check, finding);
                }
                entry.tables.push(Table { title, rows });
            }
            let rounds = self.kept_from_now_on(&entry.case, &measured, &place);
            if matches!(series.against, Against::Itself) {
                let digest = place.digest();
                entry.calibration = Some(calibration(&measured.pairs(&digest), &rounds));
            }
            entry.kept = Some(rounds);
        }
        series.ledger.keep(entry);
        let answer = self.answer(
            &measured,
            ended.as_ref().err(),
            [Some(format!("measured at {}", place.digest())), noise, elsewhere(&kept, &place)],
        );
        for (aspect, finding) in measured.held.found(ended.is_ok()) {
            reveal(check(&subject.suite, &subject.case, &aspect), finding);
        }
        answer
    }

    /// Measures from look to look, until one tells.
    async fn measure(
        &self,
        measured: &mut Measured<'_>,
        place: &Fingerprint,
        rule: &Rule,
        kept: &[Option<&KeptRounds>],
    ) -> Result<(), Finding> {
        let digest = place.digest();
        for look in &self.series.looks {
            let after = |measured: &Measured<'_>| self.after(measured, *look, &digest, kept);
            measured.up_to(*look, self.scope, after).await?;
            let tells = match &self.series.against {
                Against::Baseline(..) => {
                    !held::is_open(&held::judge(&measured.pairs(&digest), rule))
                }
                Against::Nothing | Against::Itself | Against::Kept(_) => true,
            };
            if tells {
                break;
            }
        }
        Ok(())
    }

    /// Writes the pairs so far and tells of the last of them.
    fn after(
        &self,
        measured: &Measured<'_>,
        wanted: usize,
        digest: &str,
        kept: &[Option<&KeptRounds>],
    ) -> io::Result<()> {
        let Self { subject, series, .. } = self;
        let count = measured.count();
        let p95 = [0, 1].map(|side: usize| measured.rounds[side].last()?.round.get("p95"));
        let told = match p95 {
            [Some(one), Some(other)] => {
                format!("pair {count} of {wanted}, p95 {one} ms and {other} ms")
            }
            [_, Some(other)] => format!("round {count} of {wanted}, p95 {other} ms"),
            _ => format!("round {count} of {wanted}"),
        };
        series.ledger.tell(&format!("{}: {told}", subject.case.name));
        let written = match kept.first() {
            Some(Some(rounds)) => {
                let there = rounds.fingerprint.digest();
                csv(&joined(rounds, measured, [&there, digest]))
            }
            _ => csv(&measured.pairs(digest)),
        };
        series.ledger.write(&written)
    }

    /// Gives the candidate's rounds as they are kept for later ones.
    fn kept_from_now_on(
        &self,
        case: &str,
        measured: &Measured<'_>,
        place: &Fingerprint,
    ) -> KeptRounds {
        let view = self.subject.candidate.view();
        KeptRounds {
            case: case.to_owned(),
            environment: view.settings().environment.clone(),
            release: view.release().map(str::to_owned),
            started: humantime::format_rfc3339_seconds(self.series.now).to_string(),
            fingerprint: place.clone(),
            rounds: measured.rounds[1].iter().map(|ordered| ordered.round.clone()).collect(),
        }
    }

    /// Says how much was measured, and what kept the rest from it.
    fn answer(
        &self,
        measured: &Measured<'_>,
        short: Option<&Finding>,
        told: [Option<String>; 3],
    ) -> Finding {
        let Self { subject, series, .. } = self;
        let count = measured.count();
        let is_paired = series.other(&subject.candidate).is_some();
        let unit = if is_paired { "pairs" } else { "rounds" };
        if let Some(short) = short {
            let mut finding = short.clone();
            let reached = |look: &&usize| **look > count;
            let wanted = series.looks.iter().find(reached).copied().unwrap_or(count);
            finding.message = format!(
                "{}; {count} of {wanted} {unit} were measured, {} are missing, and what there is was not judged",
                finding.message,
                wanted - count
            );
            return finding;
        }
        let began = if is_paired {
            format!(", the {} first (seed {})", first(series.seed).word(), series.seed)
        } else {
            String::new()
        };
        let looks: Vec<String> = series.looks.iter().map(ToString::to_string).collect();
        let expected = format!("{} {unit}", looks.join(", where these do not tell "));
        let told: Vec<String> = told.into_iter().flatten().collect();
        Finding::pass(format!("{count} {unit} measured{began}"))
            .comparing(expected, told.join("\n"))
    }
}
