//! Where a service of a target answers, and what it speaks.

use serde::{Deserialize, Serialize};

use super::REDACTED;

/// Names what a service speaks on its port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// PostgreSQL's wire protocol.
    Postgres,
    /// Redis' serialization protocol.
    Redis,
    /// Amazon's S3, over HTTP/1.1.
    S3,
    /// The REST API of Supabase Storage, over HTTP/1.1.
    Supabase,
}

impl Protocol {
    /// The port that it has inside a container unless said otherwise.
    #[must_use]
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Postgres => 5432,
            Self::Redis => 6379,
            Self::S3 => 9000,
            Self::Supabase => 5000,
        }
    }

    /// Tells whether HTTP carries it, so that a health path can be asked.
    #[must_use]
    pub const fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::S3 | Self::Supabase)
    }
}

/// Names who asks an S3 server, beside the secret key: that is the password of the endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Signer {
    /// The access key; without one, requests are not signed.
    pub access_key: Option<String>,
    /// The region that a signature is for.
    pub region: String,
}

/// Holds a value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a value out of sight.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// Gives the value to the one who has to send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Says where one service of a target answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The Compose service.
    pub service: String,
    /// What it speaks.
    pub protocol: Protocol,
    /// Without a trailing slash and without a password: `http://127.0.0.1:8000`,
    /// `postgres://shop@127.0.0.1:54322/shop`, `redis://127.0.0.1:6379`.
    pub url: String,
    /// What to sign in with, where the protocol asks.
    pub password: Option<Secret>,
    /// Who asks, for S3.
    pub signer: Option<S3Signer>,
    /// The path of the health endpoint, for what HTTP carries.
    pub health: Option<String>,
}
