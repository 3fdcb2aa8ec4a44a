//! What a step does in a browser.

use std::time::Duration;

use crate::model::Template;

/// Is a page of a step, and what is done on it.
#[derive(Debug, Clone)]
pub struct BrowserAction {
    /// The whole address.
    pub url: Template,
    /// What is done on it, in order, each within its own time or the step's.
    pub gestures: Vec<(Gesture, Option<Duration>)>,
    /// The elements that are looked at in the end.
    pub selectors: Vec<String>,
}

/// Is what a person does with an element, named by a CSS selector.
#[derive(Debug, Clone)]
pub enum Gesture {
    /// Types a text into a field, or chooses the option that is so named.
    Fill {
        /// The field.
        selector: Template,
        /// The text.
        text: Template,
    },
    /// Clicks it.
    Click {
        /// What is clicked.
        selector: Template,
    },
    /// Waits until it is shown.
    Wait {
        /// What is waited for.
        selector: Template,
    },
}
