//! What the numbers of a load case must keep to.

use std::time::Duration;

use crate::model::{Limited, Percent, Rate};

/// Names a statistic of response times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimeStatistic {
    /// The mean.
    Mean,
    /// Half of the responses take at most so long.
    P50,
    /// 90 % of them.
    P90,
    /// 95 % of them.
    P95,
    /// 99 % of them.
    P99,
    /// 99.9 % of them.
    P999,
    /// All of them.
    Max,
}

impl TimeStatistic {
    /// Every statistic, from the mildest to the strictest.
    pub const ALL: [Self; 7] =
        [Self::Mean, Self::P50, Self::P90, Self::P95, Self::P99, Self::P999, Self::Max];

    /// The word for it in suites and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.limited().word()
    }

    /// Gives what a limit of it is about.
    #[must_use]
    pub const fn limited(self) -> Limited {
        match self {
            Self::Mean => Limited::Mean,
            Self::P50 => Limited::P50,
            Self::P90 => Limited::P90,
            Self::P95 => Limited::P95,
            Self::P99 => Limited::P99,
            Self::P999 => Limited::P999,
            Self::Max => Limited::Max,
        }
    }

    /// Gives the share of the responses that it bounds, from 0 to 1; none of a mean or a maximum.
    #[must_use]
    pub const fn quantile(self) -> Option<f64> {
        match self {
            Self::P50 => Some(0.5),
            Self::P90 => Some(0.9),
            Self::P95 => Some(0.95),
            Self::P99 => Some(0.99),
            Self::P999 => Some(0.999),
            Self::Mean | Self::Max => None,
        }
    }
}

/// Holds what numbers must keep to; what is not said is not asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadLimits {
    /// The longest that each of these may be.
    pub times: Vec<(TimeStatistic, Duration)>,
    /// The fewest correct responses per second.
    pub throughput: Option<Rate>,
    /// The largest share of requests without a correct response.
    pub errors: Option<Percent>,
    /// The fewest correct responses that anything is told from.
    pub samples: Option<u64>,
    /// The most CPU of a service, as a share of what it may use.
    pub cpu: Option<Percent>,
    /// The most memory of a service, as a share of its limit.
    pub memory: Option<Percent>,
}
