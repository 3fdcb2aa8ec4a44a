//! Takes secrets out of what is recorded: the known ones by value, the others by where they stand.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::model::{REDACTED, Redactor};

/// Replaces secrets by [`REDACTED`] in commands, health checks and labels.
///
/// A snapshot is committed and read by many, so what merely looks like a secret goes too. Both
/// sides of a comparison pass through the same mask: a changed secret is no drift.
#[derive(Debug, Clone)]
pub(super) struct Mask {
    redactor: Redactor,
}

impl Mask {
    /// Knows `secrets`, and the values of the secret ones among `environment` (`NAME=value`).
    pub(super) fn new<'e>(
        secrets: impl IntoIterator<Item = String>,
        environment: impl IntoIterator<Item = &'e str>,
    ) -> Self {
        let mut redactor = Redactor::new(secrets);
        for (name, value) in environment.into_iter().filter_map(|entry| entry.split_once('=')) {
            if is_secret_name(name) && !is_everyday(value) {
                redactor.learn(value);
            }
        }
        Self { redactor }
    }

    /// Gives free text without secrets.
    pub(super) fn text(&self, text: &str) -> String {
        let mut text = self.redactor.apply(text).into_owned();
        for (shape, replace) in &*SHAPES {
            text = shape.replace_all(&text, *replace).into_owned();
        }
        without_named_values(&text)
    }

    /// Gives a command without secrets; one may stand in the argument after its flag.
    pub(super) fn command(&self, arguments: &[String]) -> Vec<String> {
        let (mut expected, mut shell) = (false, false);
        let mut program = "";
        let mut masked = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let here = std::mem::take(&mut expected);
            if here {
                masked.push(REDACTED.to_owned());
                continue;
            }
            if std::mem::replace(&mut shell, SHELL_LINE_NEXT.contains(&argument.as_str())) {
                masked.push(self.text(argument));
                continue;
            }
            if let Some(flag) = short_flag(program, argument) {
                expected = argument == flag;
                let rest = if expected { "" } else { REDACTED };
                masked.push(format!("{flag}{rest}"));
                continue;
            }
            if program.is_empty() && PROGRAMS.iter().any(|(known, _)| names(argument, known)) {
                program = argument;
            }
            expected = argument.starts_with('-')
                && !argument.contains(['=', ' '])
                && is_secret_name(argument);
            // An argument is one value to its end, blanks and all; a shell line is not.
            masked.push(match argument.split_once(['=', ':']) {
                Some((name, _)) if name.bytes().all(is_name_byte) && is_secret_name(name) => {
                    format!("{}{REDACTED}", &argument[..=name.len()])
                }
                _ => self.text(argument),
            });
        }
        masked
    }

    /// Gives the value of something named: nothing of it where the name says that it is secret.
    pub(super) fn named(&self, name: &str, value: &str) -> String {
        if is_secret_name(name) { REDACTED.to_owned() } else { self.text(value) }
    }
}

/// Holds the programs whose short flag takes a secret, the flag and the secret one word or two.
const PROGRAMS: &[(&str, &str)] = &[
    ("redis-cli", "-a"),
    ("valkey-cli", "-a"),
    ("mysql", "-p"),
    ("mysqladmin", "-p"),
    ("mysqldump", "-p"),
    ("mariadb", "-p"),
    ("mariadb-admin", "-p"),
    ("mongo", "-p"),
    ("mongosh", "-p"),
    ("sshpass", "-p"),
    ("curl", "-u"),
    ("wget", "-u"),
];

/// Holds the arguments after which a whole shell line stands.
const SHELL_LINE_NEXT: &[&str] = &["CMD-SHELL", "-c", "-ec", "-lc"];

const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn names(argument: &str, program: &str) -> bool {
    argument.rsplit('/').next() == Some(program)
}

fn short_flag(program: &str, argument: &str) -> Option<&'static str> {
    PROGRAMS
        .iter()
        .find(|(known, flag)| names(program, known) && argument.starts_with(flag))
        .map(|(_, flag)| *flag)
}

