//! Requests of a load case: fixed, or filled for each visitor.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

use super::capture::Capture;
use super::case::{Action, Body, HttpAction, Step};
use super::draft::{Draft, Names, fill_template, settle_template};
use super::expectation::{Expectation, Subject};
use crate::model::{Template, TemplateError};
use crate::protocol::TlsOptions;

/// Is one request of a load case; once it is settled, it can be told to another process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoadRequest {
    /// Its name, unlike every other of the case; what its numbers are told under.
    pub name: String,
    /// How long the visitor waits before it.
    pub think: Duration,
    /// The method.
    pub method: String,
    /// The whole address, but for the query.
    pub url: Template,
    /// What is added to the address after its `?`.
    pub query: Vec<(String, Template)>,
    /// The headers.
    pub headers: Vec<(String, Template)>,
    /// The user and the password of basic authentication.
    pub basic: Option<(Template, Template)>,
    /// The body, where there is one.
    pub body: Option<LoadBody>,
    /// What a correct response is; how long it takes is not among it, because limits say that.
    pub expect: Expectation,
    /// What is kept of a correct response.
    pub captures: Vec<Capture>,
    /// Whom its connection trusts and what it shows of itself; none for the host's own certificates.
    pub tls: Option<TlsOptions>,
}

/// Is the body of a request of a load case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum LoadBody {
    /// JSON, with its own `content-type`.
    Json(Draft),
    /// Text as it stands.
    Text(Template),
    /// The fields of a form, URL-encoded.
    Form(Vec<(String, Template)>),
}

/// Is a request of a load case with every name replaced, ready to be sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FilledLoadRequest {
    /// The method.
    pub method: String,
    /// The whole address.
    pub url: String,
    /// The headers, the `content-type` of the body among them.
    pub headers: Vec<(String, String)>,
    /// The body, where there is one.
    pub body: Option<String>,
    /// What a correct response is; see [`super::check_response`].
    pub expect: Expectation<Value>,
}

