//! Pages in the browser of the case.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::model::TemplateError;
use crate::protocol;
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::page::{BrowserAction, Gesture};
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;

pub(super) async fn ask(
    action: &BrowserAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let BrowserAction { url, gestures, selectors } = action;
    let url = fill_template(url, session)?;
    *sent = format!("open {url}");
    let filled = gestures
        .iter()
        .map(|(gesture, within)| Ok((fill(gesture, session)?, within.unwrap_or(limit))));
    let filled: Vec<(protocol::Gesture, Duration)> =
        filled.collect::<Result<_, TemplateError>>()?;
    for (gesture, _) in &filled {
        sent.push('\n');
        sent.push_str(&gesture.to_string());
    }
    let browser = session.browser().await?;
    let began = Instant::now();
    browser.goto(&url, limit).await?;
    let elapsed = began.elapsed();
    for (gesture, within) in &filled {
        browser.perform(gesture, *within).await?;
    }
    let page = browser.look(selectors).await?;

    let mut parts = Parts::default()
        .after(elapsed)
        .with(Subject::Title, page.title)
        .with(Subject::Url, page.url);
    for (selector, text) in page.texts {
        if let Some(text) = text {
            parts = parts.with(Subject::Text(selector), text);
        }
    }
    for (selector, visible) in page.visible {
        parts = parts.with(Subject::Visible(selector), visible);
    }
    let parts = parts.with(Subject::Console, Value::from(page.console));
    let shown = parts.lines();
    Ok(Received::one(parts, shown))
}

fn fill(gesture: &Gesture, session: &Session) -> Result<protocol::Gesture, TemplateError> {
    Ok(match gesture {
        Gesture::Fill { selector, text } => protocol::Gesture::Fill {
            selector: fill_template(selector, session)?,
            text: fill_template(text, session)?,
        },
        Gesture::Click { selector } => {
            protocol::Gesture::Click { selector: fill_template(selector, session)? }
        }
        Gesture::Wait { selector } => {
            protocol::Gesture::Wait { selector: fill_template(selector, session)? }
        }
    })
}
