//! What a page looked like when a step on it did not hold.

use std::io;
use std::path::Path;

use tokio::io::AsyncWriteExt;

use super::session::Session;
use crate::model::{Screenshot, seen_from};
use crate::protocol::{Browser, BrowserError};
use crate::suite::case::{Action, Step};

/// Keeps a picture of the page that a step in a browser left, or says why there is none; nothing where
/// the step got no page.
pub(super) async fn screenshot(
    step: &Step,
    session: &Session,
) -> Option<Result<Screenshot, String>> {
    let Action::Browser(_) = &step.action else { return None };
    let browser = session.opened_browser()?;
    let name = format!("{}-line-{}.png", session.unique(), step.place.line);
    let file = session.ground.evidence.join(name);
    let shown = seen_from(&session.ground.root, &file);
    let taken = match picture(browser, session).await {
        Ok(Some(png)) => match write(&file, &png).await {
            Ok(()) => Ok(Screenshot { file: shown, png }),
            Err(cause) => {
                Err(format!("the picture of the page cannot be kept as {shown}: {cause}"))
            }
        },
        Ok(None) => Err("no picture is kept of a page that shows a secret".to_owned()),
        Err(cause) => Err(format!("there is no picture of the page: {cause}")),
    };
    Some(taken)
}

/// Takes a picture, unless a secret can be read on it: no redaction reaches into a picture.
async fn picture(browser: &Browser, session: &Session) -> Result<Option<Vec<u8>>, BrowserError> {
    if session.scope.holds_secret(&browser.legible().await?) {
        return Ok(None);
    }
    browser.screenshot().await.map(Some)
}

async fn write(file: &Path, png: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let mut options = tokio::fs::File::options();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(file).await?;
    file.write_all(png).await?;
    file.flush().await
}
