//! Why an object store does not do what it is asked.

use thiserror::Error;

use crate::protocol::HttpError;

/// Says why an object store does not do what it is asked.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// There is no response.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server does not accept who asks, which says nothing about the object.
    #[error("the object store does not accept the key of `{service}`: {code}: {message}; {remedy}")]
    NotLetIn {
        /// The service whose key it is.
        service: String,
        /// The server's word for it.
        code: String,
        /// What it says.
        message: String,
        /// What mends it.
        remedy: &'static str,
    },
    /// The server refuses.
    #[error("the object store refuses: {code}: {message}")]
    Refused {
        /// The server's word for it.
        code: String,
        /// What it says.
        message: String,
    },
    /// The answer is none of the protocol that the settings name.
    #[error("{url} does not answer as {protocol} does: {cause}; does the service speak it?")]
    Unreadable {
        /// What was asked.
        url: String,
        /// What it should speak.
        protocol: &'static str,
        /// What cannot be understood.
        cause: String,
    },
    /// The bucket or the key is none that can be asked for.
    #[error("`{place}` cannot be asked for: {cause}")]
    Malformed {
        /// The bucket or the key.
        place: String,
        /// What is wrong with it.
        cause: String,
    },
}

impl ObjectError {
    /// Gives the server's word for why it refuses, where it does.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::NotLetIn { code, .. } | Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}
