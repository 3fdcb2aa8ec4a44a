//! The times of each request in one stretch of a load.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Histogram, PackedHistogram};

/// Holds the times that are judged of each request, in one stretch of a load.
///
/// All stretches together hold what `response` of the requests does, each time once: in the one in which the response
/// ended, or was given up on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoadInterval {
    /// When it began, in seconds after the first request.
    pub at: u32,
    /// How long it lasted, in seconds.
    pub lasts: u32,
    /// The times of each request, in the order of the record's requests; none of one that had none.
    #[schemars(with = "Vec<Option<Histogram>>")]
    pub responses: Vec<Option<PackedHistogram>>,
}
