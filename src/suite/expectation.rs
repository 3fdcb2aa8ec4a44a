//! Expectations: which parts of an answer have to be how.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::draft::{Draft, Names};
use super::matcher::{Match, Matcher};
use crate::model::{Millis, TemplateError};

/// Says which parts of an answer have to be how; never empty.
///
/// `T` is [`Draft`] as written and [`Value`] once filled.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Expectation<T = Draft> {
    /// What is demanded, in the order in which it is written.
    pub demands: Vec<Demand<T>>,
}

/// Says how one part of an answer has to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Demand<T = Draft> {
    /// Which part.
    pub subject: Subject,
    /// How it has to be.
    pub matcher: Matcher<T>,
}

/// Names a part of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Subject {
    /// The status of a response.
    Status,
    /// A header of a response, whatever the case of its name.
    Header(String),
    /// What a path finds in a JSON body, in the rows of a table, or in a reply.
    Json(JsonQuery),
    /// The body as text.
    Body,
    /// How long the answer took, in milliseconds.
    Time,
    /// How many rows came back.
    Rows,
    /// A column of the first row.
    Column(String),
    /// How many rows a statement changed.
    Affected,
    /// The reply of the cache.
    Reply,
    /// The state of a container: `running`, `exited`, …
    State,
    /// What a container's own health check says.
    Health,
    /// How often a container was restarted.
    Restarts,
    /// The last lines that a container wrote.
    Logs,
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status => f.write_str("status"),
            Self::Header(name) => write!(f, "header {name}"),
            Self::Json(query) => write!(f, "{query}"),
            Self::Body => f.write_str("body"),
            Self::Time => f.write_str("time"),
            Self::Rows => f.write_str("rows"),
            Self::Column(name) => write!(f, "column {name}"),
            Self::Affected => f.write_str("affected rows"),
            Self::Reply => f.write_str("reply"),
            Self::State => f.write_str("state"),
            Self::Health => f.write_str("health"),
            Self::Restarts => f.write_str("restarts"),
            Self::Logs => f.write_str("logs"),
        }
    }
}

/// Is a JSONPath that knows whether it can name more than one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JsonQuery {
    path: JsonPath,
    is_singular: bool,
}

impl JsonQuery {
    /// Reads an RFC 9535 path.
    ///
    /// # Errors
    ///
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, serde_json_path::ParseError> {
        Ok(Self { path: JsonPath::parse(text)?, is_singular: names_one_place(text) })
    }

    /// Gives what the path finds: the value where it names one place, else the list of all that
    /// were found; nothing where nothing was.
    #[must_use]
    pub fn find<'v>(&self, value: &'v Value) -> Option<Cow<'v, Value>> {
        let found = self.path.query(value).all();
        if self.is_singular {
            return found.first().map(|one| Cow::Borrowed(*one));
        }
        let all: Vec<Value> = found.into_iter().cloned().collect();
        (!all.is_empty()).then_some(Cow::Owned(Value::Array(all)))
    }
}

impl std::fmt::Display for JsonQuery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.path.fmt(f)
    }
}

/// Tells whether a valid path is a singular query of RFC 9535: names and indexes only.
fn names_one_place(path: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    let mut before = ' ';
    for c in path.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None if "*?,:".contains(c) || (c == '.' && before == '.') => return false,
            Some(_) | None => {}
        }
        before = c;
    }
    true
}

/// Gives the parts of an answer, whatever protocol it came by.
pub trait Answer {
    /// Gives a part, where the answer has it.
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>>;
}

impl Expectation<Draft> {
    /// Gives the expectation with every name replaced.
    ///
    /// # Errors
    ///
    /// When a name has no value.
    pub fn fill(&self, names: &impl Names) -> Result<Expectation<Value>, TemplateError> {
        let fill = |demand: &Demand| {
            Ok(Demand { subject: demand.subject.clone(), matcher: demand.matcher.fill(names)? })
        };
        Ok(Expectation { demands: self.demands.iter().map(fill).collect::<Result<_, _>>()? })
    }
}

/// Is one demand that does not hold: what was wanted of which part, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The part and how it had to be, such as `status to be 201`.
    pub expected: String,
    /// What was there instead, such as `got 500`.
    pub seen: String,
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "expected {} but {}", self.expected, self.seen)
    }
}

