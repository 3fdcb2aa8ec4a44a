//! The noise of each metric under each other, beside what is tolerated.

use crate::model::{CheckResult, Outcome};
use crate::report::style::{DIM, ink, symbol};
use crate::report::table::{Cell, aligned};
use crate::report::visible;

/// What stands above the columns.
const HEAD: [&str; 5] = ["", "metric", "noise", "tolerance", "so that"];

/// Gives every named result of a calibration in a line: how much the metric differed from itself, and what that means for a
/// change of the size that matters.
pub(super) fn noises<'r>(results: impl Iterator<Item = (&'r str, &'r CheckResult)>) -> String {
    let mut rows: Vec<Vec<Cell>> = vec![HEAD.map(|head| Cell::left(head).ink(DIM)).into()];
    rows.extend(results.map(|(name, result)| line(name, result)));
    aligned(&rows).join("\n")
}

fn line(name: &str, result: &CheckResult) -> Vec<Cell> {
    let of = |text: &Option<String>| visible(text.as_deref().unwrap_or_default()).into_owned();
    let (tolerance, noise) = (of(&result.evidence.expected), of(&result.evidence.actual));
    let means = match result.outcome {
        Outcome::Pass => format!("a change of {tolerance} is seen"),
        Outcome::Fail => format!("a change of {tolerance} is not seen, and {noise} is tolerated"),
        _ => format!("nothing is known: {}", visible(&result.message)),
    };
    let ink = ink(result.outcome);
    vec![
        Cell::left(symbol(result.outcome)).ink(ink),
        Cell::left(visible(name)),
        Cell::left(noise),
        Cell::left(tolerance),
        Cell::left(means).ink(ink),
    ]
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;

    use super::*;
    use crate::model::{Check, Finding, Kind, Reason};

    #[test]
    fn noise_stands_beside_the_tolerance_with_what_it_means() {
        let result = |finding| {
            let check = Check::new(Kind::Load, "shop", "shoppers: p50 against itself");
            CheckResult::new(check, finding, 0.0, 1.0)
        };
        let quiet = result(Finding::pass("differs").comparing("10%", "3.4%"));
        let loud = Finding::fail(Reason::ThresholdExceeded, "differs").comparing("10%", "34.1%");
        let open = Finding::inconclusive(Reason::InsufficientSamples, "p99 needs 299");
        let (loud, open) = (result(loud), result(open));
        let rows = [("p50", &quiet), ("throughput", &loud), ("p99", &open)];
        insta::assert_snapshot!(strip_str(&noises(rows.into_iter())).to_string(), @r"
           metric      noise  tolerance  so that
        ✓  p50         3.4%   10%        a change of 10% is seen
        ✗  throughput  34.1%  10%        a change of 10% is not seen, and 34.1% is tolerated
        ?  p99                           nothing is known: p99 needs 299
        ");
    }
}
