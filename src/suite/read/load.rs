//! From the section `load` to load cases.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::time::Duration;

use reqwest::Method;
use serde_saphyr::Spanned;

use super::Reader;
use super::answer_kind::AnswerKind;
use super::names::Names;
use super::raw::{RawLimits, RawLoadCase, RawLoadRequest};
use super::written::Written;
use crate::config::Text;
use crate::model::{Diagnostic, UnitError};
use crate::suite::expectation::Subject;
use crate::suite::load_case::{LoadCase, LoadLimits, LoadRequest};

impl Reader<'_> {
    pub(super) fn load_cases(
        &self,
        written: Option<&Spanned<Vec<Spanned<RawLoadCase>>>>,
        names: &Names,
    ) -> Result<Vec<LoadCase>, Diagnostic> {
        let cases = written.map_or(&[][..], |cases| &cases.value);
        let mut seen = BTreeSet::new();
        let read = |case: &Spanned<RawLoadCase>| {
            let read = self.load_case(case, names)?;
            self.only_once(&mut seen, &read.name, &case.value.name)?;
            Ok(read)
        };
        cases.iter().map(read).collect()
    }

    fn load_case(
        &self,
        written: &Spanned<RawLoadCase>,
        names: &Names,
    ) -> Result<LoadCase, Diagnostic> {
        let raw = &written.value;
        if raw.users.value == 0 {
            return Err(self
                .refuse(raw.users.referenced, "nobody makes no load")
                .help("write at least `users: 1`"));
        }
        if raw.requests.value.is_empty() {
            return Err(self
                .refuse(raw.requests.referenced, "a load without requests proves nothing")
                .help(
                    "add one, such as `- { get: \"${api}/products\", expect: { status: 200 } }`",
                ));
        }
        let requests = raw.requests.value.iter().map(|request| self.load_request(request, names));
        let requests: Vec<LoadRequest> = requests.collect::<Result<_, _>>()?;
        let judges_status = |request: &LoadRequest| {
            request.expect.demands.iter().any(|demand| demand.subject == Subject::Status)
        };
        if !requests.iter().any(judges_status) {
            return Err(self
                .refuse(raw.name.referenced, "no request of this load expects a status")
                .help("add `expect: { status: 200 }`, or a wrong answer counts as a quick one"));
        }
        let ramp = self.some_time(raw.ramp.as_ref())?;
        let hold = self.duration(&raw.hold)?;
        let warm_up = self.some_time(raw.warm_up.as_ref())?;
        if warm_up >= ramp + hold {
            let at = raw.warm_up.as_ref().unwrap_or(&raw.hold).referenced;
            return Err(self
                .refuse(at, "the warm-up takes all the time, so that nothing is measured")
                .help("make `hold` longer"));
        }
        Ok(LoadCase {
            name: self.line(&raw.name)?,
            place: self.place(written.referenced),
            requests,
            users: raw.users.value,
            ramp,
            hold,
            think: self.some_time(raw.think.as_ref())?,
            warm_up,
            limits: match &raw.limits {
                Some(limits) => self.limits(limits)?,
                None => LoadLimits::default(),
            },
        })
    }

    /// Reads a duration that may be zero, as it is where nothing is written.
    fn some_time(&self, text: Option<&Text>) -> Result<Duration, Diagnostic> {
        match text {
            None => Ok(Duration::ZERO),
            Some(text) if text.value == "0s" => Ok(Duration::ZERO),
            Some(text) => self.duration(text),
        }
    }

    fn load_request(
        &self,
        written: &Spanned<RawLoadRequest>,
        names: &Names,
    ) -> Result<LoadRequest, Diagnostic> {
        let raw = &written.value;
        let mut verbs = [
            (Method::GET, &raw.get),
            (Method::POST, &raw.post),
            (Method::PUT, &raw.put),
            (Method::PATCH, &raw.patch),
            (Method::DELETE, &raw.delete),
            (Method::HEAD, &raw.head),
        ]
        .into_iter()
        .filter_map(|(method, url)| Some((method, url.as_ref()?)));
        let (Some((method, url)), None) = (verbs.next(), verbs.next()) else {
            return Err(self
                .refuse(written.referenced, "a request has one verb")
                .help("use one of get, post, put, patch, delete and head"));
        };
        let Some(expect) = &raw.expect else {
            return Err(self
                .refuse(url.referenced, "a request without an expectation proves nothing")
                .help("add `expect: { status: 200 }`"));
        };
        let weight = raw.weight.as_ref().map_or(1, |weight| weight.value);
        if let Some(weight) = raw.weight.as_ref().filter(|weight| weight.value == 0) {
            return Err(self
                .refuse(weight.referenced, "a request of no weight is never sent")
                .help("write at least `weight: 1`, or take the request out"));
        }
        Ok(LoadRequest {
            name: match &raw.name {
                Some(name) => self.line(name)?,
                None => format!("{} {}", method.as_str().to_ascii_lowercase(), url.value),
            },
            url: self.url(url, names)?,
            headers: self.headers(raw.headers.as_ref().map(Written::of), names)?,
            json: raw.json.as_ref().map(|json| self.draft(json, names)).transpose()?,
            weight,
            expect: self.expectation(
                Written::of(expect),
                &AnswerKind::RESPONSE_UNDER_LOAD,
                names,
            )?,
            method,
        })
    }

    fn limits(&self, written: &Spanned<RawLimits>) -> Result<LoadLimits, Diagnostic> {
        let raw = &written.value;
        let duration = |text: &Text| self.duration(text);
        let limits = LoadLimits {
            p50: raw.p50.as_ref().map(|limit| duration(&limit.below)).transpose()?,
            p95: raw.p95.as_ref().map(|limit| duration(&limit.below)).transpose()?,
            p99: raw.p99.as_ref().map(|limit| duration(&limit.below)).transpose()?,
            throughput: raw.throughput.as_ref().map(|l| self.unit(&l.at_least)).transpose()?,
            errors: raw.errors.as_ref().map(|limit| self.unit(&limit.below)).transpose()?,
        };
        if limits == LoadLimits::default() {
            return Err(self
                .refuse(written.referenced, "empty limits always hold")
                .help("write `limits: { p95: { below: 300ms } }`, or leave them out"));
        }
        Ok(limits)
    }

    fn unit<T: FromStr<Err = UnitError>>(&self, text: &Text) -> Result<T, Diagnostic> {
        text.value
            .parse()
            .map_err(|cause: UnitError| self.refuse(text.referenced, cause.to_string()))
    }
}
