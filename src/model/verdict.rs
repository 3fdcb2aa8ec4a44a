//! From a run to one verdict, and from a verdict to a decision.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CheckResult, Exit, Outcome, Phase, Run, Severity};

/// Is the one answer that a run gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that gates was measured and holds.
    Pass,
    /// Something that gates does not hold.
    Fail,
    /// Something that gates could not be measured, or nothing was.
    Inconclusive,
}

impl Verdict {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The exit code of a command that ends with this verdict.
    #[must_use]
    pub const fn exit(self) -> Exit {
        match self {
            Self::Pass => Exit::Holds,
            Self::Fail => Exit::Failed,
            Self::Inconclusive => Exit::Inconclusive,
        }
    }
}

/// Says what an environment lets count against a release.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Whether a failed warning fails the verdict too.
    pub warnings_fail: bool,
}

/// Explains a verdict: which results made it so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// The answer.
    pub verdict: Verdict,
    /// Identity and message of each result that made it so; empty for a pass.
    pub because: Vec<String>,
}

/// Judges a run: a failure that gates outranks a missing measurement, which outranks a pass.
///
/// A run in which nothing was measured to hold is `Inconclusive`: an empty suite proves nothing, and
/// neither does one whose failures were all waived.
#[must_use]
pub fn judge(run: &Run, policy: Policy) -> Judgement {
    let gates = |result: &&CheckResult| match result.check.severity {
        Severity::Critical => true,
        Severity::Warning => policy.warnings_fail,
        Severity::Info => false,
    };
    let because = |outcome: Outcome| -> Vec<String> {
        run.results
            .iter()
            .filter(gates)
            .filter(|result| result.outcome == outcome)
            .map(|result| format!("{}: {}", result.check.id, result.message))
            .collect()
    };
    let failed = because(Outcome::Fail);
    if !failed.is_empty() {
        return Judgement { verdict: Verdict::Fail, because: failed };
    }
    let unknown = because(Outcome::Inconclusive);
    if !unknown.is_empty() {
        return Judgement { verdict: Verdict::Inconclusive, because: unknown };
    }
    let counts = run.counts();
    if counts.pass > 0 {
        return Judgement { verdict: Verdict::Pass, because: Vec::new() };
    }
    let nothing = if counts.fail > 0 {
        "nothing holds, although what failed does not gate"
    } else if counts.waived > 0 {
        "nothing holds, and what is waived is not a pass"
    } else {
        "nothing was measured, and nothing measured is not a pass"
    };
    Judgement { verdict: Verdict::Inconclusive, because: vec![nothing.to_owned()] }
}

/// Says what to do with a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Let it go on.
    Promote,
    /// Leave things as they are; a person or a later run decides.
    Hold,
    /// Bring the earlier release back.
    Rollback,
}

impl Decision {
    /// The word for it in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
        }
    }
}

/// Turns a verdict into a decision.
///
/// Before a deployment there is nothing to roll back, so a failure holds it. Afterwards a failure
/// rolls back, while a missing measurement never does so by itself.
#[must_use]
pub const fn decide(verdict: Verdict, phase: Phase) -> Decision {
    match (verdict, phase) {
        (Verdict::Pass, _) => Decision::Promote,
        (Verdict::Inconclusive, _) | (Verdict::Fail, Phase::PreDeployment) => Decision::Hold,
        (Verdict::Fail, Phase::Deployment | Phase::PostDeployment) => Decision::Rollback,
    }
}
