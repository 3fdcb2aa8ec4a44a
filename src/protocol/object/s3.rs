//! S3: requests signed in their address, answers in XML.

use std::borrow::Cow;
use std::time::Duration;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesText, Event};
use reqwest::header::{CONTENT_TYPE, HeaderName, RANGE};
use reqwest::{Method, Url};
use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

use super::{
    ListedObject, ObjectAnswer, ObjectCall, ObjectError, ObjectPlace, StoredObject, fetch, header,
    unquoted,
};
use crate::model::Endpoint;
use crate::protocol::http::{Http, HttpBody, HttpRequest, HttpResponse};

/// How long a request may be on its way after it was signed.
const SIGNED_FOR: Duration = Duration::from_secs(15 * 60);
/// What the server says where it does not accept who asks, whatever is asked.
const NOT_LET_IN: [&str; 8] = [
    "AuthFailure",
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "MissingSecurityHeader",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];
const REMEDY: &str = "see its `user`, its `password_variable` or `password_file`, and its `region` in proofmark.yaml";

/// Is one bucket of a server that speaks S3.
pub(super) struct Store<'q> {
    http: &'q Http,
    service: &'q str,
    bucket: Bucket,
    credentials: Option<Credentials>,
    key: &'q str,
    limit: Duration,
}

impl<'q> Store<'q> {
    pub(super) fn of(
        http: &'q Http,
        endpoint: &'q Endpoint,
        place: &'q ObjectPlace,
        limit: Duration,
    ) -> Result<Self, ObjectError> {
        let malformed =
            |place: &str, cause: String| ObjectError::Malformed { place: place.to_owned(), cause };
        let url = Url::parse(&endpoint.url)
            .map_err(|error| malformed(&endpoint.url, error.to_string()))?;
        let signer = endpoint.signer.as_ref();
        let region = signer.map_or("us-east-1", |signer| signer.region.as_str()).to_owned();
        let bucket = Bucket::new(url, UrlStyle::Path, place.bucket.clone(), region)
            .map_err(|error| malformed(&place.bucket, error.to_string()))?;
        let access_key = signer.and_then(|signer| signer.access_key.as_ref());
        let credentials = access_key.map(|access_key| {
            let secret = endpoint.password.as_ref().map_or("", |secret| secret.reveal());
            Credentials::new(access_key, secret)
        });
        let (service, key) = (&endpoint.service, &place.key);
        Ok(Self { http, service, bucket, credentials, key, limit })
    }

    pub(super) async fn ask(&self, call: ObjectCall) -> Result<ObjectAnswer, ObjectError> {
        let credentials = self.credentials.as_ref();
        match call {
            ObjectCall::Put { content, media_type, metadata } => {
                self.put(content, media_type, metadata).await
            }
            ObjectCall::Get => self.get().await,
            ObjectCall::Head => self.head().await,
            ObjectCall::List => Ok(ObjectAnswer::Listed(self.list(self.key).await?)),
            ObjectCall::Delete => {
                let action = self.bucket.delete_object(credentials, self.key);
                self.done(self.send(action, None).await?)?;
                Ok(ObjectAnswer::Gone(self.head().await? == ObjectAnswer::Absent))
            }
            ObjectCall::Sign(lasts) => {
                let action = self.bucket.get_object(credentials, self.key);
                Ok(ObjectAnswer::Signed(action.sign(lasts).into()))
            }
            ObjectCall::CreateBucket => self.create_bucket().await,
            ObjectCall::DeleteBucket { force } => self.delete_bucket(force).await,
        }
    }

    async fn put(
        &self,
        content: Vec<u8>,
        media_type: String,
        metadata: Vec<(String, String)>,
    ) -> Result<ObjectAnswer, ObjectError> {
        let mut action = self.bucket.put_object(self.credentials.as_ref(), self.key);
        let headers = action.headers_mut();
        headers.insert(CONTENT_TYPE.as_str(), media_type);
        for (name, value) in metadata {
            headers.insert(format!("x-amz-meta-{}", name.to_ascii_lowercase()), value);
        }
        let response = self.done(self.send(action, Some(content)).await?)?;
        let etag = header(&response.headers, &reqwest::header::ETAG);
        Ok(ObjectAnswer::Put(etag.map(|etag| unquoted(&etag))))
    }

    async fn get(&self) -> Result<ObjectAnswer, ObjectError> {
        let action = self.bucket.get_object(self.credentials.as_ref(), self.key);
        let request = HttpRequest::get(action.sign(SIGNED_FOR));
        let shown = self.shown();
        let fetched = fetch(self.http, &request, self.limit).await;
        let (response, content, size) = fetched.map_err(|error| error.about(&shown))?;
        if response.status == 200 {
            let stored = StoredObject::of(&response.headers);
            let (size, content) = (Some(size), Some(content));
            return Ok(ObjectAnswer::Found(StoredObject { size, content, ..stored }));
        }
        let body = content.bytes.unwrap_or_default();
        absent_or(self.refusal(&HttpResponse { body, ..response }))
    }

    async fn head(&self) -> Result<ObjectAnswer, ObjectError> {
        let action = self.bucket.head_object(self.credentials.as_ref(), self.key);
        let response = self.send(action, None).await?;
        if response.status == 200 {
            return Ok(ObjectAnswer::Found(StoredObject::of(&response.headers)));
        }
        // The answer to this method has no body: the reason is asked for in another way.
        let mut action = self.bucket.get_object(self.credentials.as_ref(), self.key);
        action.headers_mut().insert(RANGE.as_str(), "bytes=0-0");
        let response = self.send(action, None).await?;
        if response.status < 300 {
            return Err(ObjectError::Refused {
                code: format!("HEAD {}", response.status),
                message: "the object can be read, but not asked about".to_owned(),
            });
        }
        absent_or(self.refusal(&response))
    }

