//! What ends a load before its time.

use super::lost::Lost;
use super::plan::Plan;
use super::steps::Steps;
use crate::load::slice::Slice;
use crate::load::workload::{Ends, Workload};
use crate::model::StepRecord;

/// Looks at each second for what ends a load before its time.
pub(super) enum Watch {
    Nothing,
    Lost(Lost),
    Steps(Box<Steps>),
}

impl Watch {
    pub fn new(workload: &Workload, plan: &Plan) -> Self {
        match workload.ends {
            Ends::AtItsTime => Self::Nothing,
            Ends::WhenBroken => Self::Steps(Box::new(Steps::new(plan))),
            Ends::WhenLost => {
                let (from, until) = (workload.skipped(), workload.length());
                let mut due = 0;
                let mut measured = vec![0; workload.requests.len()];
                for (arrival, time) in (0..).zip(plan.schedule.times()) {
                    let steps = &plan.journey(arrival).steps;
                    due += steps.len() as u64;
                    for (number, index) in steps.iter().enumerate() {
                        // A later step of an arrival in the warm-up may be due after it.
                        let is_measured = number > 0 || (from..until).contains(&time);
                        measured[*index] += u64::from(is_measured);
                    }
                }
                Self::Lost(Lost::new(&workload.bounds, due, &measured))
            }
        }
    }

    /// Takes one more second; says what ends the load with it.
    pub fn take(&mut self, slice: &Slice) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Lost(lost) => lost.take(slice),
            Self::Steps(steps) => steps.take(slice),
        }
    }

    /// Gives what was seen at each rate, where rates were raised.
    pub fn steps(self) -> Vec<StepRecord> {
        if let Self::Steps(steps) = self { steps.seen } else { Vec::new() }
    }
}
