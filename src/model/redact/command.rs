//! Secrets that are given away by where they stand among a command's words, and by what reads them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::name::{is_path, is_reference};
use super::place::compile;

/// Is a command that takes secrets as plain words or after a short flag.
struct Form {
    programs: &'static [&'static str],
    /// The words that make it this form, if not every one is; of one that begins with a dash, the letters
    /// among the flags.
    verb: &'static [&'static str],
    /// How many words after those are no secret, flags not counted. All others are: a flag's value may
    /// have taken the place of one.
    open: usize,
    /// The flags that a secret follows.
    flags: &'static [&'static str],
}

/// Says that no plain word is a secret.
const ALL: usize = usize::MAX;

const FORMS: &[Form] = &[
    Form { programs: &["rabbitmqctl"], verb: &["add_user"], open: 1, flags: &[] },
    Form { programs: &["rabbitmqctl"], verb: &["change_password"], open: 1, flags: &[] },
    Form { programs: &["rabbitmqctl"], verb: &["authenticate_user"], open: 1, flags: &[] },
    Form { programs: &["mc", "mcli"], verb: &["alias", "set"], open: 2, flags: &[] },
    Form { programs: &["mc", "mcli"], verb: &["config", "host", "add"], open: 2, flags: &[] },
    Form { programs: &["mc", "mcli"], verb: &["admin", "user", "add"], open: 2, flags: &[] },
    // Without a file the first word is the user.
    Form { programs: &["htpasswd"], verb: &["-nb"], open: 1, flags: &[] },
    Form { programs: &["htpasswd"], verb: &["-b"], open: 2, flags: &[] },
    Form { programs: &["openssl"], verb: &[], open: ALL, flags: &["-k", "-K"] },
    Form { programs: &["vault"], verb: &["login"], open: 0, flags: &[] },
    Form {
        programs: &["docker", "podman", "nerdctl", "helm", "skopeo", "oras"],
        verb: &["login"],
        open: ALL,
        flags: &["-p"],
    },
];

/// Holds programs that read a password from their input.
const READERS: &[&str] =
    &["kinit", "passwd", "chpasswd", "smbpasswd", "vncpasswd", "cryptsetup", "su", "login"];
/// Holds flags that say the same of any program.
const READING: &[&str] = &["--password-stdin", "--passphrase-fd", "--stdin", "-stdin", "stdin"];

/// Gives the places of the words of one command that are secrets.
pub(super) fn secrets_among(words: &[&str]) -> Vec<usize> {
    let found = words.iter().enumerate().find_map(|(at, word)| {
        let name = word.rsplit('/').next()?;
        let mut forms = FORMS.iter().filter(|form| form.programs.contains(&name));
        forms.find_map(|form| Some((form, form.after_verb(&words[at + 1..])? + at + 1)))
    });
    let Some((form, start)) = found else { return Vec::new() };
    let mut open = form.open;
    let mut secrets = Vec::new();
    for (at, word) in words.iter().enumerate().skip(start) {
        let follows = form.flags.contains(&words[at - 1]);
        let is_plain = !word.starts_with('-') && !is_redirection(word);
        if is_plain && !follows && open > 0 {
            open -= 1;
        } else if (follows || is_plain) && is_secret(word) {
            secrets.push(at);
        }
    }
    secrets
}

impl Form {
    /// Gives where the words after the verb begin, where `words` have it.
    fn after_verb(&self, words: &[&str]) -> Option<usize> {
        match self.verb {
            [] => Some(0),
            [flags] if flags.starts_with('-') => {
                let short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
                let given: String = words.iter().filter(short).copied().collect();
                flags.chars().all(|letter| given.contains(letter)).then_some(0)
            }
            verb => {
                let at = words.windows(verb.len()).position(|window| window == verb)?;
                Some(at + verb.len())
            }
        }
    }
}

fn is_secret(word: &str) -> bool {
    // `vault login username=…`; base64 ends in such signs.
    !is_reference(word) && !is_path(word) && !word.trim_end_matches('=').contains('=')
}

fn is_redirection(word: &str) -> bool {
    word.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with(['<', '>'])
}

/// Gives what stands after the colon of `user:password`, where that is not the group of an account.
pub(super) fn password_of_pair(pair: &str) -> Option<&str> {
    const GROUPS: &[&str] = &[
        "app", "daemon", "docker", "node", "nobody", "nogroup", "root", "staff", "users", "wheel",
    ];
    let (user, password) = pair.split_once(':')?;
    let is_group = password == user
        || GROUPS.contains(&password)
        || password.bytes().all(|byte| byte.is_ascii_digit());
    (!is_group && !is_reference(user) && !is_reference(password)).then_some(password)
}

/// Finds `-u user:password`, whatever the program.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    compile(r#"(?:^|\s)(?:-u|--user)(?:\s+|=)["']?(?P<pair>[\w.@-]+:[^\s"'/][^\s"']*)"#)
});

