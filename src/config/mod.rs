//! Reads `proofmark.yaml`: environments that inherit, where each value came from, what is refused.
//!
//! [`load()`] gives the [`Settings`] of one environment. A value comes from the environment's own
//! section, else from the one it extends, else from `base`, else from the built-in defaults, which
//! carry the specification's numbers. [`waivers()`] gives the failures that a team accepted there.

mod expect;
mod layer;
mod load;
mod node;
mod profile;
mod read;
mod refusal;
mod resolve;
mod schema;
mod settings;
mod source;
mod waivers;
mod yaml;

pub use load::{ConfigError, FILE_NAME, find, load, settings_schema};
pub use node::{Content, Entries, Node};
pub use profile::{FlakyResult, Profile, Profiles};
pub use settings::{
    Access, AlertAction, Alerts, Allow, Baseline, Browser, Compose, Deploy, ExpectedFact,
    ExpectedService, Monitoring, Origin, Retention, Rollback, SecurityLevel, Service, Settings,
    Strategy, Thresholds,
};
pub use source::{Source, Text, nearest, read_foreign_yaml, read_yaml, read_yaml_as, suggestion};
pub use waivers::{read_waivers, waivers, waivers_schema};
pub use yaml::Spanned;

pub(crate) use schema::schema_of;

/// Tells whether nobody sits at the terminal: `CI` or `TF_BUILD` is set, as insta takes it.
#[must_use]
pub fn is_ci(variables: &Variables) -> bool {
    let ci = variables.get("CI").is_some_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"));
    ci || variables.contains_key("TF_BUILD")
}

/// Holds the process environment, which enters the program once, as a value.
pub type Variables = std::collections::BTreeMap<String, String>;

#[cfg(test)]
mod tests;
