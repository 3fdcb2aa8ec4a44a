//! `proofmark config show`: every effective setting, and where it came from.

use super::args::{ConfigShowArgs, OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{json, print, settings_of};
use crate::model::{Exit, Redactor};

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &ConfigShowArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let text = if shared.format == OutputFormat::Json {
        json(&settings.origins)
    } else {
        let wide = |of: fn(&crate::config::Origin) -> usize| {
            settings.origins.iter().map(of).max().unwrap_or_default()
        };
        let (path, value) = (wide(|o| o.path.len()), wide(|o| o.value.len()));
        let line = |origin: &crate::config::Origin| {
            if args.origins {
                format!("{:path$}  {:value$}  {}", origin.path, origin.value, origin.place)
            } else {
                format!("{:path$}  {}", origin.path, origin.value)
            }
        };
        settings.origins.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    print(&Redactor::default().apply(&text));
    Ok(Exit::Holds)
}