impl LoadRequest {
    /// Takes over a step, or says what keeps it from being sent under load.
    pub(super) fn of(step: Step) -> Result<Self, &'static str> {
        let Step { name, action, expect, snapshot, until, captures, .. } = step;
        let Action::Http(action) = action else { return Err("is not an HTTP request") };
        let HttpAction { method, url, query, headers, basic, body, options } = action;
        if until.is_some() {
            return Err("is repeated until something happens");
        }
        if snapshot.is_some() {
            return Err("is held against a snapshot");
        }
        if options.redirects > 0 {
            return Err("follows redirects");
        }
        let body = match body {
            None => None,
            Some(Body::Json(json)) => Some(LoadBody::Json(json)),
            Some(Body::Text(text)) => Some(LoadBody::Text(text)),
            Some(Body::Form(fields)) => Some(LoadBody::Form(fields)),
            Some(Body::Multipart(_)) => return Err("sends a form with files"),
        };
        let Some(expect) = expect.filter(|expect| !expect.demands.is_empty()) else {
            return Err("expects nothing of its response");
        };
        if expect.expects(&Subject::Url) {
            return Err("expects an address, and no redirect is followed");
        }
        if expect.expects(&Subject::Time) {
            return Err("expects a time, which is what `limits` say");
        }
        Ok(Self {
            name,
            think: Duration::ZERO,
            method: method.to_string(),
            url,
            query,
            headers: headers.into_iter().map(|(name, value)| (name.to_string(), value)).collect(),
            basic,
            body,
            expect,
            captures,
            tls: options.tls,
        })
    }

    /// Gives every name that it mentions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let pairs = self.query.iter().chain(&self.headers);
        let basic = self.basic.iter().flat_map(|(user, password)| [user, password]);
        let body: Box<dyn Iterator<Item = &str>> = match &self.body {
            None => Box::new(std::iter::empty()),
            Some(LoadBody::Json(json)) => json.names(),
            Some(LoadBody::Text(text)) => Box::new(text.names()),
            Some(LoadBody::Form(fields)) => {
                Box::new(fields.iter().flat_map(|(_, value)| value.names()))
            }
        };
        let templates = std::iter::once(&self.url).chain(pairs.map(|(_, value)| value));
        templates.chain(basic).flat_map(Template::names).chain(body).chain(self.expect.names())
    }

    /// Replaces every name but those that get their values when it is sent.
    ///
    /// # Errors
    ///
    /// When another name has no value.
    pub(super) fn settle(
        self,
        names: &impl Names,
        is_later: &impl Fn(&str) -> bool,
    ) -> Result<Self, TemplateError> {
        let template = |template: &Template| settle_template(template, names, is_later);
        let pairs = |pairs: Vec<(String, Template)>| {
            let settle = |(name, value): (String, Template)| Ok((name, template(&value)?));
            pairs.into_iter().map(settle).collect::<Result<Vec<_>, TemplateError>>()
        };
        let body = match self.body {
            None => None,
            Some(LoadBody::Json(json)) => Some(LoadBody::Json(json.settle(names, is_later)?)),
            Some(LoadBody::Text(text)) => Some(LoadBody::Text(template(&text)?)),
            Some(LoadBody::Form(fields)) => Some(LoadBody::Form(pairs(fields)?)),
        };
        let basic = self.basic.as_ref();
        let basic = basic.map(|(user, password)| Ok((template(user)?, template(password)?)));
        Ok(Self {
            url: template(&self.url)?,
            query: pairs(self.query)?,
            headers: pairs(self.headers)?,
            basic: basic.transpose()?,
            body,
            expect: self.expect.settle(names, is_later)?,
            ..self
        })
    }

    /// Replaces every name.
    ///
    /// # Errors
    ///
    /// When a name has no value, and when what comes of the address is none.
    pub fn fill(&self, names: &impl Names) -> Result<FilledLoadRequest, FillError> {
        let pairs = |pairs: &[(String, Template)]| {
            let fill = |(name, value): &(String, Template)| {
                Ok((name.clone(), fill_template(value, names)?))
            };
            pairs.iter().map(fill).collect::<Result<Vec<_>, TemplateError>>()
        };
        let mut url = fill_template(&self.url, names)?;
        if !self.query.is_empty() {
            let mut parsed = parsed(&url)?;
            parsed.query_pairs_mut().extend_pairs(pairs(&self.query)?);
            url = parsed.into();
        }
        let mut headers = pairs(&self.headers)?;
        if let Some((user, password)) = &self.basic {
            let signed_in =
                format!("{}:{}", fill_template(user, names)?, fill_template(password, names)?);
            let encoded = BASE64_STANDARD.encode(signed_in);
            headers.push((AUTHORIZATION.to_string(), format!("Basic {encoded}")));
        }
        let (body, media_type) = match &self.body {
            None => (None, None),
            Some(LoadBody::Text(text)) => (Some(fill_template(text, names)?), None),
            Some(LoadBody::Json(json)) => {
                (Some(json.fill(names)?.to_string()), Some("application/json"))
            }
            Some(LoadBody::Form(fields)) => {
                (Some(encoded(&pairs(fields)?)), Some("application/x-www-form-urlencoded"))
            }
        };
        let has_type = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if let Some(media_type) = media_type.filter(|_| !has_type) {
            headers.push((CONTENT_TYPE.to_string(), media_type.to_owned()));
        }
        let (method, expect) = (self.method.clone(), self.expect.fill(names)?);
        Ok(FilledLoadRequest { method, url, headers, body, expect })
    }
}

/// Says why a request cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A name has no value.
    #[error(transparent)]
    Name(#[from] TemplateError),
    /// Its address is none once it is filled.
    #[error("`{url}` is no address: {cause}")]
    Address {
        /// What came of it.
        url: String,
        /// Why it is none.
        cause: String,
    },
}

fn parsed(url: &str) -> Result<Url, FillError> {
    let no_address = |cause: String| FillError::Address { url: url.to_owned(), cause };
    Url::parse(url).map_err(|cause| no_address(cause.to_string()))
}

/// Encodes the fields of a form as the query of an address is.
fn encoded(fields: &[(String, String)]) -> String {
    let mut form = Url::parse("form:").expect("a scheme alone is an address");
    form.query_pairs_mut().extend_pairs(fields);
    form.query().unwrap_or_default().to_owned()
}
