//! A host and a port, written out or taken from a URL.

use std::fmt;
use std::str::FromStr;

use reqwest::Url;
use thiserror::Error;

/// Names where somebody may listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The host's name, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Says that a text names no host and port.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no address; write it as `host:443` or as a URL")]
pub struct AddressError(String);

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let found = if text.contains("://") {
            Url::parse(text)
                .ok()
                .and_then(|url| Some((url.host_str()?.to_owned(), url.port_or_known_default()?)))
        } else {
            text.rsplit_once(':')
                .and_then(|(host, port)| Some((host.to_owned(), port.parse().ok()?)))
        };
        let (host, port) = found.ok_or_else(|| AddressError(text.to_owned()))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        if host.is_empty() || port == 0 {
            return Err(AddressError(text.to_owned()));
        }
        Ok(Self { host, port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_out_or_taken_from_a_url() {
        let read = |text: &str| text.parse::<Address>().map(|address| address.to_string());
        assert_eq!(read("cache.example:6379"), Ok("cache.example:6379".to_owned()));
        assert_eq!(read("redis://127.0.0.1:6379"), Ok("127.0.0.1:6379".to_owned()));
        assert_eq!(read("https://shop.example/cart"), Ok("shop.example:443".to_owned()));
        assert_eq!(read("[::1]:443"), Ok("[::1]:443".to_owned()));
        for none in ["cache", "cache:", ":80", "cache:port", "redis://cache", "cache:0"] {
            assert_eq!(read(none), Err(AddressError(none.to_owned())));
        }
    }
}
