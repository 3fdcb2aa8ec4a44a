//! One visitor on a journey: what its requests are filled with, and what it keeps for itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use reqwest::Url;
use reqwest::cookie::CookieStore;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use serde_json::Value;

use super::workload::{Journey, Request, SEED, Text, Workload};
use crate::model::{Chance, REDACTED};
use crate::protocol::CookieJar;
use crate::suite::{
    Feed, FeedOrder, FillError, FilledLoadRequest, Names, ResponseAnswer, secrets_in,
};

/// Is one visitor, who has cookies and captures that nobody else has.
#[derive(Debug)]
pub(super) struct Visit<'w> {
    feed: Option<(&'w Feed, &'w [Value])>,
    /// What nobody else's `${unique}` is.
    unique: (&'w str, u64),
    values: BTreeMap<String, Value>,
    /// The captures that are shown nowhere.
    secrets: Vec<String>,
    /// None where no later request could send one back.
    cookies: Option<CookieJar>,
}

impl Names for Visit<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        self.values.get(name).cloned().or_else(|| {
            if name == "unique" {
                let (begin, number) = self.unique;
                return Some(format!("{begin}-{number}").into());
            }
            let (feed, row) = self.feed?;
            let column = name.strip_prefix(Feed::PREFIX)?;
            let index = feed.columns.iter().position(|known| known == column)?;
            row.get(index).cloned()
        })
    }
}

