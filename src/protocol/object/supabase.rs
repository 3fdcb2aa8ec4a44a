//! The REST API of Supabase Storage: a bearer key, JSON, and the status of a refusal in its body.

use std::time::Duration;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde_json::{Value, json};

use super::{
    ListedObject, ObjectAnswer, ObjectCall, ObjectError, ObjectPlace, StoredObject, fetch, unquoted,
};
use crate::model::Endpoint;
use crate::protocol::http::{Http, HttpBody, HttpRequest, HttpResponse};

/// How many entries of a folder are asked for at a time.
const PAGE: usize = 1000;
const REMEDY: &str = "see its `password_variable` or `password_file` in proofmark.yaml";
/// What a segment of a path keeps as it is.
const SEGMENT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Is one bucket of a Supabase Storage.
pub(super) struct Store<'q> {
    http: &'q Http,
    endpoint: &'q Endpoint,
    place: &'q ObjectPlace,
    limit: Duration,
}

impl<'q> Store<'q> {
    pub(super) const fn of(
        http: &'q Http,
        endpoint: &'q Endpoint,
        place: &'q ObjectPlace,
        limit: Duration,
    ) -> Self {
        Self { http, endpoint, place, limit }
    }

    pub(super) async fn ask(&self, call: ObjectCall) -> Result<ObjectAnswer, ObjectError> {
        match call {
            ObjectCall::Put { content, media_type, .. } => self.put(content, media_type).await,
            ObjectCall::Get => self.get().await,
            ObjectCall::Head => self.head().await,
            ObjectCall::List => Ok(ObjectAnswer::Listed(self.list().await?)),
            ObjectCall::Delete => {
                let url = self.object("object");
                match self.send(self.request(Method::DELETE, url)).await {
                    Ok(_) => Ok(ObjectAnswer::Gone(self.head().await? == ObjectAnswer::Absent)),
                    Err(Refusal::NoObject) => Ok(ObjectAnswer::Gone(true)),
                    Err(refusal) => Err(refusal.into()),
                }
            }
            ObjectCall::Sign(lasts) => self.sign(lasts).await,
            ObjectCall::CreateBucket => {
                let bucket = &self.place.bucket;
                let wish = json!({ "id": bucket, "name": bucket, "public": false });
                match self.send(self.with_json(self.url("bucket"), &wish)).await {
                    Ok(_) => Ok(ObjectAnswer::Created(true)),
                    Err(Refusal::Other { status: 409, .. }) => Ok(ObjectAnswer::Created(false)),
                    Err(refusal) => Err(refusal.into()),
                }
            }
            ObjectCall::DeleteBucket { force } => self.delete_bucket(force).await,
        }
    }

    async fn put(&self, content: Vec<u8>, media_type: String) -> Result<ObjectAnswer, ObjectError> {
        let mut request = self.request(Method::POST, self.object("object"));
        request.headers.push((CONTENT_TYPE, media_type));
        request.headers.push((HeaderName::from_static("x-upsert"), "true".to_owned()));
        request.body = Some(HttpBody::Bytes(content));
        self.send(request).await?;
        Ok(ObjectAnswer::Put(None))
    }

    async fn get(&self) -> Result<ObjectAnswer, ObjectError> {
        let request = self.request(Method::GET, self.object("object/authenticated"));
        let (response, content, size) = fetch(self.http, &request, self.limit).await?;
        if response.status == 200 {
            let stored = StoredObject::of(&response.headers);
            let (size, content) = (Some(size), Some(content));
            return Ok(ObjectAnswer::Found(StoredObject { size, content, ..stored }));
        }
        let body = content.bytes.unwrap_or_default();
        self.refusal(&request.url, &HttpResponse { body, ..response }).or_absent()
    }

