//! Numbers that look like chance and are the same for the same seed.

use serde::{Deserialize, Serialize};

/// What the state grows by with each number: 2⁶⁴ divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Gives the numbers of `SplitMix64` (Steele, Lea and Flood, 2014) for a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance(u64);

impl Chance {
    /// Begins with a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Stands where [`Self::new`] stands after so many numbers.
    #[must_use]
    pub const fn after(seed: u64, numbers: u64) -> Self {
        Self(seed.wrapping_add(STEP.wrapping_mul(numbers)))
    }

    /// Gives any of the 2⁶⁴ numbers.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Gives a number from 0 up to, and without, `most`, which is not 0.
    pub const fn below(&mut self, most: u64) -> u64 {
        self.bits() % most
    }

    /// Gives a number between 0 and 1, neither of them.
    #[expect(clippy::cast_precision_loss, reason = "52 bits are kept on purpose")]
    pub fn share(&mut self) -> f64 {
        ((self.bits() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut chance = Chance::new(1_234_567);
        let published = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973];
        assert_eq!([chance.bits(), chance.bits()], published);
        assert_eq!(Chance::after(1_234_567, 2), chance);
    }
}
