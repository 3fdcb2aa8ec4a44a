//! Programs whose short flag takes a secret.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::name::is_reference;
use super::place::compile;

/// Holds each program with its flags; flag and secret are one word or two.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("redis-cli", &["-a"]),
    ("valkey-cli", &["-a"]),
    ("keydb-cli", &["-a"]),
    ("mysql", &["-p"]),
    ("mysqladmin", &["-p"]),
    ("mysqldump", &["-p"]),
    ("mysqlcheck", &["-p"]),
    ("mysqlshow", &["-p"]),
    ("mariadb", &["-p"]),
    ("mariadb-admin", &["-p"]),
    ("mariadb-dump", &["-p"]),
    ("mongo", &["-p"]),
    ("mongosh", &["-p"]),
    ("mongodump", &["-p"]),
    ("sshpass", &["-p"]),
    ("cqlsh", &["-p"]),
    ("rabbitmqadmin", &["-p"]),
    ("sqlcmd", &["-P"]),
    ("mosquitto_pub", &["-P"]),
    ("mosquitto_sub", &["-P"]),
    ("ldapsearch", &["-w"]),
    ("curl", &["-u", "--user", "-U", "--proxy-user"]),
    ("wget", &["-u"]),
    ("smbclient", &["-U"]),
];

/// Gives the flag of `program` with which `argument` begins, and whether the secret follows in the
/// same word.
pub(super) fn flag_of(program: &str, argument: &str) -> Option<(&'static str, bool)> {
    let (_, flags) = PROGRAMS.iter().find(|(known, _)| is_named(program, known))?;
    flags.iter().find_map(|flag| {
        let rest = argument.strip_prefix(flag)?;
        match rest.strip_prefix('=') {
            _ if rest.is_empty() => Some((*flag, false)),
            Some(value) => (!is_reference(value)).then_some((*flag, true)),
            // `--username` is another flag than `--user`.
            None => (!flag.starts_with("--") && !is_reference(rest)).then_some((*flag, true)),
        }
    })
}

/// Tells whether `argument` starts one of the programs.
pub(super) fn is_program(argument: &str) -> bool {
    PROGRAMS.iter().any(|(known, _)| is_named(argument, known))
}

fn is_named(argument: &str, program: &str) -> bool {
    argument.rsplit('/').next() == Some(program)
}

/// Finds a program's own flag in a shell line.
static LINES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let of = |(program, flags): &(&str, &[&str])| {
        let flags: Vec<String> = flags
            .iter()
            .map(|flag| match flag.strip_prefix("--") {
                Some(_) => format!(r"{flag}(?:\s+|=)"),
                None => format!(r"{flag}\s*=?"),
            })
            .collect();
        compile(&format!(
            r#"(?:^|[\s/;|&("'`]){program}\s(?:[^|;&]*?\s)??(?:{})(?P<secret>"[^"]*"|'[^']*'|[^\s"';|&)]+)"#,
            flags.join("|")
        ))
    };
    PROGRAMS.iter().map(of).collect()
});

/// Finds what stands after a program's flag in a shell line.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    for ((program, _), line) in PROGRAMS.iter().zip(&*LINES) {
        if !text.contains(program) {
            continue;
        }
        let found = line.captures_iter(text).filter_map(|found| found.name("secret"));
        for secret in found {
            let quoted = usize::from(secret.as_str().starts_with(['"', '\'']));
            let inside = secret.start() + quoted..secret.end() - quoted;
            if !is_reference(&text[inside.clone()]) {
                spans.push(inside);
            }
        }
    }
}
