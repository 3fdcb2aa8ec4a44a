//! The exit codes, a public promise: never renumbered.

/// Tells a calling script what happened; `--help` prints this table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything asked was measured and holds.
    Holds = 0,
    /// A check failed.
    Failed = 1,
    /// Bad arguments, configuration, suite, baseline or waiver; nothing was run.
    Refused = 2,
    /// Could not tell: unreachable, too few samples, missing or stale baseline.
    Inconclusive = 3,
    /// Nothing was selected.
    NothingSelected = 4,
    /// The environment is locked by another deployment, or waits for a person's decision.
    Locked = 5,
    /// The deployment failed and was rolled back; the old release is verified healthy.
    RolledBack = 6,
    /// The deployment failed and so did its rollback: a person is needed.
    RollbackFailed = 7,
}

impl Exit {
    /// The number a shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
