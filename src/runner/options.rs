//! How a plan is performed.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::cores::CORES;
use crate::config::{FlakyResult, Profile};

/// Says how a plan is performed.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many checks may be under way at once.
    pub jobs: NonZeroUsize,
    /// After how many failures nothing more is started; without it, everything is.
    pub most_failures: Option<NonZeroUsize>,
    /// How long a check that was told to stop may take to clean up.
    pub grace: Duration,
    /// What gives the order in which checks are started; without it, the plan does.
    pub seed: Option<u64>,
    /// How often a check that does not hold is asked again, where it can be.
    pub retries: u32,
    /// What a check comes to that holds only when asked again.
    pub flaky_result: FlakyResult,
    /// After what time a check is marked as slow.
    pub slow_after: Option<Duration>,
    /// How long all of it may take, cleanup not included.
    pub limit: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        // Checks mostly wait for the target, so that more of them than cores pay.
        let jobs = CORES.saturating_mul(NonZeroUsize::MIN.saturating_add(3));
        Self {
            jobs,
            most_failures: None,
            grace: Duration::from_secs(10),
            seed: None,
            retries: 0,
            flaky_result: FlakyResult::Pass,
            slow_after: None,
            limit: None,
        }
    }
}

impl From<&Profile> for Options {
    fn from(profile: &Profile) -> Self {
        let usual = Self::default();
        let Profile { retries, flaky_result, slow_after, timeout, jobs, fail_fast } = *profile;
        Self {
            jobs: jobs.unwrap_or(usual.jobs),
            most_failures: fail_fast.then_some(NonZeroUsize::MIN),
            retries,
            flaky_result,
            slow_after,
            limit: timeout,
            ..usual
        }
    }
}
