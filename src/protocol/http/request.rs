//! What is sent: the method, the address, the headers and one of several kinds of body.

pub use reqwest::Method;
use reqwest::header::HeaderName;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, Url};

use super::error::{HttpError, told_apart};

/// Is what is sent.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: String,
    /// The headers; `host`, `content-length` and the type of a form are added.
    pub headers: Vec<(HeaderName, String)>,
    /// The body, where there is one.
    pub body: Option<HttpBody>,
}

/// Is the body of a request.
#[derive(Debug, Clone)]
pub enum HttpBody {
    /// Bytes as they stand.
    Bytes(Vec<u8>),
    /// The fields of a form, URL-encoded.
    Form(Vec<(String, String)>),
    /// The parts of a form that may hold files.
    Multipart(Vec<FormPart>),
}

/// Is one part of a form that may hold files.
#[derive(Debug, Clone)]
pub struct FormPart {
    /// The name of the field.
    pub name: String,
    /// What it holds.
    pub content: Vec<u8>,
    /// The name of the file, where it is one.
    pub file_name: Option<String>,
    /// The media type, where one is given.
    pub media_type: Option<String>,
}

impl HttpRequest {
    /// Asks for `url`.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { method: Method::GET, url: url.into(), headers: Vec::new(), body: None }
    }

    /// Hands the request to a client; `page` is its address, where that is one.
    pub(in crate::protocol) fn on(
        &self,
        client: &Client,
        page: Option<&Url>,
    ) -> Result<RequestBuilder, HttpError> {
        let Self { method, url, headers, body } = self;
        let mut builder = match page {
            Some(page) => client.request(method.clone(), page.clone()),
            // The client says what is wrong with it.
            None => client.request(method.clone(), url),
        };
        for (name, value) in headers {
            builder = builder.header(name, value);
        }
        Ok(match body {
            None => builder,
            Some(HttpBody::Bytes(bytes)) => builder.body(bytes.clone()),
            Some(HttpBody::Form(fields)) => builder.form(fields),
            Some(HttpBody::Multipart(parts)) => {
                let mut form = Form::new();
                for part in parts {
                    form = form.part(part.name.clone(), part.ready(url)?);
                }
                builder.multipart(form)
            }
        })
    }
}

impl FormPart {
    fn ready(&self, url: &str) -> Result<Part, HttpError> {
        let Self { content, file_name, media_type, .. } = self;
        let mut part = Part::bytes(content.clone());
        if let Some(name) = file_name {
            part = part.file_name(name.clone());
        }
        match media_type {
            None => Ok(part),
            Some(media_type) => part.mime_str(media_type).map_err(|error| told_apart(url, &error)),
        }
    }
}