impl<'w> Visit<'w> {
    /// Begins a journey; no other visitor of this load has the same `number`.
    ///
    /// # Errors
    ///
    /// When a value of the journey cannot be made.
    pub fn begin(
        workload: &'w Workload,
        journey: &Journey,
        number: u64,
    ) -> Result<Self, FillError> {
        let row = |feed: &'w Feed| {
            let rows = u64::try_from(feed.rows.len()).expect("a length fits into 64 bits");
            let index = match feed.order {
                FeedOrder::InTurn => number % rows,
                FeedOrder::Random => Chance::after(SEED, number).below(rows),
            };
            let index = usize::try_from(index).expect("it is smaller than a length");
            (feed, feed.rows[index].as_slice())
        };
        let mut visit = Self {
            feed: workload.feed.as_ref().map(row),
            unique: (&workload.unique, number),
            values: BTreeMap::new(),
            secrets: Vec::new(),
            cookies: (journey.steps.len() > 1).then(CookieJar::default),
        };
        for (name, draft) in &journey.values {
            let value = draft.fill(&visit)?;
            visit.values.insert(name.clone(), value);
        }
        Ok(visit)
    }

    /// Gives a request as this visitor sends it.
    ///
    /// # Errors
    ///
    /// When what it captured makes no address.
    pub fn fill<'r>(&self, request: &'r Request) -> Result<Cow<'r, FilledLoadRequest>, FillError> {
        let mut filled = match &request.text {
            Text::Fixed(fixed) => Cow::Borrowed(fixed),
            Text::Filled(text) => Cow::Owned(text.fill(self)?),
        };
        if let Some(cookies) = self.cookies_for(&filled) {
            filled.to_mut().headers.push((COOKIE.to_string(), cookies));
        }
        Ok(filled)
    }

    fn cookies_for(&self, request: &FilledLoadRequest) -> Option<String> {
        let jar = self.cookies.as_ref()?;
        let is_given = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        let kept = if is_given { None } else { jar.cookies(&Url::parse(&request.url).ok()?) };
        kept?.to_str().ok().map(str::to_owned)
    }

    /// Holds a response against what is expected, and keeps of it what later requests need.
    ///
    /// # Errors
    ///
    /// What is wrong with the response, as a sentence.
    pub fn take(
        &mut self,
        request: &Request,
        sent: &FilledLoadRequest,
        (status, headers, body): (u16, &HeaderMap, &[u8]),
    ) -> Result<(), String> {
        let answer = ResponseAnswer::new(status, Cow::Borrowed(headers), body, None);
        // Before anything of the response is told.
        for capture in request.captures.iter().filter(|capture| capture.is_secret) {
            let secrets = capture.from.of(&answer).map(|secret| secrets_in(&secret));
            self.secrets.extend(secrets.into_iter().flatten());
        }
        let unmet = answer.unmet(&sent.expect);
        if !unmet.is_empty() {
            return Err(self.without_secrets(unmet.join("; ")));
        }
        self.keep_cookies(&sent.url, headers);
        for capture in &request.captures {
            let Some(value) = capture.from.of(&answer) else {
                return Err(capture.missing());
            };
            self.values.insert(capture.name.clone(), value);
        }
        Ok(())
    }

    fn keep_cookies(&self, url: &str, headers: &HeaderMap) {
        let Some(jar) = self.cookies.as_ref().filter(|_| headers.contains_key(SET_COOKIE)) else {
            return;
        };
        if let Ok(url) = Url::parse(url) {
            jar.set_cookies(&mut headers.get_all(SET_COOKIE).iter(), &url);
        }
    }

    fn without_secrets(&self, text: String) -> String {
        let secrets = self.secrets.iter().filter(|secret| !secret.is_empty());
        secrets.fold(text, |text, secret| text.replace(secret.as_str(), REDACTED))
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::load::tests::{case, workload};

    const SHOP: &str = "\
feed: { file: skus.csv }
journeys:
  - steps:
      - { name: sign in, post: 'http://h/in', json: { mail: '${unique}@h', sku: '${feed.sku}' },
          expect: { status: 200 }, capture: { id: $.id, token: $.token } }
      - { name: buy, get: 'http://h/buy/${id}', headers: { x-token: '${token}' }, expect: { status: 200, json: { $.id: '${id}' } } }
users: 1
hold: 1s
";

    fn answer(visit: &mut Visit<'_>, request: &Request, body: &Value) -> Result<(), String> {
        let sent = visit.fill(request).unwrap().into_owned();
        let mut headers = HeaderMap::new();
        headers.insert(SET_COOKIE, HeaderValue::from_static("seat=7; Path=/"));
        visit.take(request, &sent, (200, &headers, body.to_string().as_bytes()))
    }

    #[test]
    fn each_visitor_has_its_own_row_captures_and_cookies() {
        let workload = workload(&case(SHOP, "sku\nmug-01\ntea-02\n"));
        let [sign_in, buy] = &workload.requests[..] else { panic!("two requests") };
        for (number, sku) in [(0, "mug-01"), (1, "tea-02"), (2, "mug-01")] {
            let mut visit = Visit::begin(&workload, &workload.journeys[0], number).unwrap();
            let sent = visit.fill(sign_in).unwrap();
            let body: Value = serde_json::from_str(sent.body.as_ref().unwrap()).unwrap();
            assert_eq!(body["sku"], sku);
            assert_eq!(body["mail"], format!("{}-{number}@h", workload.unique));
            assert!(sent.headers.iter().all(|(name, _)| name != "cookie"));
            answer(&mut visit, sign_in, &json!({ "id": number, "token": "s3cret" })).unwrap();
            let sent = visit.fill(buy).unwrap().into_owned();
            assert_eq!(sent.url, format!("http://h/buy/{number}"));
            assert!(sent.headers.contains(&("cookie".to_owned(), "seat=7".to_owned())));
            assert_eq!(answer(&mut visit, buy, &json!({ "id": number })), Ok(()));
        }
    }

    #[test]
    fn a_response_without_what_is_captured_is_wrong_and_no_secret_is_told() {
        let workload = workload(&case(SHOP, "sku\nmug-01\n"));
        let [sign_in, buy] = &workload.requests[..] else { panic!("two requests") };
        let mut visit = Visit::begin(&workload, &workload.journeys[0], 0).unwrap();
        let wrong = answer(&mut visit, sign_in, &json!({ "id": 1 })).unwrap_err();
        assert_eq!(wrong, "there is nothing to capture as `token`: $.token");
        answer(&mut visit, sign_in, &json!({ "id": 1, "token": "s3cret" })).unwrap();
        let wrong = answer(&mut visit, buy, &json!({ "id": "s3cret" })).unwrap_err();
        assert!(wrong.contains(REDACTED) && !wrong.contains("s3cret"), "{wrong}");
    }

    #[test]
    fn rows_by_chance_are_the_same_ones_in_each_run() {
        let case = case(&SHOP.replace("skus.csv", "skus.csv, order: random"), "sku\na\nb\nc\n");
        let workload = workload(&case);
        let drawn = || {
            (0..60).map(|number| {
                let visit = Visit::begin(&workload, &workload.journeys[0], number).unwrap();
                visit.value("feed.sku").unwrap()
            })
        };
        assert!(drawn().eq(drawn()));
        for sku in ["a", "b", "c"] {
            assert!(drawn().any(|row| row == sku), "{sku}");
        }
    }
}
