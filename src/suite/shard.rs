//! One of several equal parts of a selection.

use std::num::NonZeroUsize;
use std::str::FromStr;

use thiserror::Error;

/// Is one part of a selection that is divided among several machines.
///
/// Cases are dealt out in turn, in the order in which they are listed, so that the parts differ by
/// one case at most, every case is in exactly one, and the same selection of the same files is always
/// divided alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from zero.
    index: usize,
    count: NonZeroUsize,
}

/// Says why a text names no shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ShardError {
    /// It is not two numbers.
    #[error("not a part of a whole; write the second of five as `2/5`")]
    Form,
    /// There is no such part.
    #[error("the parts of {0} are numbered 1 to {0}")]
    Number(NonZeroUsize),
}

impl Shard {
    /// Whether the case at this place of a selection, from zero, belongs to it.
    #[must_use]
    pub const fn holds(self, place: usize) -> bool {
        place % self.count.get() == self.index
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (number, count) = text.split_once('/').ok_or(ShardError::Form)?;
        let number: usize = number.parse().map_err(|_| ShardError::Form)?;
        let count: NonZeroUsize = count.parse().map_err(|_| ShardError::Form)?;
        match number.checked_sub(1) {
            Some(index) if index < count.get() => Ok(Self { index, count }),
            _ => Err(ShardError::Number(count)),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_part_that_is_not_there_is_refused_with_the_parts_there_are() {
        for text in ["0/5", "6/5"] {
            let refused = text.parse::<Shard>().unwrap_err().to_string();
            assert_eq!(refused, "the parts of 5 are numbered 1 to 5");
        }
        for text in ["", "2", "2/", "/5", "2/0", "-1/5", "2/5/6", "two/5"] {
            assert_eq!(text.parse::<Shard>(), Err(ShardError::Form), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_case_is_in_exactly_one_shard_and_the_shards_are_even(cases in 0_usize..200, count in 1_usize..12) {
            let shard = |number: usize| format!("{number}/{count}").parse::<Shard>().unwrap();
            let held = |number| (0..cases).filter(|place| shard(number).holds(*place)).count();
            for place in 0..cases {
                prop_assert_eq!((1..=count).filter(|number| shard(*number).holds(place)).count(), 1);
            }
            let sizes: Vec<usize> = (1..=count).map(held).collect();
            prop_assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1);
        }
    }
}
