//! What a step does in a browser.

use std::time::Duration;

use super::expectation::Subject;
use crate::model::Template;
use crate::protocol::Gesture;

/// Is a page of a step, and what is done on it.
#[derive(Debug, Clone)]
pub struct BrowserAction {
    /// The whole address.
    pub url: Template,
    /// How much room the page has, in CSS pixels; as before where nothing is said.
    pub viewport: Option<(u32, u32)>,
    /// What is done on it, in order, each within its own time or the step's.
    pub gestures: Vec<(Gesture<Template>, Option<Duration>)>,
    /// The parts of elements that are looked at in the end.
    pub looks: Vec<Subject>,
}
