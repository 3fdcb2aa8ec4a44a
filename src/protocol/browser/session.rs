//! One browser: opens pages, uses them as a person would, and says what is on them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, WebDriver, WebElement};
use tokio::time::timeout;

use super::driver::Browsers;
use super::error::{BrowserError, may_come, of_asking, of_opening, words};

/// How long to wait before an element is looked for again.
const PAUSE: Duration = Duration::from_millis(50);
/// How long closing a browser, or a picture of it, may take.
const CLOSE: Duration = Duration::from_secs(5);

/// Is a browser of its own; closed when it is told to, else with its driver.
#[derive(Debug)]
pub struct Browser {
    driver: Option<WebDriver>,
    /// Keeps the driver running.
    _browsers: Arc<Browsers>,
}

/// Is what a person does with an element, named by a CSS selector.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gesture {
    /// Types a text into a field in place of the one in it, or chooses the option that is so named.
    Fill {
        /// The field.
        selector: String,
        /// The text.
        text: String,
    },
    /// Clicks it.
    Click {
        /// What is clicked.
        selector: String,
    },
    /// Waits until it is shown.
    Wait {
        /// What is waited for.
        selector: String,
    },
}

impl Gesture {
    fn selector(&self) -> &str {
        match self {
            Self::Fill { selector, .. } | Self::Click { selector } | Self::Wait { selector } => {
                selector
            }
        }
    }

    const fn verb(&self) -> &'static str {
        match self {
            Self::Fill { .. } => "fill",
            Self::Click { .. } => "click",
            Self::Wait { .. } => "see",
        }
    }
}

impl std::fmt::Display for Gesture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fill { selector, text } => write!(f, "fill `{selector}` with `{text}`"),
            Self::Click { selector } => write!(f, "click `{selector}`"),
            Self::Wait { selector } => write!(f, "wait for `{selector}`"),
        }
    }
}

/// Tells what is on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its address, after any redirect.
    pub url: String,
    /// The text of the first element of each selector, as it is shown; none where there is none.
    pub texts: BTreeMap<String, Option<String>>,
    /// Whether the first element of each selector is shown.
    pub visible: BTreeMap<String, bool>,
    /// The errors that the console shows since it was last looked at.
    pub console: Vec<String>,
}

impl Browser {
    pub(super) fn new(driver: WebDriver, browsers: Arc<Browsers>) -> Self {
        Self { driver: Some(driver), _browsers: browsers }
    }

    fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it is taken only by closing, which takes the browser")
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Errors
    ///
    /// When it cannot be reached, or is not loaded within `limit`.
    pub async fn goto(&self, url: &str, limit: Duration) -> Result<(), BrowserError> {
        let opened = async {
            self.driver().set_page_load_timeout(limit).await?;
            self.driver().goto(url).await
        };
        opened.await.map_err(|error| of_opening(&error, url, limit))?;
        self.refuse_error_page().await
    }

    /// Tells the page that Chromium shows where there is none from one that a service gave.
    async fn refuse_error_page(&self) -> Result<(), BrowserError> {
        const SCRIPT: &str = "const code = document.querySelector('.error-code');
            return [document.documentURI, code ? code.textContent : '']";
        let asked = |error| of_asking(&error, "the page");
        let told = self.driver().execute(SCRIPT, Vec::new()).await.map_err(asked)?;
        let told = told.json();
        if !told[0].as_str().is_some_and(|address| address.starts_with("chrome-error:")) {
            return Ok(());
        }
        let url = self.driver().current_url().await.map_err(asked)?.to_string();
        let cause = told[1].as_str().filter(|code| !code.is_empty());
        let cause = cause.unwrap_or("it shows a page of its own about an error").to_owned();
        Err(BrowserError::Unreachable { url, cause })
    }

