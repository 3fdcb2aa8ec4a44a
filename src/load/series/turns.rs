//! Who is loaded when: the two rounds of a pair one after the other, and who begins changes from pair to pair.

/// Names one of the two that are held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// What is known to be good.
    Baseline,
    /// What is judged.
    Candidate,
}

impl Side {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Candidate => "candidate",
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Baseline => Self::Candidate,
            Self::Candidate => Self::Baseline,
        }
    }
}

/// Gives who begins the first pair: the same for the same seed.
pub(super) const fn first(seed: u64) -> Side {
    if seed.is_multiple_of(2) { Side::Baseline } else { Side::Candidate }
}

/// Gives the two sides of a pair, numbered from one, in the order in which they are loaded.
pub(super) const fn pair(number: usize, seed: u64) -> [Side; 2] {
    let begins = if number % 2 == 1 { first(seed) } else { first(seed).other() };
    [begins, begins.other()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_take_turns_and_none_begins_more_often_whatever_the_seed() {
        for seed in [0, 1, 812, 4_000_000_007] {
            let order: Vec<Side> = (1..=10).flat_map(|number| pair(number, seed)).collect();
            let first = order[0];
            assert_eq!(order[..4], [first, first.other(), first.other(), first]);
            let begins = (1..=10).filter(|number| pair(*number, seed)[0] == Side::Baseline).count();
            assert_eq!(begins, 5);
        }
        assert_ne!(first(1), first(2));
    }
}
