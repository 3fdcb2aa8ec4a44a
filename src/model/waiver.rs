//! An accepted failure: of which check, why, who answers for it, and until when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Date, Finding, Outcome, Place};

/// Accepts that one check fails, on some targets and until a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The identity of the check.
    pub check: String,
    /// The one value that is accepted; without it, whatever makes the check fail.
    pub value: Option<String>,
    /// The environments in which it is accepted.
    pub targets: Vec<String>,
    /// Why, by whom and until when.
    pub acceptance: Acceptance,
}

/// Says who accepted a failure, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Acceptance {
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it is accepted.
    pub expires: Date,
    /// Where it is written.
    pub place: Place,
}

impl Waiver {
    /// Gives what a finding is worth on a day: a failure that is accepted on it is waived, and keeps
    /// its reason and its evidence. Only failures are ever accepted; not to know is none.
    #[must_use]
    pub fn weigh(&self, mut finding: Finding, today: &Date) -> Finding {
        if finding.outcome != Outcome::Fail {
            return finding;
        }
        let Acceptance { reason, owner, expires, .. } = &self.acceptance;
        let said = if let Some(other) = self.accepts_another(&finding) {
            format!("{owner} accepted {other}, and not this")
        } else if expires < today {
            finding.waiver = Some(Box::new(self.acceptance.clone()));
            format!("the waiver of {owner} expired on {expires}")
        } else {
            finding.outcome = Outcome::Waived;
            finding.waiver = Some(Box::new(self.acceptance.clone()));
            format!("accepted by {owner} until {expires}: {reason}")
        };
        finding.message = format!("{}; {said}", finding.message);
        finding
    }

    /// Gives the accepted value where another was found.
    fn accepts_another(&self, finding: &Finding) -> Option<&str> {
        let accepted = self.value.as_deref()?;
        (finding.evidence.actual.as_deref() != Some(accepted)).then_some(accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reason;

    fn waiver(value: Option<&str>) -> Waiver {
        Waiver {
            check: "drift/api/user".to_owned(),
            value: value.map(str::to_owned),
            targets: vec!["staging".to_owned()],
            acceptance: Acceptance {
                reason: "the image is being mended".to_owned(),
                owner: "ana".to_owned(),
                expires: "2026-06-01".parse().unwrap(),
                place: Place::new("waivers.yaml", 2, 5),
            },
        }
    }

    fn changed() -> Finding {
        let changed = Finding::fail(Reason::Changed, "user was app and is root");
        changed.comparing("app", "root").from_source("baselines/api.snap:9:9")
    }

    fn on(day: &str, waiver: &Waiver, finding: Finding) -> Finding {
        waiver.weigh(finding, &day.parse().unwrap())
    }

    #[test]
    fn a_failure_is_waived_to_the_end_of_the_last_day_and_keeps_its_evidence() {
        let waived = on("2026-06-01", &waiver(None), changed());
        insta::assert_snapshot!(waived.message, @"user was app and is root; accepted by ana until 2026-06-01: the image is being mended");
        assert_eq!((waived.outcome, waived.reason), (Outcome::Waived, Some(Reason::Changed)));
        assert_eq!(waived.evidence, changed().evidence);
        assert_eq!(waived.waiver.unwrap().owner, "ana");
    }

    #[test]
    fn an_expired_waiver_covers_nothing_and_says_so() {
        let failed = on("2026-06-02", &waiver(None), changed());
        insta::assert_snapshot!(failed.message, @"user was app and is root; the waiver of ana expired on 2026-06-01");
        assert_eq!(failed.outcome, Outcome::Fail);
    }

    #[test]
    fn another_value_than_the_accepted_one_is_not_waived_with_it() {
        assert_eq!(on("2026-01-01", &waiver(Some("root")), changed()).outcome, Outcome::Waived);
        let other = on("2026-01-01", &waiver(Some("nobody")), changed());
        insta::assert_snapshot!(other.message, @"user was app and is root; ana accepted nobody, and not this");
        assert_eq!((other.outcome, other.waiver), (Outcome::Fail, None));
    }

    #[test]
    fn what_is_not_known_or_holds_is_never_waived() {
        let unknown = Finding::inconclusive(Reason::NotObserved, "not seen");
        assert_eq!(on("2026-01-01", &waiver(None), unknown.clone()), unknown);
        assert_eq!(on("2026-01-01", &waiver(None), Finding::pass("holds")), Finding::pass("holds"));
    }
}