    /// Does what a person would, as soon as the element is there and can be used.
    ///
    /// # Errors
    ///
    /// When it cannot be within `limit`.
    pub async fn perform(&self, gesture: &Gesture, limit: Duration) -> Result<(), BrowserError> {
        let end = Instant::now() + limit;
        loop {
            let cause = match self.attempt(gesture).await {
                Ok(true) => return Ok(()),
                Ok(false) => "it is not shown".to_owned(),
                Err(error) if may_come(&error) => words(&error),
                Err(error) => return Err(of_asking(&error, gesture.selector())),
            };
            if Instant::now() + PAUSE >= end {
                let (what, selector) = (gesture.verb(), gesture.selector().to_owned());
                return Err(BrowserError::Element { what, selector, limit, cause });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Tries once; false where the element is there and not shown.
    async fn attempt(&self, gesture: &Gesture) -> WebDriverResult<bool> {
        let element = self.driver().find(By::Css(gesture.selector())).await?;
        if !element.is_displayed().await? {
            return Ok(false);
        }
        match gesture {
            Gesture::Fill { text, .. } => fill(&element, text).await?,
            Gesture::Click { .. } => element.click().await?,
            Gesture::Wait { .. } => {}
        }
        Ok(true)
    }

    /// Says what is on the page now, and what of each of `selectors`.
    ///
    /// # Errors
    ///
    /// When a selector is none, or the browser went away.
    pub async fn look(&self, selectors: &[String]) -> Result<Page, BrowserError> {
        self.refuse_error_page().await?;
        let asked = |error| of_asking(&error, "the page");
        let driver = self.driver();
        let mut page = Page {
            title: driver.title().await.map_err(asked)?,
            url: driver.current_url().await.map_err(asked)?.to_string(),
            ..Page::default()
        };
        for selector in selectors {
            let found = self.shown(selector).await.map_err(|error| of_asking(&error, selector))?;
            page.visible.insert(selector.clone(), found.as_ref().is_some_and(|(_, shown)| *shown));
            page.texts.insert(selector.clone(), found.map(|(text, _)| text));
        }
        let errors = driver.browser_log().await.map_err(asked)?;
        page.console = errors.into_iter().map(|entry| entry.message).collect();
        Ok(page)
    }

    /// Gives the text of the first element of a selector, and whether it is shown.
    async fn shown(&self, selector: &str) -> WebDriverResult<Option<(String, bool)>> {
        let look = async {
            let element = self.driver().find(By::Css(selector)).await?;
            Ok((element.text().await?, element.is_displayed().await?))
        };
        match look.await {
            Ok(found) => Ok(Some(found)),
            // An element that went while it was looked at is not there either.
            Err(error) if may_come(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives every text that a picture of the page would show, what stands in its fields and frames
    /// included; what a frame of another origin or a closed shadow tree shows is not known.
    ///
    /// # Errors
    ///
    /// When the browser went away or does not answer.
    pub async fn legible(&self) -> Result<String, BrowserError> {
        const SCRIPT: &str = include_str!("legible.js");
        let read = async {
            let texts = self.driver().execute(SCRIPT, Vec::new()).await?;
            Ok(texts.json().as_str().unwrap_or_default().to_owned())
        };
        in_time(read).await
    }

    /// Gives a picture of what is shown, as PNG.
    ///
    /// # Errors
    ///
    /// When the browser went away or does not answer.
    pub async fn screenshot(&self) -> Result<Vec<u8>, BrowserError> {
        in_time(self.driver().screenshot_as_png()).await
    }

    /// Closes it.
    pub async fn close(mut self) {
        if let Some(driver) = self.driver.take() {
            // One that does not close any more goes with its driver.
            let closed = timeout(CLOSE, driver.clone().quit()).await;
            if !matches!(closed, Ok(Ok(()))) {
                let _ = driver.leak();
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closing it here would block whoever drops it; it goes with its driver.
        if let Some(driver) = self.driver.take() {
            let _ = driver.leak();
        }
    }
}

async fn fill(element: &WebElement, text: &str) -> WebDriverResult<()> {
    if element.tag_name().await? != "select" {
        element.clear().await?;
    }
    element.send_keys(text).await
}

async fn in_time<T>(answer: impl Future<Output = WebDriverResult<T>>) -> Result<T, BrowserError> {
    match timeout(CLOSE, answer).await {
        Ok(answer) => answer.map_err(|error| of_asking(&error, "the page")),
        Err(_) => Err(BrowserError::Lost { cause: "it does not answer".to_owned() }),
    }
}
