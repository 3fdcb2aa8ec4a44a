//! What an endpoint tells browsers to be careful with.

use std::time::Duration;

use super::controls::{FAILS, UNASKED, WARNS};
use crate::model::{Finding, Reason, Severity};
use crate::protocol::{Http, HttpError, HttpRequest, HttpResponse};

/// What names the check of [`nosniff`].
pub(super) const NAME: &str = "HT-01 content types not guessed";
/// What a violation means at basic, full and maximum.
pub(super) const LEVELS: [Option<Severity>; 3] = [UNASKED, WARNS, FAILS];

const HEADER: &str = "x-content-type-options";
const REMEDY: &str = "send `X-Content-Type-Options: nosniff` with every response";
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks `url` and looks for the header that keeps browsers from guessing content types.
pub(super) async fn nosniff(url: &str) -> Finding {
    let answer = Http::new().send(&HttpRequest::get(url), PATIENCE).await;
    judge(&answer).from_source(format!("GET {url}"))
}

pub(super) fn judge(answer: &Result<HttpResponse, HttpError>) -> Finding {
    let response = match answer {
        Ok(response) => response,
        Err(error @ HttpError::TimedOut { .. }) => {
            return Finding::inconclusive(Reason::TimedOut, error.to_string());
        }
        Err(error) => return Finding::inconclusive(Reason::Unreachable, error.to_string()),
    };
    let value = response.headers.get(HEADER).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let finding = match &value {
        Some(value) if value.trim().eq_ignore_ascii_case("nosniff") => {
            Finding::pass(format!("{HEADER} is nosniff"))
        }
        Some(value) => Finding::fail(Reason::Violation, format!("{HEADER} is {value}; {REMEDY}")),
        None => Finding::fail(Reason::Violation, format!("{HEADER} is not there; {REMEDY}")),
    };
    finding.comparing("nosniff", value.as_deref().unwrap_or("no such header"))
}
