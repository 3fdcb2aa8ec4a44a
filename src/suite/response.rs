//! HTTP responses, taken apart and judged.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::Value;

use super::expectation::{Answer, Expectation, Subject, Unmet};
use crate::model::Millis;

/// Is the answer to an HTTP request.
#[derive(Debug)]
pub struct ResponseAnswer<'a> {
    status: u16,
    url: Option<String>,
    headers: Cow<'a, HeaderMap>,
    body: Cow<'a, [u8]>,
    /// The body as JSON, read when it is asked for: most demands are on the status alone.
    json: OnceLock<Option<Value>>,
    elapsed: Option<Duration>,
}

impl<'a> ResponseAnswer<'a> {
    /// Takes a response apart, which may be borrowed or its own; `elapsed` where it was measured.
    #[must_use]
    pub fn new(
        status: u16,
        headers: Cow<'a, HeaderMap>,
        body: impl Into<Cow<'a, [u8]>>,
        elapsed: Option<Duration>,
    ) -> Self {
        let (url, body, json) = (None, body.into(), OnceLock::new());
        Self { status, url, headers, body, json, elapsed }
    }

    /// Says which address answered.
    #[must_use]
    pub fn from_url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Gives a header's values joined as HTTP does, where there is one.
    fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name);
        let values: Vec<Cow<'_, str>> =
            values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl ResponseAnswer<'_> {
    /// Gives a sentence for each demand that it does not meet; see [`check_response`].
    #[must_use]
    pub fn unmet(&self, expect: &Expectation<Value>) -> Vec<String> {
        expect.unmet(self).iter().map(Unmet::to_string).collect()
    }

    /// Gives the body as JSON, where it is.
    fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_slice(&self.body).ok()).as_ref()
    }

    /// Gives the value of a cookie that the response sets; the last one, as a browser keeps it.
    fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.get_all(SET_COOKIE).iter().rev();
        set.map(|cookie| String::from_utf8_lossy(cookie.as_bytes())).find_map(|cookie| {
            let (known, value) = cookie.split(';').next()?.split_once('=')?;
            (known.trim() == name).then(|| value.trim().trim_matches('"').to_owned())
        })
    }
}

impl Answer for ResponseAnswer<'_> {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        match subject {
            Subject::Status => Some(Cow::Owned(Value::from(self.status))),
            Subject::Header(name) => self.header(name).map(Value::from).map(Cow::Owned),
            Subject::Cookie(name) => self.cookie(name).map(Value::from).map(Cow::Owned),
            Subject::Url => self.url.as_deref().map(Value::from).map(Cow::Owned),
            Subject::Json(query) => self.json().and_then(|json| query.find(json)),
            Subject::Body => Some(Cow::Owned(Value::from(String::from_utf8_lossy(&self.body)))),
            Subject::Time => {
                self.elapsed.map(|elapsed| Cow::Owned(Value::from(Millis::from(elapsed).0)))
            }
            _ => None,
        }
    }
}

/// Gives a sentence for each demand that a response does not meet; none means that it is correct.
///
/// What an HTTP step and a request under load both use, so that both mean the same by "correct".
#[must_use]
pub fn check_response(
    expect: &Expectation<Value>,
    status: u16,
    headers: &HeaderMap,
    body: &[u8],
) -> Vec<String> {
    ResponseAnswer::new(status, Cow::Borrowed(headers), body, None).unmet(expect)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::suite::expectation::Demand;
    use crate::suite::json_query::JsonQuery;
    use crate::suite::matcher::{Matcher, ValueKind};

    fn demand(subject: Subject, matcher: Matcher<Value>) -> Demand<Value> {
        Demand { subject, matcher }
    }

    fn at(path: &str) -> Subject {
        Subject::Json(JsonQuery::parse(path).unwrap())
    }

    fn check(demands: Vec<Demand<Value>>) -> Vec<String> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        let body = br#"{"id": 7, "lines": [{"sku": "mug-01"}, {"sku": "pen-01"}], "note": null}"#;
        check_response(&Expectation { demands }, 201, &headers, body)
    }

    #[test]
    fn a_response_is_judged_part_by_part() {
        let unmet = check(vec![
            demand(Subject::Status, Matcher::OneOf(vec![json!(200), json!(204)])),
            demand(Subject::Header("Content-Type".to_owned()), Matcher::Contains(json!("json"))),
            demand(Subject::Header("etag".to_owned()), Matcher::Exists(true)),
            demand(at("$.id"), Matcher::Equals(json!("7"))),
            demand(at("$.id"), Matcher::Matches("7".parse().unwrap())),
            demand(at("$.missing"), Matcher::Lacks(json!("x"))),
            demand(at("$.note"), Matcher::Equals(json!(null))),
        ]);
        assert_eq!(
            unmet,
            [
                "expected status to be one of 200, 204 but got 201",
                "expected header etag to exist but there is none",
                "expected $.id to be \"7\" but got 7",
                "expected $.id to match `7` but got 7, which cannot be compared so",
                "expected $.missing to lack \"x\" but there is none",
            ]
        );
    }

    #[test]
    fn a_path_to_many_places_gives_a_list_even_of_one() {
        let skus = Matcher::Equals(json!(["mug-01", "pen-01"]));
        assert!(check(vec![demand(at("$.lines[*].sku"), skus)]).is_empty());
        let one = Matcher::Equals(json!(["pen-01"]));
        assert!(check(vec![demand(at("$.lines[?@.sku == 'pen-01'].sku"), one)]).is_empty());
        let none = Matcher::Exists(false);
        assert!(check(vec![demand(at("$.lines[?@.sku == 'cap-01']"), none)]).is_empty());
    }

    #[test]
    fn a_body_that_is_no_json_meets_no_demand_on_its_json() {
        let expect = Expectation { demands: vec![demand(at("$"), Matcher::Is(ValueKind::Null))] };
        assert_eq!(
            check_response(&expect, 200, &HeaderMap::new(), b"<html>"),
            ["expected $ to be null but there is no JSON"]
        );
    }
}