    /// Gives every object whose key begins so, page after page.
    async fn list(&self, prefix: &str) -> Result<Vec<ListedObject>, ObjectError> {
        let mut objects = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let mut action = self.bucket.list_objects_v2(self.credentials.as_ref());
            action.with_prefix(prefix);
            if let Some(token) = &next {
                action.with_continuation_token(token.as_str());
            }
            let response = self.done(self.send(action, None).await?)?;
            let text = String::from_utf8_lossy(&response.body);
            let page = ListObjectsV2::parse_response(&text)
                .map_err(|error| self.unreadable(&error.to_string()))?;
            objects.extend(page.contents.into_iter().map(|object| ListedObject {
                key: object.key,
                size: object.size,
                etag: object.etag.map(|etag| unquoted(&etag)),
            }));
            match page.next_continuation_token {
                None => return Ok(objects),
                Some(token) if next.as_ref() == Some(&token) => {
                    return Err(self.unreadable("it gives the same page again and again"));
                }
                Some(token) => next = Some(token),
            }
        }
    }

    async fn create_bucket(&self) -> Result<ObjectAnswer, ObjectError> {
        let Some(credentials) = &self.credentials else {
            return Err(ObjectError::NotLetIn {
                service: self.service.to_owned(),
                code: "no access key".to_owned(),
                message: "a bucket is made by somebody".to_owned(),
                remedy: REMEDY,
            });
        };
        let action = self.bucket.create_bucket(credentials);
        let body = (self.bucket.region() != "us-east-1").then(|| action.body().into_bytes());
        let response = self.send(action, body).await?;
        match self.done(response) {
            Ok(_) => Ok(ObjectAnswer::Created(true)),
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => {
                Ok(ObjectAnswer::Created(false))
            }
            Err(error) => Err(error),
        }
    }

    async fn delete_bucket(&self, force: bool) -> Result<ObjectAnswer, ObjectError> {
        let Some(credentials) = &self.credentials else {
            return Err(ObjectError::Refused {
                code: "no access key".to_owned(),
                message: "a bucket is deleted by somebody".to_owned(),
            });
        };
        let emptied = async {
            for ListedObject { key, .. } in if force { self.list("").await? } else { Vec::new() } {
                let action = self.bucket.delete_object(Some(credentials), &key);
                self.done(self.send(action, None).await?)?;
            }
            let action = self.bucket.delete_bucket(credentials);
            self.done(self.send(action, None).await?)
        };
        match emptied.await {
            Ok(_) => Ok(ObjectAnswer::Gone(true)),
            Err(error) if error.code() == Some("NoSuchBucket") => Ok(ObjectAnswer::Gone(true)),
            Err(error) => Err(error),
        }
    }

    async fn send<'a, A: S3Action<'a>>(
        &self,
        mut action: A,
        body: Option<Vec<u8>>,
    ) -> Result<HttpResponse, ObjectError> {
        let url = action.sign(SIGNED_FOR).into();
        let mut headers = Vec::new();
        for (name, value) in action.headers_mut().iter() {
            let name = name.parse::<HeaderName>().map_err(|error| ObjectError::Malformed {
                place: name.to_owned(),
                cause: error.to_string(),
            })?;
            headers.push((name, value.to_owned()));
        }
        let method = Method::from_bytes(A::METHOD.to_str().as_bytes())
            .expect("the methods of S3 are those of HTTP");
        let request = HttpRequest { method, url, headers, body: body.map(HttpBody::Bytes) };
        let sent = self.http.send(&request, self.limit).await;
        Ok(sent.map_err(|error| error.about(&self.shown()))?)
    }

    /// Gives the address without its signature.
    fn shown(&self) -> String {
        self.bucket.object_url(self.key).into()
    }

    fn done(&self, response: HttpResponse) -> Result<HttpResponse, ObjectError> {
        if (200..300).contains(&response.status) {
            Ok(response)
        } else {
            Err(self.refusal(&response))
        }
    }

    fn refusal(&self, response: &HttpResponse) -> ObjectError {
        let Some((code, message)) = reason(&response.body) else {
            return self.unreadable(&format!("status {} without a reason in XML", response.status));
        };
        if NOT_LET_IN.contains(&code.as_str()) {
            let service = self.service.to_owned();
            let message = message.trim_end_matches('.').to_owned();
            return ObjectError::NotLetIn { service, code, message, remedy: REMEDY };
        }
        ObjectError::Refused { code, message }
    }

    fn unreadable(&self, cause: &str) -> ObjectError {
        ObjectError::Unreadable { url: self.shown(), protocol: "S3", cause: cause.to_owned() }
    }
}

/// Tells an object that is not there from everything else that a server refuses.
fn absent_or(refusal: ObjectError) -> Result<ObjectAnswer, ObjectError> {
    match refusal.code() {
        Some("NoSuchKey") => Ok(ObjectAnswer::Absent),
        _ => Err(refusal),
    }
}

/// Reads code and message of an error; none where the body is no such XML.
fn reason(body: &[u8]) -> Option<(String, String)> {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&text);
    let (mut code, mut message) = (None, String::new());
    let meant = |text: BytesText<'_>| {
        let text = text.decode().ok()?.into_owned();
        Some(unescape(&text).map_or_else(|_| text.clone(), Cow::into_owned))
    };
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if element.name().as_ref() == b"Code" => {
                code = Some(meant(reader.read_text(element.name()).ok()?)?);
            }
            Event::Start(element) if element.name().as_ref() == b"Message" => {
                message = meant(reader.read_text(element.name()).ok()?)?;
            }
            Event::Eof => return Some((code?, message)),
            _ => {}
        }
    }
}
