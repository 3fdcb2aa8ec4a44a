//! Programs whose short flag takes a secret.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::name::is_reference;
use super::place::compile;

/// Is the programs that have the same flags for a secret; flag and secret are one word or two.
struct Kin {
    programs: &'static [&'static str],
    flags: &'static [&'static str],
    /// Whether a user stands before the secret, as in `ada:…`.
    pairs: bool,
}

const KIN: &[Kin] = &[
    Kin { programs: &["redis-cli", "valkey-cli", "keydb-cli"], flags: &["-a"], pairs: false },
    Kin {
        programs: &[
            "mysql",
            "mysqladmin",
            "mysqldump",
            "mysqlcheck",
            "mysqlshow",
            "mariadb",
            "mariadb-admin",
            "mariadb-dump",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "sshpass",
            "cqlsh",
            "rabbitmqadmin",
        ],
        flags: &["-p"],
        pairs: false,
    },
    Kin { programs: &["sqlcmd", "mosquitto_pub", "mosquitto_sub"], flags: &["-P"], pairs: false },
    Kin {
        programs: &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldappasswd",
            "ldapwhoami",
        ],
        flags: &["-w"],
        pairs: false,
    },
    Kin { programs: &["lftp"], flags: &["-u"], pairs: true },
    Kin { programs: &["curl"], flags: &["-u", "--user", "-U", "--proxy-user"], pairs: true },
    Kin { programs: &["wget"], flags: &["-u"], pairs: false },
    Kin { programs: &["smbclient"], flags: &["-U"], pairs: false },
];

impl Kin {
    /// Tells whether a value only names what holds the secret.
    fn is_named(&self, value: &str) -> bool {
        let after_user = value.split_once([':', ',']).filter(|_| self.pairs);
        is_reference(value) || after_user.is_some_and(|(_, secret)| is_reference(secret))
    }
}

/// Finds the kin of the program that `argument` starts.
fn kin_of(argument: &str) -> Option<&'static Kin> {
    let name = argument.rsplit('/').next()?;
    KIN.iter().find(|kin| kin.programs.contains(&name))
}

/// Gives the flag of `program` with which `argument` begins, and whether the secret follows in the
/// same word.
pub(super) fn flag_of(program: &str, argument: &str) -> Option<(&'static str, bool)> {
    let kin = kin_of(program)?;
    kin.flags.iter().find_map(|flag| {
        let rest = argument.strip_prefix(flag)?;
        match rest.strip_prefix('=') {
            _ if rest.is_empty() => Some((*flag, false)),
            Some(value) => (!kin.is_named(value)).then_some((*flag, true)),
            // `--username` is another flag than `--user`.
            None => (!flag.starts_with("--") && !kin.is_named(rest)).then_some((*flag, true)),
        }
    })
}

/// Tells whether `argument` starts one of the programs.
pub(super) fn is_program(argument: &str) -> bool {
    kin_of(argument).is_some()
}

/// Finds a program's own flag in a shell line.
static LINES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let of = |kin: &Kin| {
        let flags: Vec<String> = kin
            .flags
            .iter()
            .map(|flag| match flag.strip_prefix("--") {
                Some(_) => format!(r"{flag}(?:\s+|=)"),
                None => format!(r"{flag}\s*=?"),
            })
            .collect();
        compile(&format!(
            r#"(?:^|[\s/;|&("'`])(?:{})\s(?:[^|;&]*?\s)??(?:{})(?P<secret>"[^"]*"|'[^']*'|[^\s"';|&)]+)"#,
            kin.programs.join("|"),
            flags.join("|")
        ))
    };
    KIN.iter().map(of).collect()
});

/// Finds what stands after a program's flag in a shell line.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    if !text.contains(char::is_whitespace) {
        return;
    }
    for (kin, line) in KIN.iter().zip(&*LINES) {
        if !kin.programs.iter().any(|program| text.contains(program)) {
            continue;
        }
        let found = line.captures_iter(text).filter_map(|found| found.name("secret"));
        for secret in found {
            let quoted = usize::from(secret.as_str().starts_with(['"', '\'']));
            let inside = secret.start() + quoted..secret.end() - quoted;
            if !kin.is_named(&text[inside.clone()]) {
                spans.push(inside);
            }
        }
    }
}
