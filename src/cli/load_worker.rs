//! `proofmark load-worker`: the child process that generates load.

use super::error::CommandError;
use crate::load;
use crate::model::Exit;

pub(super) async fn perform() -> Result<Exit, CommandError> {
    Box::pin(load::work(std::io::BufReader::new(std::io::stdin()))).await?;
    Ok(Exit::Holds)
}