    /// Asks the description of an object: the answer to `HEAD` would not say why there is none.
    async fn head(&self) -> Result<ObjectAnswer, ObjectError> {
        let request = self.request(Method::GET, self.object("object/info"));
        let described = match self.send(request).await {
            Ok(described) => described,
            Err(refusal) => return refusal.or_absent(),
        };
        // Older versions put it under `metadata`, where newer ones keep what a user says of the object.
        let part = |new: &str, old: &str| {
            let old = || described.get("metadata")?.get(old);
            described.get(new).filter(|value| !value.is_null()).or_else(old)
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(ObjectAnswer::Found(StoredObject {
            size: part("size", "size").and_then(Value::as_u64),
            media_type: part("content_type", "mimetype").and_then(text),
            etag: part("etag", "eTag").and_then(text).map(|etag| unquoted(&etag)),
            ..StoredObject::default()
        }))
    }

    /// Gives every object whose key begins so: the API lists one folder at a time.
    async fn list(&self) -> Result<Vec<ListedObject>, ObjectError> {
        let prefix = &self.place.key;
        let start = prefix.rfind('/').map_or("", |end| &prefix[..=end]);
        let (mut folders, mut objects) = (vec![start.to_owned()], Vec::new());
        while let Some(folder) = folders.pop() {
            let mut offset = 0;
            loop {
                let page = self.page(&folder, offset).await?;
                for entry in &page {
                    let Some(name) = entry["name"].as_str() else {
                        return Err(self.unreadable("an entry of a folder has no name"));
                    };
                    let key = format!("{folder}{name}");
                    // An entry without an identity is a folder.
                    if entry["id"].is_null() {
                        let below = format!("{key}/");
                        if below.starts_with(prefix) || prefix.starts_with(&below) {
                            folders.push(below);
                        }
                    } else if key.starts_with(prefix) {
                        let known = &entry["metadata"];
                        objects.push(ListedObject {
                            key,
                            size: known["size"].as_u64(),
                            etag: known["eTag"].as_str().map(unquoted),
                        });
                    }
                }
                if page.len() < PAGE {
                    break;
                }
                offset += page.len();
            }
        }
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(objects)
    }

    async fn page(&self, folder: &str, offset: usize) -> Result<Vec<Value>, ObjectError> {
        let wish = json!({
            "prefix": folder.trim_end_matches('/'),
            "limit": PAGE,
            "offset": offset,
            "sortBy": { "column": "name", "order": "asc" },
        });
        let url = self.url(&format!("object/list/{}", encoded(&self.place.bucket)));
        match self.send(self.with_json(url, &wish)).await? {
            Value::Array(page) => Ok(page),
            _ => Err(self.unreadable("a folder is no list")),
        }
    }

    async fn sign(&self, lasts: Duration) -> Result<ObjectAnswer, ObjectError> {
        let wish = json!({ "expiresIn": lasts.as_secs() });
        let signed = match self.send(self.with_json(self.object("object/sign"), &wish)).await {
            Ok(signed) => signed,
            Err(refusal) => return refusal.or_absent(),
        };
        match signed["signedURL"].as_str() {
            Some(path) => Ok(ObjectAnswer::Signed(format!("{}{path}", self.endpoint.url))),
            None => Err(self.unreadable("there is no `signedURL`")),
        }
    }

    async fn delete_bucket(&self, force: bool) -> Result<ObjectAnswer, ObjectError> {
        let url = self.url(&format!("bucket/{}", encoded(&self.place.bucket)));
        let deleted = async {
            if force {
                self.send(self.request(Method::POST, format!("{url}/empty"))).await?;
            }
            self.send(self.request(Method::DELETE, url)).await
        };
        match deleted.await {
            Ok(_) | Err(Refusal::Other { status: 404, .. }) => Ok(ObjectAnswer::Gone(true)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.endpoint.url)
    }

    fn object(&self, path: &str) -> String {
        let ObjectPlace { bucket, key } = self.place;
        self.url(&format!("{path}/{}/{}", encoded(bucket), encoded(key)))
    }

    fn request(&self, method: Method, url: String) -> HttpRequest {
        let key = self.endpoint.password.as_ref();
        let headers = key.map(|key| (AUTHORIZATION, format!("Bearer {}", key.reveal())));
        HttpRequest { method, url, headers: headers.into_iter().collect(), body: None }
    }

    fn with_json(&self, url: String, json: &Value) -> HttpRequest {
        let mut request = self.request(Method::POST, url);
        request.headers.push((CONTENT_TYPE, "application/json".to_owned()));
        request.body = Some(HttpBody::Bytes(json.to_string().into_bytes()));
        request
    }

    async fn send(&self, request: HttpRequest) -> Result<Value, Refusal> {
        let response = self.http.send(&request, self.limit).await;
        let response = response.map_err(|error| Refusal::Else(error.into()))?;
        if response.status != 200 {
            return Err(self.refusal(&request.url, &response));
        }
        serde_json::from_slice(&response.body)
            .map_err(|error| Refusal::Else(self.unreadable(&error.to_string())))
    }

    /// Reads why something is refused: an object that is not there is told from a bucket that is not.
    fn refusal(&self, url: &str, response: &HttpResponse) -> Refusal {
        let told: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        let text = |key: &str| told[key].as_str().unwrap_or_default().to_owned();
        let (code, message) = (text("error"), text("message"));
        if code.is_empty() && message.is_empty() {
            let (url, cause) = (url.to_owned(), format!("status {}", response.status));
            return Refusal::Else(ObjectError::Unreadable { url, protocol: PROTOCOL, cause });
        }
        let status = text("statusCode").parse().unwrap_or(response.status);
        // A policy of a table that lets a row pass by speaks of it, with the same code.
        let is_policy = message.contains("row-level security");
        match status {
            404 if !format!("{code} {message}").to_lowercase().contains("bucket") => {
                Refusal::NoObject
            }
            401 | 403 if !is_policy => Refusal::Else(ObjectError::NotLetIn {
                service: self.endpoint.service.clone(),
                code,
                message,
                remedy: REMEDY,
            }),
            _ => Refusal::Other { status, code, message },
        }
    }

    fn unreadable(&self, cause: &str) -> ObjectError {
        let url = self.endpoint.url.clone();
        ObjectError::Unreadable { url, protocol: PROTOCOL, cause: cause.to_owned() }
    }
}

const PROTOCOL: &str = "Supabase Storage";

/// Says why something is refused.
enum Refusal {
    /// The bucket has no such object.
    NoObject,
    /// The server has another reason.
    Other { status: u16, code: String, message: String },
    /// There is no answer, or none to this question.
    Else(ObjectError),
}

impl Refusal {
    fn or_absent(self) -> Result<ObjectAnswer, ObjectError> {
        match self {
            Self::NoObject => Ok(ObjectAnswer::Absent),
            refusal => Err(refusal.into()),
        }
    }
}

impl From<Refusal> for ObjectError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoObject => {
                let (code, message) = ("not_found".to_owned(), "Object not found".to_owned());
                Self::Refused { code, message }
            }
            Refusal::Other { code, message, .. } => Self::Refused { code, message },
            Refusal::Else(error) => error,
        }
    }
}

fn encoded(path: &str) -> String {
    utf8_percent_encode(path, SEGMENT).to_string()
}
