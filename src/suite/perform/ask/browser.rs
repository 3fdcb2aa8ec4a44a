//! Pages in the browser of the case.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::model::TemplateError;
use crate::protocol::{Elements, Gesture};
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::page::BrowserAction;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;

pub(super) async fn ask(
    action: &BrowserAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let BrowserAction { url, viewport, gestures, looks } = action;
    let url = fill_template(url, session)?;
    *sent = format!("open {url}");
    let filled = gestures.iter().map(|(gesture, within)| {
        let filled = gesture.with(|text| fill_template(text, session))?;
        Ok((filled, within.unwrap_or(limit)))
    });
    let filled: Vec<(Gesture, Duration)> = filled.collect::<Result<_, TemplateError>>()?;
    for (gesture, _) in &filled {
        sent.push('\n');
        sent.push_str(&gesture.to_string());
    }
    let browser = session.browser().await?;
    if let Some((width, height)) = viewport {
        browser.set_viewport(*width, *height).await?;
    }
    let began = Instant::now();
    browser.goto(&url, limit).await?;
    let elapsed = began.elapsed();
    for (gesture, within) in &filled {
        browser.perform(gesture, *within).await?;
    }
    let selectors: BTreeSet<&str> = looks.iter().filter_map(Subject::selector).collect();
    let page = browser.look(&selectors).await?;

    let mut parts = Parts::default()
        .after(elapsed)
        .with(Subject::Title, page.title)
        .with(Subject::Url, page.url);
    for subject in looks {
        let elements = subject.selector().and_then(|selector| page.elements.get(selector));
        if let Some(value) = elements.and_then(|elements| part(subject, elements)) {
            parts = parts.with(subject.clone(), value);
        }
    }
    let parts = parts.with(Subject::Console, Value::from(page.console));
    let shown = parts.lines();
    Ok(Received::one(parts, shown))
}

fn part(subject: &Subject, elements: &Elements) -> Option<Value> {
    match subject {
        Subject::Text(_) => elements.text.clone().map(Value::from),
        Subject::Visible(_) => Some(elements.visible.into()),
        Subject::Elements(_) => Some(elements.count.into()),
        Subject::Value(_) => elements.value.clone().map(Value::from),
        Subject::Checked(_) => elements.checked.map(Value::from),
        Subject::Enabled(_) => elements.enabled.map(Value::from),
        Subject::Attribute(_, name) => elements.attributes.get(name).cloned().map(Value::from),
        _ => None,
    }
}