/// Finds every secret that the words of a shell line give away.
pub(super) fn find(text: &str, spans: &mut Vec<Range<usize>>) {
    for pair in PAIR.captures_iter(text).filter_map(|found| found.name("pair")) {
        spans.extend(password_of_pair(pair.as_str()).map(|it| pair.end() - it.len()..pair.end()));
    }
    let programs = FORMS.iter().flat_map(|form| form.programs);
    let mut telling = programs.chain(READERS).chain(READING).chain(&["secret create", "sudo"]);
    if telling.any(|word| text.contains(word)) {
        in_line(text, 0, DEEPEST, spans);
    }
}

/// Bounds how many quotes within quotes are looked into.
const DEEPEST: usize = 3;

fn in_line(line: &str, offset: usize, depth: usize, spans: &mut Vec<Range<usize>>) {
    let commands = commands(line);
    for (at, command) in commands.iter().enumerate() {
        let words: Vec<&str> = command.words.iter().map(|word| &line[word.clone()]).collect();
        let mut secrets: Vec<Range<usize>> =
            secrets_among(&words).into_iter().map(|at| command.words[at].clone()).collect();
        if reads_password(&words) {
            let said = at.checked_sub(1).map(|before| &commands[before]).filter(|it| it.is_piped);
            secrets.extend(said.into_iter().flat_map(|said| said.spoken(line)));
            secrets.extend(command.here_string(line));
        }
        spans.extend(secrets.into_iter().map(|it| it.start + offset..it.end + offset));
        if depth > 0 {
            for word in command.words.iter().filter(|word| line[(*word).clone()].contains(' ')) {
                in_line(&line[word.clone()], offset + word.start, depth - 1, spans);
            }
        }
    }
}

fn reads_password(words: &[&str]) -> bool {
    let name = |word: &&str| word.rsplit('/').next().unwrap_or_default().to_owned();
    let program = words.iter().find(|word| !word.contains('=')).map(name).unwrap_or_default();
    READERS.contains(&program.as_str())
        || words.iter().any(|word| READING.contains(word))
        || program == "sudo" && words.contains(&"-S")
        || words.windows(2).any(|pair| pair == ["secret", "create"])
}

/// Is one command of a shell line: where its words stand, without their quotes.
#[derive(Default)]
struct Command {
    words: Vec<Range<usize>>,
    /// Whether what it says is the input of the next one.
    is_piped: bool,
}

impl Command {
    /// Gives what `echo` or `printf` says; the first of several words of `printf` is their form.
    fn spoken(&self, line: &str) -> Vec<Range<usize>> {
        let Some((name, words)) = self.words.split_first() else { return Vec::new() };
        let words = match (&line[name.clone()], words) {
            ("printf", [_, said @ ..]) if !said.is_empty() => said,
            ("echo" | "printf", said) => said,
            _ => &[],
        };
        let is_said = |word: &&Range<usize>| {
            let word = &line[(*word).clone()];
            !word.starts_with('-') && !is_reference(word)
        };
        words.iter().filter(is_said).cloned().collect()
    }

    /// Gives what stands after `<<<`.
    fn here_string(&self, line: &str) -> Option<Range<usize>> {
        let at = self.words.iter().position(|word| line[word.clone()].starts_with("<<<"))?;
        let joined = self.words[at].start + "<<<".len()..self.words[at].end;
        let word = if joined.is_empty() { self.words.get(at + 1)?.clone() } else { joined };
        let word = unquoted(line, word);
        (!is_reference(&line[word.clone()])).then_some(word)
    }
}

/// Takes a shell line apart.
fn commands(line: &str) -> Vec<Command> {
    let mut commands = vec![Command::default()];
    let (mut start, mut quote, mut escaped) = (None, None, false);
    let at_end = |commands: &mut Vec<Command>, start: &mut Option<usize>, end: usize| {
        if let (Some(start), Some(command)) = (start.take(), commands.last_mut()) {
            command.words.push(unquoted(line, start..end));
        }
    };
    for (at, c) in line.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some('"') | None if c == '\\' => {
                escaped = true;
                start.get_or_insert(at);
            }
            Some(open) => quote = Some(open).filter(|open| *open != c),
            None if c == '"' || c == '\'' => {
                start.get_or_insert(at);
                quote = Some(c);
            }
            None if matches!(c, '|' | '&' | ';' | '(' | ')' | '\n') => {
                at_end(&mut commands, &mut start, at);
                if let Some(command) = commands.last_mut() {
                    command.is_piped = c == '|';
                }
                commands.push(Command::default());
            }
            None if c.is_whitespace() => at_end(&mut commands, &mut start, at),
            None => {
                start.get_or_insert(at);
            }
        }
    }
    at_end(&mut commands, &mut start, line.len());
    commands
}

/// Gives a word without the quotes around it.
fn unquoted(line: &str, word: Range<usize>) -> Range<usize> {
    let text = &line[word.clone()];
    let is_quoted = |quote| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') { word.start + 1..word.end - 1 } else { word }
}
