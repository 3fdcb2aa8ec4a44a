//! The first `proofmark.yaml` and the first suites, as text.

use super::{Guess, Spoken};
use crate::model::Protocol;

/// Says what is known of the project itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name, as Compose has it.
    pub name: String,
    /// The environment that this host is.
    pub environment: String,
    /// Its Compose files, as seen from the folder of the settings.
    pub files: Vec<String>,
    /// The files that give its variables their values; none where Compose finds the one that does.
    pub env_files: Vec<String>,
    /// The variable in its files that chooses the release.
    pub release_variable: Option<String>,
}

/// Is one file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its path, as seen from the folder of the settings; none for the settings themselves.
    pub path: Option<&'static str>,
    /// Its text.
    pub text: String,
}

/// Writes the settings and, where there is something to ask, the suites of a project.
#[must_use]
pub fn drafts(project: &Project, guesses: &[Guess]) -> Vec<Draft> {
    let suites = [
        ("suites/integration/containers.yaml", containers(guesses)),
        ("suites/integration/endpoints.yaml", endpoints(guesses)),
        ("suites/integration/stores.yaml", stores(guesses)),
    ];
    let suites = suites
        .into_iter()
        .filter_map(|(path, text)| text.map(|text| Draft { path: Some(path), text }));
    let settings = Draft { path: None, text: settings(project, guesses) };
    [settings].into_iter().chain(suites).collect()
}

fn settings(project: &Project, guesses: &[Guess]) -> String {
    let name = scalar(&project.name);
    let files: Vec<String> = project.files.iter().map(|file| scalar(file)).collect();
    let mut lines = vec![
        "# What is not said here has the built-in defaults: `proofmark config show --origins` prints every value."
            .to_owned(),
        format!("project: {name}"),
        String::new(),
        "base:".to_owned(),
        "  compose:".to_owned(),
        format!("    files: [{}]", files.join(", ")),
    ];
    if !project.env_files.is_empty() {
        let files: Vec<String> = project.env_files.iter().map(|file| scalar(file)).collect();
        lines.push(format!("    env_files: [{}]", files.join(", ")));
    }
    lines.push(format!("    project: {name}"));
    lines.push(match &project.release_variable {
        Some(variable) => format!("    release_variable: {}", scalar(variable)),
        None => "    # release_variable: RELEASE   # the variable in your image tags; deployments need it".to_owned(),
    });
    let talks = guesses.iter().any(|guess| guess.speaks.is_some());
    if talks || guesses.iter().any(|guess| guess.left_out.is_some()) {
        lines.push(if talks { "  services:" } else { "  # services:" }.to_owned());
    }
    for guess in guesses {
        let name = scalar(&guess.service);
        if let Some(spoken) = &guess.speaks {
            if spoken.protocol == Protocol::Http && spoken.health.is_none() {
                lines.push(format!(
                    "    # {name} shows no health endpoint; add `health: /path` where it has one."
                ));
            }
            lines.push(format!("    {name}: {}", service(spoken)));
        }
        if let Some(why) = &guess.left_out {
            lines.push(format!("    # {name} is left out: {why}."));
        }
    }
    let environment = format!("  {}: {{}}", scalar(&project.environment));
    lines.extend([String::new(), "environments:".to_owned(), environment]);
    ended(&lines)
}

fn service(spoken: &Spoken) -> String {
    let protocol = match spoken.protocol {
        Protocol::Http => None,
        Protocol::Postgres => Some("postgres".to_owned()),
        Protocol::Redis => Some("redis".to_owned()),
        Protocol::S3 => Some("s3".to_owned()),
        Protocol::Supabase => Some("supabase".to_owned()),
    };
    let keys = [
        ("protocol", protocol),
        ("port", Some(spoken.port.to_string())),
        ("health", spoken.health.as_deref().map(scalar)),
        ("user", spoken.user.as_deref().map(scalar)),
        ("database", spoken.database.as_deref().map(scalar)),
        ("password_file", spoken.password_file.as_deref().map(scalar)),
    ];
    let keys = keys.into_iter().filter_map(|(key, value)| Some(format!("{key}: {}", value?)));
    format!("{{ {} }}", keys.collect::<Vec<_>>().join(", "))
}

fn containers(guesses: &[Guess]) -> Option<String> {
    let case = |guess: &Guess| {
        let (health, restarts) = (guess.is_watched, guess.is_steady);
        let expected = ["state: running"]
            .into_iter()
            .chain(health.then_some("health: healthy"))
            .chain(restarts.then_some("restarts: 0"));
        let well = if health { "runs and is healthy" } else { "runs" };
        let steps = vec![
            format!("      - container: {}", scalar(&guess.service)),
            format!("        expect: {{ {} }}", expected.collect::<Vec<_>>().join(", ")),
        ];
        (format!("{} {well}", guess.service), steps)
    };
    // A suite can name the services of the settings only; `check health` looks at every container.
    let named = guesses.iter().filter(|guess| guess.stays && guess.speaks.is_some());
    suite("containers", named.map(case).collect())
}

fn endpoints(guesses: &[Guess]) -> Option<String> {
    let case = |guess: &Guess| {
        let path = guess.speaks.as_ref()?.health.as_ref()?;
        let url = scalar(&format!("${{{}}}{path}", guess.service));
        let steps = vec![
            format!("      - get: {url}"),
            "        expect: { status: 200, time: { below: 1000ms } }".to_owned(),
        ];
        Some((format!("{} answers in time", guess.service), steps))
    };
    suite("endpoints", guesses.iter().filter_map(case).collect())
}

fn stores(guesses: &[Guess]) -> Option<String> {
    let case = |guess: &Guess| {
        let on = format!("        on: {}", scalar(&guess.service));
        let (answers, asked, expected) = match guess.speaks.as_ref()?.protocol {
            Protocol::Http | Protocol::S3 | Protocol::Supabase => return None,
            Protocol::Postgres => ("a query", "sql: select 1 as one", "{ row: { one: 1 } }"),
            Protocol::Redis => ("PING", "redis: [PING]", "{ reply: PONG }"),
        };
        let steps = vec![format!("      - {asked}"), on, format!("        expect: {expected}")];
        Some((format!("{} answers {answers}", guess.service), steps))
    };
    suite("stores", guesses.iter().filter_map(case).collect())
}

/// Writes a suite of cases that each have a name and steps; none without a case.
fn suite(name: &str, cases: Vec<(String, Vec<String>)>) -> Option<String> {
    if cases.is_empty() {
        return None;
    }
    let mut lines = vec![
        format!("suite: {name}"),
        "level: integration".to_owned(),
        "tags: [smoke]".to_owned(),
        String::new(),
        "cases:".to_owned(),
    ];
    for (at, (name, steps)) in cases.into_iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        lines.push(format!("  - name: {}", scalar(&name)));
        lines.push("    steps:".to_owned());
        lines.extend(steps);
    }
    Some(ended(&lines))
}

fn ended(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

/// Writes text as YAML that reads as this text, plain where nothing else could be meant.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ' ');
    let begins =
        text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '.' | '_'));
    let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let is_plain = begins
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !reserved.contains(&text.to_ascii_lowercase().as_str())
        && text.parse::<f64>().is_err();
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
