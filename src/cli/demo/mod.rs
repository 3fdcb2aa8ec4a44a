//! `proofmark demo`: the whole job on the demo stack, in one go.
//!
//! Every act ends in an outcome that has to be seen; the command succeeds only if all of them were.

mod act;
mod stage;

use super::args::{DemoArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print};
use crate::model::Exit;
use act::{Act, table};
use stage::Stage;

/// The release that the demonstration begins with, the one it promotes, and the ones that it sees
/// taken back.
const FIRST: &str = "1.0.0";
const GOOD: &str = "1.1.0";
const BAD: [&str; 2] = ["slow", "crash"];

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &DemoArgs,
) -> Result<Exit, CommandError> {
    let mut stage = Stage::set(context, shared, args).await?;
    let acts = play(&mut stage).await;
    if args.keep {
        eprint(&format!("left running; take it down with `{}`", stage.take_down_command()));
    } else {
        stage.strike().await?;
    }
    let acts = acts?;
    print(&table(&acts));
    Ok(if acts.iter().all(Act::is_as_expected) { Exit::Holds } else { Exit::Failed })
}

async fn play(stage: &mut Stage) -> Result<Vec<Act>, CommandError> {
    let mut acts = vec![
        stage.bring_up(FIRST).await?,
        stage.hold_against_the_baseline().await?,
        stage.run_all_levels().await?,
        stage.deploy(GOOD).await?,
    ];
    for release in BAD {
        acts.push(stage.deploy_and_see_it_taken_back(release, GOOD).await?);
    }
    stage.write_report()?;
    Ok(acts)
}
