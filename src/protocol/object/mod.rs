//! Objects in buckets, by S3 or by the REST API of Supabase Storage: one question, whichever of the two.

mod error;
mod s3;
mod supabase;

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use super::http::{Http, HttpError, HttpRequest, HttpResponse};
use crate::model::{Endpoint, Protocol, hexadecimal};
pub use error::ObjectError;

/// Names a bucket, and an object in it or how the keys of several begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPlace {
    /// The bucket.
    pub bucket: String,
    /// The key, the beginning of keys, or nothing.
    pub key: String,
}

/// Is what is asked.
#[derive(Debug, Clone)]
pub enum ObjectCall {
    /// Stores an object, in place of the one that was there.
    Put {
        /// What it holds.
        content: Vec<u8>,
        /// Its media type.
        media_type: String,
        /// What is said of it by name; only S3 keeps that.
        metadata: Vec<(String, String)>,
    },
    /// Reads an object.
    Get,
    /// Asks what is known of an object.
    Head,
    /// Asks for every key that begins so.
    List,
    /// Deletes an object, and looks whether it is gone.
    Delete,
    /// Makes an address with which anybody reads the object for so long.
    Sign(Duration),
    /// Makes a bucket.
    CreateBucket,
    /// Deletes a bucket.
    DeleteBucket {
        /// Whether what is in it goes with it.
        force: bool,
    },
}

/// Is what came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectAnswer {
    /// It was stored, with this entity tag.
    Put(Option<String>),
    /// The object.
    Found(StoredObject),
    /// There is no such object in the bucket.
    Absent,
    /// Each object whose key begins so, in the order of the keys.
    Listed(Vec<ListedObject>),
    /// Whether the object or the bucket is gone.
    Gone(bool),
    /// The address.
    Signed(String),
    /// Whether the bucket is new; false where there was one of that name.
    Created(bool),
}

/// Is what is known of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoredObject {
    /// How large it is, in bytes.
    pub size: Option<u64>,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its entity tag, without the quotes.
    pub etag: Option<String>,
    /// What is said of it by name.
    pub metadata: BTreeMap<String, String>,
    /// What it holds, where that was asked for.
    pub content: Option<ObjectContent>,
}

/// Is what an object holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectContent {
    /// All of it; none where it is larger than [`Http::LARGEST_BODY`].
    pub bytes: Option<Vec<u8>>,
    /// Its SHA-256 in hexadecimal digits.
    pub sha256: String,
}

/// Is one object of several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// Its key.
    pub key: String,
    /// How large it is, in bytes, where the server says so.
    pub size: Option<u64>,
    /// Its entity tag, without the quotes, where the server says so.
    pub etag: Option<String>,
}

/// Asks the object store at `endpoint`; the address of S3 has the bucket in its path.
///
/// # Errors
///
/// When there is no answer within `limit`, when the server refuses, and when its answer is none of the protocol.
pub async fn object_exchange(
    http: &Http,
    endpoint: &Endpoint,
    place: &ObjectPlace,
    call: ObjectCall,
    limit: Duration,
) -> Result<ObjectAnswer, ObjectError> {
    // A URL cannot carry such a key: its path would lead elsewhere.
    if place.key.split('/').any(|segment| matches!(segment, "." | "..")) {
        let (place, cause) =
            (place.key.clone(), "a path leads elsewhere by `.` and `..`".to_owned());
        return Err(ObjectError::Malformed { place, cause });
    }
    let answered = async {
        match endpoint.protocol {
            Protocol::S3 => s3::Store::of(http, endpoint, place, limit)?.ask(call).await,
            _ => supabase::Store::of(http, endpoint, place, limit).ask(call).await,
        }
    };
    // Some questions take several requests, which share the time.
    match tokio::time::timeout(limit, answered).await {
        Ok(answer) => answer,
        Err(_) => Err(HttpError::TimedOut { url: endpoint.url.clone(), limit }.into()),
    }
}

/// Gives the SHA-256 of `bytes` in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Reads a body of any size, keeping it where it is not too large.
async fn fetch(
    http: &Http,
    request: &HttpRequest,
    limit: Duration,
) -> Result<(HttpResponse, ObjectContent, u64), HttpError> {
    let (mut digest, mut size, mut kept) = (Sha256::new(), 0, Some(Vec::new()));
    let taken = http.stream(request, limit, |chunk| {
        digest.update(chunk);
        size += chunk.len() as u64;
        if size > Http::LARGEST_BODY as u64 {
            kept = None;
        } else if let Some(kept) = &mut kept {
            kept.extend_from_slice(chunk);
        }
        Ok(())
    });
    let response = taken.await?;
    let sha256 = hexadecimal(&digest.finalize());
    Ok((response, ObjectContent { bytes: kept, sha256 }, size))
}

impl StoredObject {
    /// Reads what the headers of a response say of the object.
    fn of(headers: &HeaderMap) -> Self {
        const METADATA: &str = "x-amz-meta-";
        let metadata = headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(METADATA)?;
            Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        });
        Self {
            size: header(headers, &CONTENT_LENGTH).and_then(|size| size.parse().ok()),
            media_type: header(headers, &CONTENT_TYPE),
            etag: header(headers, &ETAG).map(|etag| unquoted(&etag)),
            metadata: metadata.collect(),
            content: None,
        }
    }
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}
