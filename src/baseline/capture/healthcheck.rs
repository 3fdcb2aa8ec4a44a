//! The engine's health check, and what it probes.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;
use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{said_duration, said_number, shown_duration, text, texts};
use crate::model::{Facts, show_duration};

/// What engines take where nothing is said: names, and seconds.
const TIMES: [(&str, u64); 3] = [("interval", 30), ("timeout", 30), ("start_period", 0)];
const RETRIES: i64 = 3;

/// Records what the files say; what they leave out the image may say.
pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let check = &asked.service["healthcheck"];
    if !check.is_object() {
        return;
    }
    if check["disable"] == true {
        put(facts, "healthcheck.disabled", true);
        return;
    }
    if !test(facts, asked, &texts(&check["test"])) {
        return;
    }
    for name in ["interval", "timeout", "start_period", "start_interval"] {
        if let Some(time) = said_duration(&check[name]) {
            put(facts, format!("healthcheck.{name}"), time);
        }
    }
    if let Some(retries) = said_number(&check["retries"]) {
        put(facts, "healthcheck.retries", retries);
    }
    if let Some(name) = text(&check["disable"]).filter(|disable| disable != "false") {
        put(facts, "healthcheck.disabled", name);
    }
}

/// Records what the engine does, with its own numbers where nobody said any.
pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let Some(check) = &shown.config.healthcheck else { return };
    let words = check.test.as_deref().unwrap_or_default();
    if words.is_empty() || !test(facts, shown.asked, words) {
        return;
    }
    let times = [check.interval, check.timeout, check.start_period];
    for ((name, usual), nanos) in TIMES.into_iter().zip(times) {
        let time = shown_duration(nanos).unwrap_or(Duration::from_secs(usual));
        put(facts, format!("healthcheck.{name}"), show_duration(time));
    }
    if let Some(time) = shown_duration(check.start_interval) {
        put(facts, "healthcheck.start_interval", show_duration(time));
    }
    let retries = check.retries.filter(|retries| *retries > 0).unwrap_or(RETRIES);
    put(facts, "healthcheck.retries", retries);
}

/// Records the test; tells whether there is a check.
fn test(facts: &mut Facts, asked: &Asked<'_>, words: &[String]) -> bool {
    if words.first().is_some_and(|first| first == "NONE") {
        put(facts, "healthcheck.disabled", true);
        return false;
    }
    if !words.is_empty() {
        let masked = asked.mask.command(words);
        put(facts, "healthcheck.probes", probes(&masked));
        put(facts, "healthcheck.test", masked);
    }
    true
}

/// Gives what a check asks: the address in its command, else host and port, else the command.
fn probes(test: &[String]) -> Value {
    let words = match test.first().map(String::as_str) {
        Some("CMD" | "CMD-SHELL") => &test[1..],
        _ => test,
    };
    let line = words.join(" ");
    if let Some(url) = URL.find(&line) {
        return url.as_str().into();
    }
    if let Some(found) = ADDRESSES.iter().find_map(|form| form.captures(&line)) {
        let path = found.name("path").map_or("", |path| path.as_str());
        return format!("{}:{}{path}", &found["host"], &found["port"]).into();
    }
    let program = line.split_whitespace().next().unwrap_or_default();
    match program.rsplit('/').next().unwrap_or_default() {
        "[" | "[[" => "test".into(),
        program => program.into(),
    }
}

static URL: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"\b[a-z][a-z0-9+.-]*://[^\s"'`|;&<>()\\]+"#));

/// Finds `/dev/tcp/host/port`, `nc host port`, and `host:port/path`, in this order.
static ADDRESSES: LazyLock<[Regex; 3]> = LazyLock::new(|| {
    let host = r"(?P<host>\$\{?\w+\}?|[A-Za-z0-9][\w.-]*)";
    let port = r"(?P<port>\d{2,5}|\$\{?\w+\}?)";
    [
        compile(&format!("/dev/(?:tcp|udp)/{host}/{port}")),
        compile(&format!(r"\b(?:nc|ncat|netcat|telnet)\s+(?:-\S+\s+(?:\d+\s+)?)*{host}\s+{port}")),
        compile(&format!(r#"(?:^|[\s'"@=]){host}:{port}(?P<path>/[^\s"'`|;&<>()\\]*)?"#)),
    ]
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that a test compiles")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_probes_an_address_a_port_or_a_command() {
        for (test, probed) in [
            (
                &["CMD", "curl", "-f", "http://127.0.0.1:8000/health"][..],
                "http://127.0.0.1:8000/health",
            ),
            (
                &["CMD-SHELL", "wget -qO- 'http://localhost/ready?x=1' || exit 1"],
                "http://localhost/ready?x=1",
            ),
            (&["CMD-SHELL", "nc -z localhost 9000"], "localhost:9000"),
            (&["CMD-SHELL", "bash -c 'echo > /dev/tcp/127.0.0.1/5672'"], "127.0.0.1:5672"),
            (&["CMD", "dockerize", "-wait", "x", "db:5432"], "db:5432"),
            (&["CMD-SHELL", "/usr/bin/pg_isready -U shop"], "pg_isready"),
            (&["CMD", "redis-cli", "ping"], "redis-cli"),
            (&["CMD-SHELL", "echo stats | nc 127.0.0.1 11211"], "127.0.0.1:11211"),
            (&["CMD-SHELL", "echo ruok | nc -w 2 localhost 2181 | grep imok"], "localhost:2181"),
            (
                &["CMD-SHELL", "timeout 10 bash -c '>/dev/tcp/localhost/${PORT}'"],
                "localhost:${PORT}",
            ),
            (
                &["CMD-SHELL", "curl -s -m 20 localhost:3000/health | grep OK"],
                "localhost:3000/health",
            ),
            (&["CMD-SHELL", "[ -f /run/ready ]"], "test"),
        ] {
            let test: Vec<String> = test.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(probes(&test), probed, "{test:?}");
        }
    }
}
