//! One browser: opens pages, uses them as a person would, and says what is on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::components::SelectElement;
use thirtyfour::error::{WebDriverError, WebDriverResult};
use thirtyfour::{By, WebDriver, WebElement};
use tokio::time::timeout;

use super::driver::Browsers;
use super::error::{BrowserError, may_come, of_asking, of_opening, words};
use super::gesture::Gesture;

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

/// Tells what is on a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its address, after any redirect.
    pub url: String,
    /// What is there of each selector.
    pub elements: BTreeMap<String, Elements>,
    /// The errors that the console shows since it was last looked at.
    pub console: Vec<String>,
}

/// Tells what is there of a selector; all but the count is of the first element, and not there without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Elements {
    /// How many fit.
    pub count: u64,
    /// The text, as it is shown.
    pub text: Option<String>,
    /// Whether it is shown.
    pub visible: bool,
    /// What a field holds.
    pub value: Option<String>,
    /// Whether a box is ticked.
    pub checked: Option<bool>,
    /// Whether it can be used.
    pub enabled: Option<bool>,
    /// Its attributes, by name.
    pub attributes: BTreeMap<String, String>,
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

    /// Gives the page this much room, in CSS pixels, until it is given another.
    ///
    /// # Errors
    ///
    /// When the browser went away.
    pub async fn set_viewport(&self, width: u32, height: u32) -> Result<(), BrowserError> {
        const INNER: &str = "return [window.innerWidth, window.innerHeight]";
        let asked = |error| of_asking(&error, "the viewport");
        let driver = self.driver();
        let inner = async || {
            let told = driver.execute(INNER, Vec::new()).await?;
            let side = |at: usize| told.json()[at].as_u64().and_then(|side| side.try_into().ok());
            Ok::<(u32, u32), WebDriverError>((side(0).unwrap_or(0), side(1).unwrap_or(0)))
        };
        driver.set_window_rect(0, 0, width, height).await.map_err(asked)?;
        // What the window needs for itself comes on top.
        let (inner_width, inner_height) = inner().await.map_err(asked)?;
        let outer = (2 * width).saturating_sub(inner_width);
        let outer_height = (2 * height).saturating_sub(inner_height);
        driver.set_window_rect(0, 0, outer, outer_height).await.map_err(asked)?;
        let (inner_width, inner_height) = inner().await.map_err(asked)?;
        if (inner_width, inner_height) == (width, height) {
            return Ok(());
        }
        let cause = format!("it makes it {inner_width} by {inner_height}");
        Err(BrowserError::Malformed { what: format!("a page of {width} by {height}"), cause })
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
                Ok(Attempt::Done) => return Ok(()),
                Ok(Attempt::NotYet(why)) => why,
                Err(error) if may_come(&error) => words(&error),
                Err(error) => return Err(of_asking(&error, &gesture.to_string())),
            };
            if Instant::now() + PAUSE >= end {
                let gesture = gesture.to_string();
                return Err(BrowserError::Gesture { gesture, limit, cause });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Tries once.
    async fn attempt(&self, gesture: &Gesture) -> WebDriverResult<Attempt> {
        let driver = self.driver();
        match gesture {
            Gesture::Fill { selector, text } => {
                let Some(field) = self.usable(selector).await? else {
                    return Ok(Attempt::hidden());
                };
                if field.tag_name().await? == "select" {
                    return Ok(Attempt::NotYet("it is a list; `select` chooses in it".to_owned()));
                }
                field.clear().await?;
                field.send_keys(text.as_str()).await?;
            }
            Gesture::Select { selector, option } => {
                let Some(list) = self.usable(selector).await? else { return Ok(Attempt::hidden()) };
                let list = SelectElement::new(&list).await?;
                if list.select_by_exact_text(option).await.is_err() {
                    list.select_by_value(option).await?;
                }
            }
            Gesture::Check { selector, ticked } => {
                let Some(tick) = self.usable(selector).await? else { return Ok(Attempt::hidden()) };
                if tick.is_selected().await? != *ticked {
                    tick.click().await?;
                }
                if tick.is_selected().await? != *ticked {
                    return Ok(Attempt::NotYet("a click does not change it".to_owned()));
                }
            }
            Gesture::Click { selector } => match self.usable(selector).await? {
                None => return Ok(Attempt::hidden()),
                Some(element) => element.click().await?,
            },
            Gesture::Hover { selector } => match self.usable(selector).await? {
                None => return Ok(Attempt::hidden()),
                Some(element) => {
                    driver.action_chain().move_to_element_center(&element).perform().await?;
                }
            },
            Gesture::Press { keys, selector: None } => {
                driver.active_element().await?.send_keys(keys.typed()).await?;
            }
            Gesture::Press { keys, selector: Some(selector) } => {
                match self.usable(selector).await? {
                    None => return Ok(Attempt::hidden()),
                    Some(element) => element.send_keys(keys.typed()).await?,
                }
            }
            // Pages hide such fields behind buttons of their own.
            Gesture::Upload { selector, file } => {
                let field = driver.find(By::Css(selector.as_str())).await?;
                // The browser asks for the whole path.
                let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
                field.send_keys(file.display().to_string()).await?;
            }
            Gesture::Wait { selector } => {
                if self.usable(selector).await?.is_none() {
                    return Ok(Attempt::hidden());
                }
            }
            Gesture::Gone { selector } => match self.usable(selector).await {
                Ok(Some(_)) => return Ok(Attempt::NotYet("it is still shown".to_owned())),
                Err(error) if !may_come(&error) => return Err(error),
                Ok(None) | Err(_) => {}
            },
            Gesture::Dialog { accept, says, text } => {
                let said = driver.get_alert_text().await?;
                if says.as_ref().is_some_and(|says| *says != said) {
                    return Ok(Attempt::NotYet(format!("it says `{said}`")));
                }
                if let Some(text) = text {
                    driver.send_alert_text(text.as_str()).await?;
                }
                if *accept { driver.accept_alert().await? } else { driver.dismiss_alert().await? }
            }
            Gesture::Frame { selector: None } => driver.enter_default_frame().await?,
            Gesture::Frame { selector: Some(selector) } => {
                driver.find(By::Css(selector.as_str())).await?.enter_frame().await?;
            }
            Gesture::Tab(at) => {
                let tabs = driver.windows().await?;
                let Some(tab) = at.checked_sub(1).and_then(|at| tabs.get(at)) else {
                    return Ok(Attempt::NotYet(format!("there are {} tabs", tabs.len())));
                };
                driver.switch_to_window(tab.clone()).await?;
            }
        }
        Ok(Attempt::Done)
    }

    /// Gives the first element of a selector, where it is shown.
    async fn usable(&self, selector: &str) -> WebDriverResult<Option<WebElement>> {
        let element = self.driver().find(By::Css(selector)).await?;
        Ok(if element.is_displayed().await? { Some(element) } else { None })
    }

    /// Says what is on the page now, and what of each of `selectors`.
    ///
    /// # Errors
    ///
    /// When a selector is none, or the browser went away.
    pub async fn look(&self, selectors: &BTreeSet<&str>) -> Result<Page, BrowserError> {
        self.refuse_error_page().await?;
        let asked = |error| of_asking(&error, "the page");
        let driver = self.driver();
        let mut page = Page {
            title: driver.title().await.map_err(asked)?,
            url: driver.current_url().await.map_err(asked)?.to_string(),
            ..Page::default()
        };
        for selector in selectors {
            let found =
                self.elements(selector).await.map_err(|error| of_asking(&error, selector))?;
            page.elements.insert((*selector).to_owned(), found.unwrap_or_default());
        }
        let errors = driver.browser_log().await.map_err(asked)?;
        page.console = errors.into_iter().map(|entry| entry.message).collect();
        Ok(page)
    }

    /// Says what is there of a selector.
    async fn elements(&self, selector: &str) -> WebDriverResult<Option<Elements>> {
        const SCRIPT: &str = include_str!("elements.js");
        let look = async {
            let element = self.driver().find(By::Css(selector)).await?;
            let (text, visible) = (element.text().await?, element.is_displayed().await?);
            let told = self.driver().execute(SCRIPT, vec![json!(selector)]).await?;
            let told = told.json();
            let attributes = told["attributes"].as_object().into_iter().flatten();
            let attribute =
                |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
            Ok(Elements {
                count: told["count"].as_u64().unwrap_or_default(),
                text: Some(text),
                visible,
                value: told["value"].as_str().map(str::to_owned),
                checked: told["checked"].as_bool(),
                enabled: told["enabled"].as_bool(),
                attributes: attributes.filter_map(attribute).collect(),
            })
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
            // A picture shows the whole page, whatever frame the last gesture was in.
            self.driver().enter_default_frame().await?;
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

/// Says what came of trying once.
enum Attempt {
    Done,
    NotYet(String),
}

impl Attempt {
    fn hidden() -> Self {
        Self::NotYet("it is not shown".to_owned())
    }
}

async fn in_time<T>(answer: impl Future<Output = WebDriverResult<T>>) -> Result<T, BrowserError> {
    match timeout(CLOSE, answer).await {
        Ok(answer) => answer.map_err(|error| of_asking(&error, "the page")),
        Err(_) => Err(BrowserError::Lost { cause: "it does not answer".to_owned() }),
    }
}
