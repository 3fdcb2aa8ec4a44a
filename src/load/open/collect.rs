//! What all cores saw, second by second.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::time::Duration;

use super::core::Said;
use crate::load::slice::Slice;
use crate::model::{Schedule, Times};

/// Adds up the seconds of all cores.
pub(super) struct Collector {
    /// The first second that each core has not told of.
    told: Vec<u32>,
    open: BTreeMap<u32, Slice>,
    due: Peekable<Times>,
}

impl Collector {
    pub fn new(schedule: &Schedule, cores: usize) -> Self {
        let due = schedule.times().peekable();
        Self { told: vec![0; cores], open: BTreeMap::new(), due }
    }

    /// Takes what a core says; gives the seconds that all have told of by now.
    pub fn take(&mut self, said: Said) -> Vec<Slice> {
        match said {
            Said::Second(core, slice) => {
                self.told[core as usize] = slice.at + 1;
                let at = slice.at;
                let sum = self.open.entry(at).or_insert_with(|| Slice::of(at));
                sum.add(&slice);
                sum.add_so_far(&slice.so_far);
            }
            Said::Ended(core) => self.told[core as usize] = u32::MAX,
        }
        let told = self.told.iter().copied().min().unwrap_or(u32::MAX);
        let later = self.open.split_off(&told);
        std::mem::replace(&mut self.open, later)
            .into_values()
            .map(|slice| {
                let due = self.due_until(slice.at + 1);
                Slice { due: Some(due), ..slice }
            })
            .collect()
    }

    fn due_until(&mut self, second: u32) -> u64 {
        let until = Duration::from_secs(second.into());
        let mut count = 0;
        while self.due.next_if(|due| *due < until).is_some() {
            count += 1;
        }
        count
    }
}