/// Tells whether a flag, variable, label or header has a name under which secrets are kept.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    // `--no-auth-warning` is a switch.
    if words.first() == Some(&"no") {
        return false;
    }
    if words.last().is_some_and(|last| matches!(*last, "file" | "path" | "dir" | "ttl" | "name")) {
        return false;
    }
    let within = ["password", "passwd", "passphrase", "secret", "token", "apikey", "credential"];
    let whole = [
        "pass",
        "pwd",
        "key",
        "auth",
        "authorization",
        "cookie",
        "dsn",
        "private",
        "salt",
        "jwt",
        "pin",
        "bearer",
        "requirepass",
        "masterauth",
        "userpass",
        "signature",
    ];
    within.iter().any(|part| name.replace(['-', '_', '.'], "").contains(part))
        || words.iter().any(|word| whole.contains(word))
}

/// Tells whether a value is one that half of all settings have, and hides nothing.
fn is_everyday(value: &str) -> bool {
    let switch = ["true", "false", "yes", "no", "on", "off", "none", "null"];
    switch.contains(&value.to_ascii_lowercase().as_str())
        || value.len() < 4
        || value.len() < 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Finds a name and what stands between it and its value: `name=`, `name: `, `"name": `, `--name `.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| compile(r#"(?P<name>[A-Za-z_-][\w.-]*)(?P<between>["']?\s*[=:]\s*|\s+)"#));

/// Takes the value off every secret name; what is not secret may itself hold a name and a value.
fn without_named_values(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = NAMED.captures_at(text, at) {
        let (name, between) = (&found["name"], &found["between"]);
        let start = found.get(0).map_or(at, |whole| whole.start());
        let value = start + name.len() + between.len();
        masked.push_str(&text[at..value]);
        at = value;
        let is_flag = name.starts_with('-');
        if is_secret_name(name) && (is_flag || !between.trim().is_empty()) && at < text.len() {
            at += value_length(&text[value..], quoted_whole(text, start, between));
            masked.push_str(REDACTED);
        }
    }
    masked.push_str(&text[at..]);
    masked
}

/// Gives the quote around name and value, as in `'Cookie: a=1; b=2'`; there a blank ends nothing.
fn quoted_whole(text: &str, name: usize, between: &str) -> Option<char> {
    let quote = text[..name].chars().next_back().filter(|before| ['"', '\''].contains(before));
    quote.filter(|_| !between.starts_with(['"', '\'']))
}

fn value_length(text: &str, closing: Option<char>) -> usize {
    let to = |end: Option<usize>| end.unwrap_or(text.len());
    if let Some(quote) = closing {
        return to(text.find(quote));
    }
    let quoted = text.chars().next().filter(|first| ['"', '\''].contains(first));
    let past_quotes = quoted.map_or(0, |quote| {
        let mut escaped = false;
        to(text[1..].find(|c| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        }))
    });
    to(text[past_quotes..].find(char::is_whitespace).map(|end| past_quotes + end))
}

type Replace = fn(&Captures<'_>) -> String;

/// Holds what a secret looks like where no name stands before it.
static SHAPES: LazyLock<[(Regex, Replace); 4]> = LazyLock::new(|| {
    [
        // scheme://user:password@host, and scheme://token@host.
        (
            compile(
                r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<user>[^\s:/?#@]*)(?P<rest>:[^\s/?#]*)?@",
            ),
            |found| match found.name("rest") {
                None if !found["scheme"].starts_with("http") => found[0].to_owned(),
                None => format!("{}{REDACTED}@", &found["scheme"]),
                Some(_) => format!("{}{}:{REDACTED}@", &found["scheme"], &found["user"]),
            },
        ),
        // Bearer token.
        (compile(r"(?i)\b(?P<scheme>bearer|basic)\s+[^\s\x22']+"), |found| {
            format!("{} {REDACTED}", &found["scheme"])
        }),
        // A program's own short flag, in a shell line.
        (
            compile(
                r#"(?P<before>\b(?:(?:redis|valkey)-cli\b[^|;&]*?\s-a|(?:mysql|mariadb)[\w-]*\b[^|;&]*?\s-p|mongo(?:sh)?\b[^|;&]*?\s-p|sshpass\s+-p|(?:curl|wget)\b[^|;&]*?\s-u))\s*(?:"[^"]*"|'[^']*')?\S*"#,
            ),
            |found| format!("{} {REDACTED}", &found["before"]),
        ),
        // Tokens whose form gives them away: a JWT, and what well-known services hand out.
        (
            compile(
                r"\b(?:eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?|(?:ghp|gho|ghs|glpat|xox[abp]|sk_live|sk_test|rk_live|sk|pk)[_-][\w-]{16,}|AKIA[A-Z0-9]{12,})",
            ),
            |_| REDACTED.to_owned(),
        ),
    ]
});

fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is a constant that a test compiles")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain() -> Mask {
        Mask::new([], [])
    }

    fn command(line: &[&str]) -> String {
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        plain().command(&line).join("␣")
    }

    #[test]
    fn an_ordinary_command_stays_as_it_is() {
        for line in [
            &["curl", "--fail", "--max-time", "2", "http://127.0.0.1:8000/health"][..],
            &["pg_isready", "--quiet", "--host=127.0.0.1", "--username=shop", "--dbname=shop"],
            &["/bin/sh", "-c", "python -m api --port 8000 --log-level=info"],
            &["redis-server", "--appendonly", "yes", "--save", "60 1"],
            &["app", "--password-file", "/run/secrets/db_password"],
            &["CMD-SHELL", "redis-cli --no-auth-warning ping"],
        ] {
            assert_eq!(command(line), line.join("␣"));
        }
    }

    #[test]
    fn a_secret_goes_wherever_a_command_may_carry_it() {
        insta::assert_snapshot!(
            [
                command(&["app", "--token", "s3cr3t", "--port", "1"]),
                command(&["app", "--db-password=s3cr3t"]),
                command(&["redis-cli", "-a", "s3cr3t", "ping"]),
                command(&["mysqladmin", "-ps3cr3t", "ping"]),
                command(&["/usr/bin/curl", "-u", "ada:s3cr3t", "http://x/"]),
                command(&["CMD-SHELL", "curl -H 'Authorization: Bearer s3cr3t' http://x/"]),
                command(&["CMD-SHELL", "PGPASSWORD=s3cr3t psql -c 'select 1' || exit 1"]),
                command(&["CMD-SHELL", "redis-cli -h db -a s3cr3t ping | grep PONG"]),
                command(&["CMD-SHELL", "app --token s3cr3t && echo ok"]),
                command(&["CMD-SHELL", "wget -q 'http://x/health?api_key=s3cr3t&deep=1'"]),
                command(&["app", "--url=postgres://shop:s3cr3t@db/shop"]),
                command(&["git", "clone", "https://s3cr3t@example.org/x"]),
                command(&["CMD-SHELL", "curl -H 'Cookie: a=s3cr3t; b=s3cr3t' -H 'Accept: */*' http://x/"]),
                command(&["sh", "-c", "run --env=DB_PASSWORD='s3cr3t s3cr3t' --port 1"]),
                command(&["app", "--auth-token=s3cr3t s3cr3t,s3cr3t"]),
                command(&["curl", "-d", r#"{"password": "s3cr3t", "user": "ada"}"#]),
                command(&["app", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"]),
            ]
            .join("\n"),
            @r#"
        app␣--token␣***␣--port␣1
        app␣--db-password=***
        redis-cli␣-a␣***␣ping
        mysqladmin␣-p***␣ping
        /usr/bin/curl␣-u␣***␣http://x/
        CMD-SHELL␣curl -H 'Authorization: ***' http://x/
        CMD-SHELL␣PGPASSWORD=*** psql -c 'select 1' || exit 1
        CMD-SHELL␣redis-cli -h db -a *** ping | grep PONG
        CMD-SHELL␣app --token *** && echo ok
        CMD-SHELL␣wget -q 'http://x/health?api_key=***
        app␣--url=postgres://shop:***@db/shop
        git␣clone␣https://***@example.org/x
        CMD-SHELL␣curl -H 'Cookie: ***' -H 'Accept: */*' http://x/
        sh␣-c␣run --env=DB_PASSWORD=*** --port 1
        app␣--auth-token=***
        curl␣-d␣{"password": *** "user": "ada"}
        app␣***
        "#
        );
    }

    #[test]
    fn a_secret_of_the_environment_goes_even_where_nothing_gives_it_away() {
        let mask = Mask::new([], ["DB_PASSWORD=correct-horse", "PORT=8000", "AUTH_ENABLED=true"]);
        assert_eq!(mask.text("run correct-horse 8000 true"), "run *** 8000 true");
    }

    #[test]
    fn a_label_with_a_secret_name_keeps_nothing_of_its_value() {
        assert_eq!(plain().named("com.example.api-token", "a b c"), "***");
        assert_eq!(plain().named("com.example.owner", "shop team"), "shop team");
    }

    proptest! {
        #[test]
        fn masking_twice_changes_nothing_more(text in "[ -~]{0,60}") {
            let once = plain().text(&text);
            prop_assert_eq!(plain().text(&once), once);
        }
    }
}
