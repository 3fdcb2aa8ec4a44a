//! Computes what the judgement about rounds needs: estimates, exact intervals, corrected levels.
//!
//! Each file is one method with its source. Nothing here knows of metrics, files or thresholds.

mod hodges_lehmann;
mod holm;
mod noise;
mod signed_rank;
mod wilson;

pub use hodges_lehmann::{median, walsh_averages};
pub use holm::levels;
pub use noise::noise;
pub use signed_rank::{SignedRank, least_differences};
pub use wilson::{CONFIDENCE as SHARE_CONFIDENCE, Share};