impl Expectation<Value> {
    /// Gives each demand that does not hold.
    #[must_use]
    pub fn unmet(&self, answer: &impl Answer) -> Vec<Unmet> {
        self.demands.iter().filter_map(|demand| demand.unmet(answer)).collect()
    }

    /// Gives the first demand that holds, such as `status to be one of 401, 403`.
    #[must_use]
    pub fn first_met(&self, answer: &impl Answer) -> Option<String> {
        let met = |demand: &&Demand<Value>| demand.unmet(answer).is_none();
        self.demands.iter().find(met).map(Demand::wanted)
    }
}

impl Demand<Value> {
    fn wanted(&self) -> String {
        format!("{} {}", self.subject, self.matcher.wanted(self.subject.shown()))
    }

    fn unmet(&self, answer: &impl Answer) -> Option<Unmet> {
        let actual = answer.part(&self.subject);
        let found = self.matcher.test(actual.as_deref());
        if found == Match::Holds {
            return None;
        }
        let show = self.subject.shown();
        let seen = match actual.as_deref() {
            None => "there is none".to_owned(),
            Some(value) if found == Match::Unfit => {
                format!("got {}, which cannot be compared so", show(value))
            }
            Some(value) => format!("got {}", show(value)),
        };
        Some(Unmet { expected: self.wanted(), seen })
    }
}

impl Subject {
    /// Gives the way in which a value of this part is written in a message.
    fn shown(&self) -> fn(&Value) -> String {
        match self {
            Self::Time => |value| value.as_f64().map_or_else(|| value.to_string(), show_millis),
            _ => show_short,
        }
    }
}

fn show_millis(millis: f64) -> String {
    Millis(millis).to_string()
}

/// Writes a value as JSON, cut where it would drown the message.
fn show_short(value: &Value) -> String {
    const MOST: usize = 300;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// Is the answer to an HTTP request.
#[derive(Debug)]
pub struct ResponseAnswer<'a> {
    status: u16,
    headers: &'a HeaderMap,
    body: Cow<'a, str>,
    json: Option<Value>,
    elapsed: Option<Duration>,
}

impl<'a> ResponseAnswer<'a> {
    /// Takes a response apart; `elapsed` where it was measured.
    #[must_use]
    pub fn new(
        status: u16,
        headers: &'a HeaderMap,
        body: &'a [u8],
        elapsed: Option<Duration>,
    ) -> Self {
        let json = serde_json::from_slice(body).ok();
        Self { status, headers, body: String::from_utf8_lossy(body), json, elapsed }
    }

    /// Gives a header's values joined as HTTP does, where there is one.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let values = self.headers.get_all(name);
        let values: Vec<Cow<'_, str>> =
            values.iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }
}

impl Answer for ResponseAnswer<'_> {
    fn part(&self, subject: &Subject) -> Option<Cow<'_, Value>> {
        match subject {
            Subject::Status => Some(Cow::Owned(Value::from(self.status))),
            Subject::Header(name) => self.header(name).map(Value::from).map(Cow::Owned),
            Subject::Json(query) => self.json.as_ref().and_then(|json| query.find(json)),
            Subject::Body => Some(Cow::Owned(Value::from(&*self.body))),
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
    let unmet = expect.unmet(&ResponseAnswer::new(status, headers, body, None));
    unmet.iter().map(Unmet::to_string).collect()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use serde_json::json;

    use super::*;
    use crate::suite::matcher::ValueKind;

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
    fn only_names_and_indexes_name_one_place() {
        for one in ["$", "$.a.b", "$['a:*?,..']", "$[0][-1]", r"$['it\'s, so']"] {
            assert!(names_one_place(one), "{one}");
        }
        for many in ["$.*", "$..a", "$[0,1]", "$[0:2]", "$[?@.a]", "$['a','b']"] {
            assert!(!names_one_place(many), "{many}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_meets_no_demand_on_its_json() {
        let expect = Expectation { demands: vec![demand(at("$"), Matcher::Is(ValueKind::Null))] };
        assert_eq!(
            check_response(&expect, 200, &HeaderMap::new(), b"<html>"),
            ["expected $ to be null but there is none"]
        );
    }
}
