//! The words that the formats for people share.

use crate::model::{Attempt, CheckResult, Counts, Decision, Kind, Millis};

/// Counts checks of one kind in that kind's own word: `41 facts`.
pub fn counted(kind: Kind, count: usize) -> String {
    let noun = match kind {
        Kind::Preflight => "condition",
        Kind::Backup | Kind::Startup => "check",
        Kind::Drift => "fact",
        Kind::Health => "probe",
        Kind::Security => "control",
        Kind::Unit | Kind::Integration | Kind::E2e => "case",
        Kind::Load => "threshold",
        Kind::Waiver => "waiver",
    };
    plural(count, noun)
}

/// Gives `1 check`, `2 checks`.
#[must_use]
pub fn plural(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

/// Says what came of some checks: `2 failed, 1 inconclusive, 39 passed`; the worst first, zeros left out.
pub fn tally(counts: Counts) -> String {
    let parts: Vec<String> = [
        (counts.fail, "failed"),
        (counts.inconclusive, "inconclusive"),
        (counts.waived, "waived"),
        (counts.skipped, "skipped"),
        (counts.pass, "passed"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    if parts.is_empty() { "no checks".to_owned() } else { parts.join(", ") }
}

/// Says what a decision asks of its reader.
pub const fn meaning(decision: Decision) -> &'static str {
    match decision {
        Decision::Promote => "let it go on",
        Decision::Hold => "leave things as they are",
        Decision::Rollback => "bring the earlier release back",
    }
}

/// Shows a time in milliseconds with the unit that suits it.
pub fn elapsed(ms: f64) -> String {
    Millis(ms).to_string()
}

/// Says what was noticed while a result was found out: `FLAKY 2/3`, `3 attempts`, `slow`.
pub fn noticed(result: &CheckResult) -> Vec<String> {
    let mut words = Vec::new();
    if let Some(attempts) = &result.attempts {
        words.push(if result.is_flaky() {
            format!("FLAKY {}/{}", attempts.count(), attempts.at_most)
        } else {
            plural(attempts.count(), "attempt")
        });
    }
    if result.slow {
        words.push("slow".to_owned());
    }
    words
}

/// Gives a line for each attempt that did not decide.
pub fn tried(result: &CheckResult) -> Vec<String> {
    let others = result.attempts.iter().flat_map(|attempts| &attempts.others);
    let line = |attempt: &Attempt| {
        let Attempt { number, outcome, message, elapsed_ms, .. } = attempt;
        format!("attempt {number} {outcome} after {}: {message}", elapsed(*elapsed_ms))
    };
    others.map(line).collect()
}
