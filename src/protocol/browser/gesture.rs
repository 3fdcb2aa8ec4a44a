//! What a person does on a page.

use std::fmt;
use std::path::PathBuf;

use super::keys::Keys;

/// Is what a person does on a page; elements are named by CSS selectors.
///
/// `T` is a text as it is written, or as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture<T = String> {
    /// Types a text into a field in place of the one in it.
    Fill {
        /// The field.
        selector: T,
        /// The text.
        text: T,
    },
    /// Chooses an option of a list by the text that is shown for it, or by its value.
    Select {
        /// The list.
        selector: T,
        /// The option.
        option: T,
    },
    /// Ticks a box or a button of several, or takes the tick away, where that is not so already.
    Check {
        /// The box.
        selector: T,
        /// Whether it is ticked afterwards.
        ticked: bool,
    },
    /// Clicks it.
    Click {
        /// What is clicked.
        selector: T,
    },
    /// Moves the pointer over it.
    Hover {
        /// What is pointed at.
        selector: T,
    },
    /// Presses a key.
    Press {
        /// The key.
        keys: Keys,
        /// Where; without it, where the focus is.
        selector: Option<T>,
    },
    /// Gives a file to a field that takes one.
    Upload {
        /// The field.
        selector: T,
        /// The file.
        file: PathBuf,
    },
    /// Waits until it is shown.
    Wait {
        /// What is waited for.
        selector: T,
    },
    /// Waits until it is not shown any more.
    Gone {
        /// What is waited for.
        selector: T,
    },
    /// Answers the dialog that the page opened: an alert, a question, a prompt.
    Dialog {
        /// Whether it is accepted; dismissed else.
        accept: bool,
        /// What it has to say.
        says: Option<T>,
        /// What is typed into it.
        text: Option<T>,
    },
    /// Goes into a frame, or out of all.
    Frame {
        /// The frame; without it, the page itself.
        selector: Option<T>,
    },
    /// Goes to another tab, counted from 1 in the order in which they were opened.
    Tab(usize),
}

impl<T> Gesture<T> {
    /// Gives the same with each text turned by `turn`.
    ///
    /// # Errors
    ///
    /// When `turn` has one.
    pub fn with<U, E>(&self, turn: impl Fn(&T) -> Result<U, E>) -> Result<Gesture<U>, E> {
        let turn_some = |text: &Option<T>| text.as_ref().map(&turn).transpose();
        Ok(match self {
            Self::Fill { selector, text } => {
                Gesture::Fill { selector: turn(selector)?, text: turn(text)? }
            }
            Self::Select { selector, option } => {
                Gesture::Select { selector: turn(selector)?, option: turn(option)? }
            }
            Self::Check { selector, ticked } => {
                Gesture::Check { selector: turn(selector)?, ticked: *ticked }
            }
            Self::Click { selector } => Gesture::Click { selector: turn(selector)? },
            Self::Hover { selector } => Gesture::Hover { selector: turn(selector)? },
            Self::Press { keys, selector } => {
                Gesture::Press { keys: keys.clone(), selector: turn_some(selector)? }
            }
            Self::Upload { selector, file } => {
                Gesture::Upload { selector: turn(selector)?, file: file.clone() }
            }
            Self::Wait { selector } => Gesture::Wait { selector: turn(selector)? },
            Self::Gone { selector } => Gesture::Gone { selector: turn(selector)? },
            Self::Dialog { accept, says, text } => {
                Gesture::Dialog { accept: *accept, says: turn_some(says)?, text: turn_some(text)? }
            }
            Self::Frame { selector } => Gesture::Frame { selector: turn_some(selector)? },
            Self::Tab(at) => Gesture::Tab(*at),
        })
    }
}

impl fmt::Display for Gesture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fill { selector, text } => write!(f, "fill `{selector}` with `{text}`"),
            Self::Select { selector, option } => write!(f, "select `{option}` in `{selector}`"),
            Self::Check { selector, ticked: true } => write!(f, "check `{selector}`"),
            Self::Check { selector, ticked: false } => write!(f, "uncheck `{selector}`"),
            Self::Click { selector } => write!(f, "click `{selector}`"),
            Self::Hover { selector } => write!(f, "hover over `{selector}`"),
            Self::Press { keys, selector: Some(selector) } => {
                write!(f, "press {keys} on `{selector}`")
            }
            Self::Press { keys, selector: None } => write!(f, "press {keys}"),
            Self::Upload { selector, file } => {
                write!(f, "upload {} to `{selector}`", file.display())
            }
            Self::Wait { selector } => write!(f, "see `{selector}`"),
            Self::Gone { selector } => write!(f, "see `{selector}` go"),
            Self::Dialog { accept: true, .. } => f.write_str("accept the dialog"),
            Self::Dialog { accept: false, .. } => f.write_str("dismiss the dialog"),
            Self::Frame { selector: Some(selector) } => write!(f, "enter the frame `{selector}`"),
            Self::Frame { selector: None } => f.write_str("leave every frame"),
            Self::Tab(at) => write!(f, "go to tab {at}"),
        }
    }
}
