//! The nouns that every other room speaks: checks, outcomes, runs, verdicts, facts, units.
//!
//! Plain data and pure functions only. Nothing here reads a file, a clock or the environment.

mod attempt;
mod chance;
mod check;
mod comparison;
mod date;
mod diagnostic;
mod endpoint;
mod exit;
mod fact;
mod fingerprint;
mod hexadecimal;
mod histogram;
mod load;
mod outcome;
mod place;
mod redact;
mod release;
mod rounds;
mod run;
mod schedule;
mod tail;
mod template;
mod units;
mod verdict;
mod waiver;

pub use attempt::{Attempt, Attempts};
pub use chance::Chance;
pub use check::{Check, Kind, Severity};
pub use comparison::{Comparison, Statistic};
pub use date::{Date, DateError};
pub use diagnostic::Diagnostic;
pub use endpoint::{Endpoint, Protocol, S3Signer, Secret};
pub use exit::Exit;
pub use fact::{Fact, FactClass, Facts, Snapshot};
pub use fingerprint::{Fingerprint, digest_of};
pub use hexadecimal::hexadecimal;
pub use histogram::{Histogram, HistogramError, PackedHistogram};
pub use load::{
    GeneratorRecord, Limited, LoadInterval, LoadLimit, LoadMoment, LoadRecord, LoadSecond,
    RequestRecord, RequestSoFar, ResourceReading, StepRecord,
};
pub use outcome::{Evidence, Finding, Outcome, Reason, Screenshot, StepTrace};
pub use place::{Place, Span, seen_from};
pub use redact::{CUT, Mask, REDACTED, Redactor, is_secret_name, secrets_of_url, shorten};
pub use release::{Deployment, DeploymentState, Phase, Release, Trigger};
pub use rounds::{Calibration, KeptRounds, Number, Round};
pub use run::{CheckResult, Counts, Run};
pub use schedule::{Schedule, Spread, Stage, Times};
pub use tail::requests_needed;
pub use template::{Template, TemplateError};
pub use units::{Bytes, Millis, Percent, Rate, UnitError, parse_duration, show_duration};
pub use verdict::{Decision, Judgement, Policy, Verdict, decide, judge};
pub use waiver::{Acceptance, Waiver};

#[cfg(test)]
mod tests;
