//! The driver: started for the first browser, ended with everything that it started.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use thirtyfour::{
    Capabilities, ChromeCapabilities, ChromiumLikeCapabilities, LoggingPrefsLogLevel, WebDriver,
};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::error::{BrowserError, words};
use super::profile::new_profile;
use super::session::Browser;
use crate::protocol::program::Group;

/// How long the driver may take to listen, and a browser to open; a busy host needs its time.
const START: Duration = Duration::from_secs(30);
/// How long one answer of the driver may take beyond the limits that it knows.
const ANSWER: Duration = Duration::from_secs(60);
/// Runs the driver in the group of a shell that kills the whole of it as soon as we are gone, however
/// that came about: then nobody holds the other end of its stdin. 127 where there is no such program.
const WATCHED: &str = r#"command -v "$0" >/dev/null || exit 127
{ "$0" "$@" </dev/null; kill -KILL 0; } &
exec >/dev/null
cat
kill -KILL 0"#;
/// Headless, and silent towards everybody but the page's own hosts.
const SWITCHES: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--window-size=1280,900",
];

/// Opens browsers; the driver is started for the first, and ended with this.
#[derive(Debug)]
pub struct Browsers {
    program: PathBuf,
    environment: BTreeMap<String, String>,
    driver: OnceCell<Driver>,
}

#[derive(Debug)]
struct Driver {
    url: String,
    client: reqwest::Client,
    /// Dropped, and with it killed, before the folder in which its browsers write.
    _group: Group,
    /// Holds the stdin that keeps it running.
    _watch: Child,
    _folder: TempDir,
}

impl Browsers {
    /// Remembers which driver to start, by its name on `PATH` or by its path; nothing is started yet.
    #[must_use]
    pub fn new(program: PathBuf, environment: BTreeMap<String, String>) -> Self {
        Self { program, environment, driver: OnceCell::new() }
    }

    /// Opens a browser that shares nothing with the others but the driver.
    ///
    /// # Errors
    ///
    /// When there is no driver, or it opens no browser.
    pub async fn open(self: &Arc<Self>) -> Result<Browser, BrowserError> {
        let driver = self.driver.get_or_try_init(|| self.start()).await?;
        let not_opened = |cause| BrowserError::NotOpened { cause };
        let capabilities = capabilities().map_err(|error| not_opened(words(&error)))?;
        let builder = WebDriver::builder(&driver.url, capabilities).client(driver.client.clone());
        match timeout(START, builder.connect()).await {
            Ok(Ok(opened)) => Ok(Browser::new(opened, Arc::clone(self))),
            Ok(Err(error)) => Err(not_opened(words(&error))),
            Err(_) => Err(not_opened(format!("it did not answer within {} s", START.as_secs()))),
        }
    }

    async fn start(&self) -> Result<Driver, BrowserError> {
        let program = || self.program.display().to_string();
        let failed = |cause: io::Error| BrowserError::Driver { program: program(), cause };
        let folder = new_profile().map_err(failed)?;
        let mut watch = self.launch(folder.path()).map_err(failed)?;
        let group = Group::of(&watch);
        let stdout = watch.stdout.take().expect("stdout was asked for as a pipe");
        let mut lines = BufReader::new(stdout).lines();
        let port = match timeout(START, port(&mut lines)).await {
            Ok(Ok(Some(port))) => port,
            Ok(Ok(None)) if watch.wait().await.is_ok_and(|end| end.code() == Some(127)) => {
                return Err(BrowserError::NoDriver { program: program() });
            }
            Ok(Ok(None)) => return Err(failed(io::Error::other("it ended before it listened"))),
            Ok(Err(cause)) => return Err(failed(cause)),
            Err(_) => return Err(failed(io::ErrorKind::TimedOut.into())),
        };
        // What it goes on to say is read and dropped: a full pipe would stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER).build();
        Ok(Driver {
            url: format!("http://127.0.0.1:{port}"),
            client: client.expect("the options are constants that a test builds with"),
            _group: group,
            _watch: watch,
            _folder: folder,
        })
    }

    /// Starts the driver on a free port of loopback; `folder` is where its browsers write.
    fn launch(&self, folder: &Path) -> io::Result<Child> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", WATCHED]).arg(&self.program).args(["--port=0", "--log-level=SEVERE"]);
        command.env_clear().envs(&self.environment).env("TMPDIR", folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.process_group(0).kill_on_drop(true).spawn()
    }
}

/// Reads until the driver says on which port it listens; none where it ended before.
async fn port(lines: &mut Lines<BufReader<ChildStdout>>) -> io::Result<Option<u16>> {
    while let Some(line) = lines.next_line().await? {
        let said = line.split_once("started successfully on port ");
        let number = said.map(|(_, rest)| rest.trim_end_matches('.').trim().parse());
        if let Some(Ok(port)) = number {
            return Ok(Some(port));
        }
    }
    Ok(None)
}

fn capabilities() -> Result<Capabilities, thirtyfour::error::WebDriverError> {
    // Chromium's own driver, too, knows its browser by this name only.
    let mut capabilities = ChromeCapabilities::new();
    for switch in SWITCHES {
        capabilities.add_arg(switch)?;
    }
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::Severe)?;
    Ok(capabilities.into())
}
