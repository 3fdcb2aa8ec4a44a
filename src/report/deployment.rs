//! A deployment, from what was asked to where it came, with the run of each phase.

use anstyle::Style;
use serde::Serialize;

use super::page::Page;
use super::style::{self, DIM, STRONG, ink, inked, symbol};
use super::table::{Cell, aligned};
use super::words::{elapsed, plural, tally};
use super::{Report, text};
use crate::model::{Deployment, DeploymentState, Millis, Outcome, Trigger};

/// Is the version of the JSON shape; each run inside carries its own.
const SCHEMA: u32 = 1;
/// Is how many lines one reason may take; the run's own report has all of it.
const MOST_LINES: usize = 3;

#[derive(Serialize)]
struct Envelope<'d> {
    schema: u32,
    deployment: &'d Deployment,
    phases: &'d [Report<'d>],
}

/// Gives the deployment and the reports of its phases as JSON, ending in a newline.
#[must_use]
pub fn json(deployment: &Deployment, phases: &[Report<'_>]) -> String {
    text::json(&Envelope { schema: SCHEMA, deployment, phases })
}

/// Gives the deployment for a person, styled and wrapped to `width` columns: a line for each phase,
/// then where it came and why.
#[must_use]
pub fn human(deployment: &Deployment, phases: &[Report<'_>], width: usize) -> String {
    let mut page = Page::new(width);
    page.text("", &title(deployment), STRONG, MOST_LINES);
    page.gap();
    let lines = aligned(&phases.iter().map(phase).collect::<Vec<_>>());
    for (report, line) in phases.iter().zip(lines) {
        page.line(&line);
        for because in &report.judgement.because {
            page.text("     ", because, Style::new(), MOST_LINES);
        }
    }
    page.gap();
    for (label, said) in [
        ("began", Some(deployment.started.clone())),
        ("ended", ended(deployment)),
        ("backup", deployment.backup.clone()),
        ("trigger", deployment.trigger.map(|trigger| Trigger::words(trigger).to_owned())),
    ] {
        if let Some(said) = said {
            page.text(&inked(DIM, &format!("{label:9}")), &said, Style::new(), MOST_LINES);
        }
    }
    page.gap();
    end(&mut page, deployment);
    page.finish()
}

fn title(deployment: &Deployment) -> String {
    let Deployment { id, environment, from, to, .. } = deployment;
    let from = from.as_deref().unwrap_or("nothing");
    format!("deployment {id} · {environment} · {from} → {to}")
}

fn phase(report: &Report<'_>) -> Vec<Cell> {
    let outcome = style::of_verdict(report.judgement.verdict);
    let counts = report.run.counts();
    let name = report.run.phase.map_or_else(|| report.run.command.clone(), |p| p.word().to_owned());
    vec![
        Cell::left(format!(" {}", symbol(outcome))).ink(ink(outcome)),
        Cell::left(name).ink(STRONG),
        Cell::left(report.judgement.verdict.word()).ink(ink(outcome)),
        Cell::right(elapsed(report.run.elapsed_ms)),
        Cell::left(format!("{}: {}", plural(counts.total(), "check"), tally(counts))).ink(DIM),
    ]
}

/// Says when it ended and, where both times can be read, how long it took.
fn ended(deployment: &Deployment) -> Option<String> {
    let ended = deployment.ended.as_ref()?;
    let read = |time: &str| humantime::parse_rfc3339_weak(time).ok();
    let took = read(ended)
        .zip(read(&deployment.started))
        .and_then(|(ended, began)| ended.duration_since(began).ok());
    Some(
        took.map_or_else(|| ended.clone(), |took| format!("{ended}, after {}", Millis::from(took))),
    )
}

fn end(page: &mut Page, deployment: &Deployment) {
    let (outcome, meaning) = reached(deployment);
    let word = deployment.state.word().replace('_', " ").to_uppercase();
    let lead = inked(ink(outcome).bold(), &format!("{} {word}: ", symbol(outcome)));
    page.text(&lead, &meaning, Style::new(), MOST_LINES);
    for because in &deployment.because {
        let lead = format!("  {} ", inked(ink(outcome), "because"));
        page.text(&lead, because, Style::new(), MOST_LINES);
    }
}

/// Says what a state means for what runs now, and how it is to be inked.
fn reached(deployment: &Deployment) -> (Outcome, String) {
    let to = &deployment.to;
    let from = deployment.from.as_deref().unwrap_or("nothing");
    match deployment.state {
        DeploymentState::Preparing => (Outcome::Skipped, "nothing was changed so far".to_owned()),
        DeploymentState::BackingUp => {
            (Outcome::Skipped, "nothing was changed so far, and no backup is complete".to_owned())
        }
        DeploymentState::Changing => {
            (Outcome::Inconclusive, format!("services are between {from} and {to}"))
        }
        DeploymentState::Verifying => {
            (Outcome::Inconclusive, format!("{to} runs and is not verified yet"))
        }
        DeploymentState::Promoted => (Outcome::Pass, format!("{to} runs and is verified")),
        DeploymentState::Awaiting => {
            (Outcome::Inconclusive, format!("{to} runs; a person decides whether it stays"))
        }
        DeploymentState::Held => {
            (Outcome::Inconclusive, format!("nothing was changed; {from} runs as before"))
        }
        DeploymentState::RollingBack => {
            (Outcome::Inconclusive, format!("services are between {to} and {from}"))
        }
        DeploymentState::RolledBack if deployment.from.is_none() => {
            (Outcome::Fail, format!("{to} was taken down again; nothing runs, as before"))
        }
        DeploymentState::RolledBack if is_as_asked(deployment) => {
            (Outcome::Pass, format!("{from} runs again instead of {to} and is verified, as asked"))
        }
        DeploymentState::RolledBack => {
            (Outcome::Fail, format!("{from} runs again instead of {to} and is verified"))
        }
        DeploymentState::RollbackFailed => {
            (Outcome::Fail, format!("neither {to} nor {from} is verified: a person is needed"))
        }
    }
}

/// Tells a rollback that a person asked for from one that follows an interruption, which has a reason.
fn is_as_asked(deployment: &Deployment) -> bool {
    deployment.trigger == Some(Trigger::Manual) && deployment.because.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Judgement, Phase, Run};
    use crate::report::tests::{judged, sample, without_styles};

    fn rolled_back() -> Deployment {
        Deployment {
            id: 17,
            environment: "staging".to_owned(),
            from: Some("1.0.0".to_owned()),
            to: "1.1.0".to_owned(),
            state: DeploymentState::RolledBack,
            trigger: Some(Trigger::Validation),
            because: vec!["e2e/orders/a shopper can place an order: \x1b[2Jpending".to_owned()],
            backup: Some(".proofmark/backups/20260504T031140Z".to_owned()),
            started: "2026-05-04T03:11:31Z".to_owned(),
            ended: Some("2026-05-04T03:12:44Z".to_owned()),
        }
    }

    fn phases() -> [(Run, Judgement); 2] {
        let mut before = sample();
        before.phase = Some(Phase::PreDeployment);
        before.results.retain(|result| result.outcome == Outcome::Pass);
        [before, sample()].map(|run| {
            let (judgement, _) = judged(&run);
            (run, judgement)
        })
    }

    fn both(deployment: &Deployment) -> (String, String) {
        let phases = phases();
        let reports =
            phases.each_ref().map(|(run, judgement)| Report { run, judgement, decision: None });
        (without_styles(&human(deployment, &reports, 90)), json(deployment, &reports))
    }

    #[test]
    fn a_rolled_back_deployment_tells_each_phase_and_what_runs_now() {
        insta::assert_snapshot!("deployment_human", both(&rolled_back()).0);
    }

    #[test]
    fn its_json_is_read_back_with_every_phase() {
        let json: serde_json::Value = serde_json::from_str(&both(&rolled_back()).1).unwrap();
        let read: Deployment = serde_json::from_value(json["deployment"].clone()).unwrap();
        assert_eq!(read, rolled_back());
        assert_eq!(json["phases"][1]["judgement"]["verdict"], "fail");
    }

    #[test]
    fn only_a_verified_release_is_inked_as_a_pass() {
        use DeploymentState as S;
        let states = [
            S::Preparing,
            S::BackingUp,
            S::Changing,
            S::Verifying,
            S::Promoted,
            S::Awaiting,
            S::Held,
            S::RollingBack,
            S::RolledBack,
            S::RollbackFailed,
        ];
        for state in states {
            let (outcome, _) = reached(&Deployment { state, ..rolled_back() });
            assert_eq!(outcome == Outcome::Pass, state == S::Promoted, "{state:?}");
        }
    }
}
