//! Why a request has no response.

use std::error::Error as _;
use std::io;
use std::time::Duration;

use thiserror::Error;

use super::Http;
use crate::model::show_duration;
use crate::protocol::tls::explained_refusal;

/// Says why there is no response.
#[derive(Debug, Error)]
pub enum HttpError {
    /// The address is not one, or a header has a forbidden character.
    #[error("cannot ask `{url}`: {cause}")]
    Malformed {
        /// What was to be asked.
        url: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The host has no address.
    #[error("cannot reach {url}: the host has no address ({cause})")]
    Unresolved {
        /// What was asked.
        url: String,
        /// What the resolver said.
        cause: String,
    },
    /// Nothing listens there.
    #[error("cannot reach {url}: the connection is refused; is the service up?")]
    Refused {
        /// What was asked.
        url: String,
    },
    /// No network leads there, which says nothing about the service.
    #[error("cannot reach {url}: {cause}")]
    NoRoute {
        /// What was asked.
        url: String,
        /// What the kernel said.
        cause: String,
    },
    /// The connection could not be made, or broke before the whole response was there.
    #[error("the connection to {url} broke: {cause}")]
    Broken {
        /// What was asked.
        url: String,
        /// The innermost cause.
        cause: String,
    },
    /// The response was not there in time.
    #[error("no response from {url} within {}", show_duration(*.limit))]
    TimedOut {
        /// What was asked.
        url: String,
        /// How long was waited.
        limit: Duration,
    },
    /// Each answer leads to another address.
    #[error("{url} leads to more redirects than may be followed")]
    TooManyRedirects {
        /// What was asked first.
        url: String,
    },
    /// The body is larger than what is read.
    #[error("the body from {url} is larger than {} MiB", Http::LARGEST_BODY >> 20)]
    TooLarge {
        /// What was asked.
        url: String,
    },
}

impl HttpError {
    /// Says it of another address: the one that was asked may carry a signature.
    #[must_use]
    pub(in crate::protocol) fn about(mut self, shown: &str) -> Self {
        let (Self::Malformed { url, .. }
        | Self::Unresolved { url, .. }
        | Self::Refused { url }
        | Self::NoRoute { url, .. }
        | Self::Broken { url, .. }
        | Self::TimedOut { url, .. }
        | Self::TooManyRedirects { url }
        | Self::TooLarge { url }) = &mut self;
        shown.clone_into(url);
        self
    }
}

/// Tells apart what the client reports as one.
pub(in crate::protocol) fn told_apart(url: &str, error: &reqwest::Error) -> HttpError {
    let url = url.to_owned();
    // The client adds the address to its own words, which every message here begins with.
    let address = error.url().map(|url| format!(" for url ({url})")).unwrap_or_default();
    let mut chain = vec![error.to_string().replace(&address, "")];
    let mut next = error.source();
    while let Some(cause) = next {
        match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::ConnectionRefused) => return HttpError::Refused { url },
            Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => {
                return HttpError::NoRoute { url, cause: cause.to_string() };
            }
            _ => {}
        }
        chain.push(cause.to_string());
        next = cause.source();
    }
    let innermost = chain.last().cloned().unwrap_or_default();
    if error.is_redirect() {
        return HttpError::TooManyRedirects { url };
    }
    if error.is_builder() {
        return HttpError::Malformed { url, cause: innermost };
    }
    // The connector says so only in the text of one link of the chain.
    if error.is_connect() && chain.iter().any(|link| link.contains("dns error")) {
        return HttpError::Unresolved { url, cause: innermost };
    }
    HttpError::Broken { url, cause: explained_refusal(innermost) }
}
