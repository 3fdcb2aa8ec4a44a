//! What a judgement about rounds takes.

use std::path::PathBuf;

use clap::Args;

use super::ReportArgs;
use crate::load::rounds::{Amount, Direction, Rule, Setting};
use crate::model::Percent;

/// What is tolerated, wherever the rounds come from.
#[derive(Debug, Args)]
pub(in crate::cli) struct RuleArgs {
    /// What the candidate may be worse by, of one metric or of all; 10% where nothing is said.
    #[arg(long, value_name = "[METRIC=]SHARE")]
    pub tolerance: Vec<Setting<Percent>>,
    /// The least change that matters at all, in the metric's own unit.
    #[arg(long, value_name = "[METRIC=]AMOUNT")]
    pub floor: Vec<Setting<Amount>>,
    /// What the baseline was measured to differ from itself by; no tolerance is less.
    #[arg(long, value_name = "[METRIC=]SHARE")]
    pub noise: Vec<Setting<Percent>>,
    /// The share of requests that may go without a correct response.
    #[arg(long, value_name = "SHARE", default_value = "1%")]
    pub error_budget: Percent,
    /// A metric that gates, the others being for information; may be given more than once.
    #[arg(long, value_name = "METRIC")]
    pub gating: Vec<String>,
    /// Let a warning fail the verdict.
    #[arg(long)]
    pub warnings_fail: bool,
}

impl RuleArgs {
    /// Gives the rule that these options say, for metrics of which it is known which way is better.
    pub fn rule(&self) -> Rule {
        Rule {
            tolerance: self.tolerance.clone(),
            floor: self.floor.clone(),
            noise: self.noise.clone(),
            direction: Vec::new(),
            error_budget: self.error_budget,
            gating: self.gating.clone(),
            is_last_look: false,
        }
    }

    /// Names an option that was given and only says how two sides are held against each other.
    pub fn of_comparisons(&self) -> Option<&'static str> {
        let given = [
            ("--tolerance", !self.tolerance.is_empty()),
            ("--floor", !self.floor.is_empty()),
            ("--noise", !self.noise.is_empty()),
            ("--error-budget", self.error_budget != Rule::default().error_budget),
            ("--gating", !self.gating.is_empty()),
        ];
        given.into_iter().find_map(|(option, is_given)| is_given.then_some(option))
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct JudgeArgs {
    /// The rounds: CSV with the columns pair,side,order,metric,value, or JSON with the same keys.
    #[arg(value_name = "ROUNDS")]
    pub rounds: PathBuf,
    /// Which way is better, lower or higher; known of percentiles, mean, max, cpu, memory, throughput.
    #[arg(long, value_name = "[METRIC=]WAY")]
    pub direction: Vec<Setting<Direction>>,
    #[command(flatten)]
    pub rule: RuleArgs,
    #[command(flatten)]
    pub reports: ReportArgs,
}

impl JudgeArgs {
    /// Gives the rule that these options say.
    pub fn rule(&self) -> Rule {
        Rule { direction: self.direction.clone(), ..self.rule.rule() }
    }
}
