//! `proofmark releases`: what was deployed, and how it ended.

use super::args::{OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{print, settings_of};
use crate::model::{Deployment, Exit};
use crate::store::Store;

pub(super) fn perform(context: &Context, shared: &Shared) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let deployments = Store::open(&settings.state)?.deployments(&settings.environment)?;
    if shared.format == OutputFormat::Json {
        print(&serde_json::to_string_pretty(&deployments).expect("a deployment is plain data"));
    } else if deployments.is_empty() {
        print(&format!("nothing was deployed to {} yet", settings.environment));
    } else {
        print(&deployments.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    Ok(Exit::Holds)
}

fn line(deployment: &Deployment) -> String {
    let from = deployment.from.as_deref().unwrap_or("nothing");
    let why = match (&deployment.trigger, deployment.because.first()) {
        (Some(trigger), Some(because)) => format!("  {}: {because}", trigger.words()),
        (None, Some(because)) => format!("  {because}"),
        _ => String::new(),
    };
    let state = deployment.state.word();
    format!("{}  {from} → {}  {state}{why}", deployment.started, deployment.to)
}
