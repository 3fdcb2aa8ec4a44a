//! What was measured under load, for people: numbers by request, lines over time, pictures.

mod by_rate;
mod by_second;
mod exposition;
mod numbers;
mod page;
mod pictures;
mod resources;
mod spark;
mod terminal;

pub use exposition::Exposition;
pub use numbers::{about, plain, rate, shown};
pub use page::page;
pub use terminal::told;

use crate::model::{CheckResult, LoadRecord, Run};

/// Joins what was measured of a load case with its name.
#[derive(Debug)]
pub struct Case<'r> {
    /// The suite.
    pub suite: &'r str,
    pub name: String,
    /// The position in the run of the check that carries the record.
    pub index: usize,
    pub record: &'r LoadRecord,
}

/// Finds the load cases of a run, in its order.
pub fn cases<'r>(run: &'r Run) -> Vec<Case<'r>> {
    let case = |(index, result): (usize, &'r CheckResult)| {
        let record = result.evidence.load.as_deref()?;
        Some(Case { suite: &result.check.group, name: name(run, result), index, record })
    };
    run.results.iter().enumerate().filter_map(case).collect()
}

/// Gives the name of the case that a check judges: what the names of all its checks begin with.
fn name(run: &Run, carrier: &CheckResult) -> String {
    let check = &carrier.check;
    let of_the_case = run.results.iter().map(|result| &result.check).filter(|other| {
        other.kind == check.kind
            && other.group == check.group
            && (other.place == check.place && check.place.is_some() || other.id == check.id)
    });
    let mut common = check.name.as_str();
    for other in of_the_case {
        let same = common.char_indices().zip(other.name.chars());
        let differs = same.into_iter().find(|((_, one), two)| one != two);
        let end = differs.map_or(common.len().min(other.name.len()), |((at, _), _)| at);
        common = &common[..end];
    }
    common.rsplit_once(": ").map_or(check.name.as_str(), |(name, _)| name).to_owned()
}

#[cfg(test)]
pub mod tests;
