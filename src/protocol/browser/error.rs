//! Why a page could not be seen, or not be used.

use std::io;
use std::time::Duration;

use thirtyfour::error::{WebDriverError, WebDriverErrorInfo, WebDriverErrorInner};
use thiserror::Error;

use crate::model::show_duration;

/// Says why a page could not be seen, or not be used.
#[derive(Debug, Error)]
pub enum BrowserError {
    /// There is no driver on this host.
    #[error(
        "there is no {program} on this host; install it (Debian: `apt-get install chromium chromium-driver`), or name it in proofmark.yaml: `browser: {{ driver: /path/to/chromedriver }}`"
    )]
    NoDriver {
        /// The program that was to be started.
        program: String,
    },
    /// The driver could not be started, or did not say where it listens.
    #[error("cannot start {program}: {cause}")]
    Driver {
        /// The program.
        program: String,
        /// What went wrong.
        cause: io::Error,
    },
    /// The driver opens no browser.
    #[error("chromedriver opens no browser: {cause}; is Chromium of the same version installed?")]
    NotOpened {
        /// The driver's words.
        cause: String,
    },
    /// The page could not be reached.
    #[error("the browser cannot reach {url}: {cause}")]
    Unreachable {
        /// What was to be opened.
        url: String,
        /// Chromium's name of the cause.
        cause: String,
    },
    /// The page was not there in time.
    #[error("{url} was not loaded within {}", show_duration(*.limit))]
    TimedOut {
        /// What was to be opened.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// What a person does cannot be done.
    #[error("cannot {gesture} within {}: {cause}", show_duration(*.limit))]
    Gesture {
        /// What was to be done.
        gesture: String,
        /// How long was waited.
        limit: Duration,
        /// Why not.
        cause: String,
    },
    /// A dialog is open that nobody answers.
    #[error(
        "the page opened a dialog that nobody answered: {said}; add `{{ dialog: accept }}` to `do`"
    )]
    Dialog {
        /// The driver's words, with what it says.
        said: String,
    },
    /// The selector is none, or the address.
    #[error("the browser refuses {what}: {cause}")]
    Malformed {
        /// The selector or the address.
        what: String,
        /// The driver's words.
        cause: String,
    },
    /// The browser or its driver went away.
    #[error("the browser went away: {cause}")]
    Lost {
        /// The driver's words.
        cause: String,
    },
}

/// Tells apart what may still come of an element from what never will.
pub(super) fn may_come(error: &WebDriverError) -> bool {
    use WebDriverErrorInner as E;
    matches!(
        &**error,
        E::NoSuchElement(_)
            | E::StaleElementReference(_)
            | E::ElementNotInteractable(_)
            | E::ElementClickIntercepted(_)
            | E::InvalidElementState(_)
            | E::NoSuchAlert(_)
    )
}

/// Gives what came of opening `url`.
pub(super) fn of_opening(error: &WebDriverError, url: &str, limit: Duration) -> BrowserError {
    use WebDriverErrorInner as E;
    let (url, cause) = (url.to_owned(), words(error));
    match &**error {
        E::WebDriverTimeout(_) | E::ScriptTimeout(_) => BrowserError::TimedOut { url, limit },
        E::InvalidArgument(_) | E::InvalidUrl(_) => BrowserError::Malformed { what: url, cause },
        _ => match cause.split_once("net::") {
            Some((_, name)) => BrowserError::Unreachable { url, cause: name.to_owned() },
            None => BrowserError::Lost { cause },
        },
    }
}

/// Gives what came of anything else; an element that is not there has its own words.
pub(super) fn of_asking(error: &WebDriverError, selector: &str) -> BrowserError {
    use WebDriverErrorInner as E;
    let cause = words(error);
    match &**error {
        E::InvalidSelector(_) => BrowserError::Malformed { what: selector.to_owned(), cause },
        E::UnexpectedAlertOpen(_) => BrowserError::Dialog { said: cause },
        _ => BrowserError::Lost { cause },
    }
}

/// Gives the first line of the driver's own words: the ones after it are its stack.
pub(super) fn words(error: &WebDriverError) -> String {
    let text = match info(error) {
        Some(info) => info.value.message.clone(),
        None => error.to_string(),
    };
    text.lines().next().unwrap_or_default().trim().to_owned()
}

fn info(error: &WebDriverError) -> Option<&WebDriverErrorInfo> {
    use WebDriverErrorInner as E;
    match &**error {
        E::NotInSpec(info)
        | E::ElementClickIntercepted(info)
        | E::ElementNotInteractable(info)
        | E::InsecureCertificate(info)
        | E::InvalidArgument(info)
        | E::InvalidElementState(info)
        | E::InvalidSelector(info)
        | E::InvalidSessionId(info)
        | E::JavascriptError(info)
        | E::MoveTargetOutOfBounds(info)
        | E::NoSuchAlert(info)
        | E::NoSuchElement(info)
        | E::NoSuchWindow(info)
        | E::ScriptTimeout(info)
        | E::SessionNotCreated(info)
        | E::StaleElementReference(info)
        | E::WebDriverTimeout(info)
        | E::UnableToCaptureScreen(info)
        | E::UnexpectedAlertOpen(info)
        | E::UnknownError(info) => Some(info),
        _ => None,
    }
}
