//! Rounds as a file that [`super::read`] reads.

use std::fmt::Write;

use crate::model::{Number, Round};

/// What stands above the rows.
const HEAD: &str = "pair,side,order,metric,value,environment";

/// Is one side of a pair, as it was measured.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'r> {
    /// Its numbers.
    pub round: &'r Round,
    /// When it ran: a number that counts through the whole run.
    pub order: usize,
    /// Where it was measured.
    pub environment: &'r str,
}

/// Writes pairs, the baseline's round first, with the metrics that every round has, as CSV.
#[must_use]
pub fn csv(pairs: &[[Measured<'_>; 2]]) -> String {
    let mut text = format!("{HEAD}\n");
    let in_all =
        |metric: &str| pairs.iter().flatten().all(|measured| measured.round.get(metric).is_some());
    let first = pairs.first().map_or(&[][..], |[baseline, _]| &baseline.round.numbers);
    let metrics: Vec<&str> =
        first.iter().map(|number| &*number.metric).filter(|metric| in_all(metric)).collect();
    for (pair, sides) in (1..).zip(pairs) {
        for (side, measured) in ["baseline", "candidate"].into_iter().zip(sides) {
            let Measured { round, order, environment } = measured;
            for Number { metric, value } in &round.numbers {
                if metrics.contains(&metric.as_str()) {
                    let row = format!("{pair},{side},{order},{},{value}", quoted(metric));
                    let _ = writeln!(text, "{row},{}", quoted(environment));
                }
            }
        }
    }
    text
}

/// Puts quotes around a cell where it would be read as another without: RFC 4180.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rule, read};
    use super::*;
    use crate::config::Source;

    fn round(metric: &str, value: f64) -> Round {
        Round { numbers: vec![Number::new("p50", value), Number::new(metric, 7.25)] }
    }

    fn pair(sides: [&Round; 2], orders: [usize; 2]) -> [Measured<'_>; 2] {
        let [baseline, candidate] = sides;
        let [one, other] = orders;
        let environment = "a1b2";
        [
            Measured { round: baseline, order: one, environment },
            Measured { round: candidate, order: other, environment },
        ]
    }

    #[test]
    fn what_is_written_is_read_again_whatever_a_request_is_called() {
        let name = "p95 of \"GET /a,b\"";
        let (one, other) = (round(name, 40.125), round(name, 41.5));
        let text = csv(&[pair([&one, &other], [1, 2]), pair([&one, &other], [4, 3])]);
        let rounds = read(Source::new("rounds.csv", &*text)).unwrap();
        let names: Vec<String> = rounds
            .judge(&Rule::default(), "rounds")
            .unwrap()
            .into_iter()
            .map(|(check, _)| check.name)
            .collect();
        assert_eq!(names, ["p50", name]);
        assert!(text.starts_with(
            "pair,side,order,metric,value,environment\n1,baseline,1,p50,40.125,a1b2\n"
        ));
    }

    #[test]
    fn a_metric_that_a_round_lacks_is_left_out_of_all() {
        let (one, other) = (round("cpu of api", 40.0), round("cpu of worker", 41.0));
        let text = csv(&[pair([&one, &other], [1, 2])]);
        assert!(text.contains("p50") && !text.contains("cpu"), "{text}");
    }
}
