//! One case under way: what its names stand for, and whom it can ask.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use thiserror::Error;
use tokio::sync::OnceCell;

use super::Ground;
use super::sandbox::{Entrance, split_image};
use crate::config::Variables;
use crate::model::{Endpoint, TemplateError};
use crate::protocol::{Browser, BrowserError, CookieJar, Http, HttpOptions, TlsError};
use crate::runner::Scope;
use crate::suite::case::SecretName;
use crate::suite::code::CaseContext;
use crate::suite::draft::{Draft, Names};

/// Says why a case cannot begin: something that it needs has no value.
#[derive(Debug, Error)]
pub enum NoValue {
    /// A secret is not in the process environment.
    #[error("the secret `{0}` is not set; export it before the run")]
    Secret(String),
    /// Nor can the file be read that would give it its value.
    #[error("the secret `{name}` is not set, and cannot be read from {file}: {cause}")]
    File {
        /// The secret.
        name: String,
        /// The file.
        file: String,
        /// Why not.
        cause: io::Error,
    },
    /// A name stands for nothing.
    #[error(transparent)]
    Name(#[from] TemplateError),
}

/// Is one case under way, or one fixture.
#[derive(Debug)]
pub(super) struct Session {
    pub ground: Arc<Ground>,
    /// Where services answer for this case: its own throw-away one for a unit suite.
    pub endpoints: Arc<BTreeMap<String, Endpoint>>,
    /// The throw-away containers of a unit suite, by service.
    pub throw_away: Option<BTreeMap<String, String>>,
    pub scope: Scope,
    /// What the services of this case gave it to send back.
    pub cookies: Arc<CookieJar>,
    clients: Mutex<Vec<(HttpOptions, Http)>>,
    browser: OnceCell<Browser>,
    unique: String,
    values: BTreeMap<String, Value>,
    /// Every secret that came up.
    secrets: Mutex<BTreeSet<String>>,
}

impl Names for Session {
    fn value(&self, name: &str) -> Option<Value> {
        let url = || self.endpoints.get(name).map(|endpoint| Value::from(endpoint.url.clone()));
        self.values.get(name).cloned().or_else(url)
    }
}

/// Gives a secret its value, from the process environment or else its file.
pub(super) fn secret(secret: &SecretName, variables: &Variables) -> Result<String, NoValue> {
    let SecretName { name, file } = secret;
    let given = variables.get(name).filter(|secret| !secret.is_empty());
    match (given, file) {
        (Some(secret), _) => Ok(secret.clone()),
        (None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(text) => Ok(text.trim_end_matches(['\r', '\n']).to_owned()),
            Err(cause) => {
                let (name, file) = (name.clone(), file.display().to_string());
                Err(NoValue::File { name, file, cause })
            }
        },
        (None, None) => Err(NoValue::Secret(name.clone())),
    }
}

impl Session {
    /// Begins a case on the ground's own services.
    pub(super) fn new(ground: Arc<Ground>, scope: Scope, unique: String) -> Self {
        let mut values = BTreeMap::from([("unique".to_owned(), Value::from(unique.clone()))]);
        if let Some(release) = &ground.release {
            values.insert("release".to_owned(), Value::from(release.clone()));
        }
        let endpoints = Arc::clone(&ground.endpoints);
        let (cookies, clients, browser) = (Arc::default(), Mutex::default(), OnceCell::new());
        Self {
            ground,
            endpoints,
            throw_away: None,
            scope,
            cookies,
            clients,
            browser,
            unique,
            values,
            secrets: Mutex::default(),
        }
    }

    /// Gives the browser of the case, which its first page opens.
    pub(super) async fn browser(&self) -> Result<&Browser, BrowserError> {
        self.browser.get_or_try_init(|| self.ground.browsers.open()).await
    }

    /// Gives the browser of the case where a page was opened.
    pub(super) fn opened_browser(&self) -> Option<&Browser> {
        self.browser.get()
    }

    /// Gives the text that no other case of any run has.
    pub(super) fn unique(&self) -> &str {
        &self.unique
    }

    /// Closes what the case opened.
    pub(super) async fn close(self) {
        if let Some(browser) = self.browser.into_inner() {
            Box::pin(browser.close()).await;
        }
    }

    /// Gives the client of this case for requests with these options.
    pub(super) fn http(&self, options: &HttpOptions) -> Result<Http, TlsError> {
        if *options == HttpOptions::default() {
            // A client of its own for each case would read the host's certificates again and again.
            return Ok(self.ground.http.keeping(&self.cookies));
        }
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| known == options) {
            return Ok(client.clone());
        }
        let client = Http::with(options, &self.cookies)?;
        clients.push((options.clone(), client.clone()));
        Ok(client)
    }

    /// Begins something else on the services that this case can ask, with nothing of what it knows.
    pub(super) fn beside(&self, unique: String) -> Self {
        let mut beside = Self::new(Arc::clone(&self.ground), self.scope.clone(), unique);
        beside.endpoints = Arc::clone(&self.endpoints);
        beside.throw_away.clone_from(&self.throw_away);
        // Of throw-away services it is another than the ground's, or none.
        match self.values.get("release") {
            Some(release) => beside.keep("release", release.clone()),
            None => drop(beside.values.remove("release")),
        }
        beside
    }

    /// Lets nobody show a secret, also where this is continued for another run: each trial of a test harness is one.
    pub(super) fn learn_secret(&self, secret: &str) {
        // A step that waits may come across the same one a thousand times.
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if secrets.insert(secret.to_owned()) {
            self.scope.learn_secret(secret);
        }
    }

    /// Tells a run of every secret that came up.
    pub(super) fn hide_secrets_from(&self, scope: &Scope) {
        let secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.iter().for_each(|secret| scope.learn_secret(secret));
    }

    /// Gives a case in code what it may know.
    pub(super) fn context(&self) -> CaseContext {
        let (endpoints, values) = (BTreeMap::clone(&self.endpoints), self.values.clone());
        CaseContext { endpoints, values, scope: self.scope.clone() }
    }

    /// Takes over what a fixture gives.
    pub(super) fn take(&mut self, given: &BTreeMap<String, Value>) {
        self.values.extend(given.clone());
    }

    /// Lets the case talk to throw-away services and no other.
    pub(super) fn move_to(&mut self, entrance: Entrance) {
        let Entrance { endpoints, containers, image } = entrance;
        for password in endpoints.values().filter_map(|endpoint| endpoint.password.as_ref()) {
            self.learn_secret(password.reveal());
        }
        self.values.remove("release");
        if let Some((_, tag)) = split_image(&image) {
            self.values.insert("release".to_owned(), Value::from(tag));
        }
        self.endpoints = endpoints.into();
        self.throw_away = Some(containers);
    }

    /// Gives the secrets their values, from the process environment or else their files.
    pub(super) fn learn_secrets(&mut self, secrets: &[SecretName]) -> Result<(), NoValue> {
        for name in secrets {
            let secret = secret(name, &self.ground.variables)?;
            self.learn_secret(&secret);
            self.values.insert(name.name.clone(), Value::from(secret));
        }
        Ok(())
    }

    /// Gives variables and the columns of the case their values, each after those that it may name.
    pub(super) fn learn_values<'d>(
        &mut self,
        drafts: impl IntoIterator<Item = &'d (String, Draft)>,
    ) -> Result<(), NoValue> {
        for (name, draft) in drafts {
            let value = draft.fill(self)?;
            self.values.insert(name.clone(), value);
        }
        Ok(())
    }

    /// Keeps a captured value for the steps after it.
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        self.values.insert(name.to_owned(), value);
    }
}
