//! `waivers.yaml`: which failures are accepted, why, by whom, until when, and where.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::schema::schema_of;
use super::yaml::Spanned;
use super::{Content, Node, Settings, Source, Text, nearest, read_yaml_as};
use crate::model::{Acceptance, Date, Diagnostic, Kind, Span, Waiver};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    waivers: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    check: Option<Text>,
    #[serde(default, deserialize_with = "given")]
    value: Option<Node>,
    reason: Option<Text>,
    owner: Option<Text>,
    expires: Option<Text>,
    targets: Option<Spanned<Vec<Text>>>,
}

/// Tells a value that is `null` from none.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Node>, D::Error> {
    Node::deserialize(deserializer).map(Some)
}

/// Gives the JSON Schema of a file of waivers.
#[must_use]
pub fn waivers_schema() -> Value {
    schema_of::<File>("waivers.yaml: failures that a team accepts")
}

/// Gives the waivers of a project's file that name this environment, the expired ones among them.
///
/// There need not be a file, unless the project's settings name one.
///
/// # Errors
///
/// The first thing in the file that is refused, whichever environment it is about.
pub fn waivers(settings: &Settings) -> Result<Vec<Waiver>, Diagnostic> {
    if !settings.says("waivers") && !settings.waivers.exists() {
        return Ok(Vec::new());
    }
    let source = Source::open(&settings.waivers, settings.name_of(&settings.waivers))
        .map_err(|refusal| refusal.help("write it, or take `waivers` out of proofmark.yaml"))?;
    let mut waivers = read_waivers(&source, settings)?;
    waivers.retain(|waiver| waiver.targets.contains(&settings.environment));
    Ok(waivers)
}

/// Reads every waiver of a file.
///
/// # Errors
///
/// The first thing in it that is refused.
pub fn read_waivers(source: &Source, settings: &Settings) -> Result<Vec<Waiver>, Diagnostic> {
    if source.text.lines().all(|line| line.trim().is_empty() || line.starts_with('#')) {
        return Ok(Vec::new());
    }
    let remedy =
        "the file holds `waivers:` and a list; each has check, reason, owner, expires, targets";
    let file: File = read_yaml_as(source, remedy)?;
    let reader = Reader { source, settings };
    let mut seen = BTreeMap::new();
    file.waivers.iter().map(|entry| reader.waiver(entry, &mut seen)).collect()
}

struct Reader<'s> {
    source: &'s Source,
    settings: &'s Settings,
}

/// Maps each check and target that is waived to the line on which it is.
type Seen = BTreeMap<(String, String), u32>;

impl Reader<'_> {
    fn waiver(&self, entry: &Spanned<Entry>, seen: &mut Seen) -> Result<Waiver, Diagnostic> {
        let Spanned { value: Entry { check, value, reason, owner, expires, targets }, .. } = entry;
        let at = check.as_ref().map_or(entry.at, |check| check.at);
        let check = self.said(
            at,
            "check",
            check.as_ref(),
            "names the check that may fail: `check: drift/api/user`",
        )?;
        self.exists(check)?;
        let value = value.as_ref().map(|value| self.accepted(value)).transpose()?;
        let reason = self.said(
            at,
            "reason",
            reason.as_ref(),
            "says why: `reason: the image is being mended`",
        )?;
        let owner =
            self.said(at, "owner", owner.as_ref(), "says who answers for it: `owner: ana`")?;
        let expires = self.said(
            at,
            "expires",
            expires.as_ref(),
            "ends: `expires: 2026-06-01` is its last day",
        )?;
        let expires: Date = expires.value.parse().map_err(|cause| {
            let refusal = self.source.refuse(expires.at, format!("`expires` is refused: {cause}"));
            refusal.help("a waiver holds to the end of this day, in UTC")
        })?;
        let targets = self.targets(at, targets.as_ref())?;
        for target in &targets {
            let line = check.at.line;
            if let Some(first) = seen.insert((check.value.clone(), target.clone()), line) {
                let message = format!("`{}` is waived twice for {target}", check.value);
                return Err(self
                    .source
                    .refuse(check.at, message)
                    .help(format!("keep one of the two; the first is on line {first}")));
            }
        }
        Ok(Waiver {
            check: check.value.clone(),
            value,
            targets,
            acceptance: Acceptance {
                reason: reason.value.trim().to_owned(),
                owner: owner.value.trim().to_owned(),
                expires,
                place: self.source.place(at),
            },
        })
    }

    /// Gives a key that every waiver has to say something under.
    fn said<'t>(
        &self,
        at: Span,
        key: &str,
        text: Option<&'t Text>,
        does: &str,
    ) -> Result<&'t Text, Diagnostic> {
        match text {
            Some(text) if !text.value.trim().is_empty() => Ok(text),
            Some(text) => Err(self.source.refuse(text.at, format!("`{key}` is empty"))),
            None => Err(self.source.refuse(at, format!("a waiver without `{key}`"))),
        }
        .map_err(|refusal| refusal.help(format!("every waiver {does}")))
    }

    /// Refuses the identity of a check that no planner could ever give.
    fn exists(&self, check: &Text) -> Result<(), Diagnostic> {
        let refuse =
            |message: String, help: String| Err(self.source.refuse(check.at, message).help(help));
        let form = "write the identity as a report shows it: `drift/api/ports.8000/tcp.host`";
        let id = check.value.as_str();
        if id.contains('*') {
            return refuse(
                format!("`{id}` names more than one check"),
                format!("a waiver covers one field; {form}"),
            );
        }
        let (kind, rest) = id.split_once('/').unwrap_or((id, ""));
        if kind == Kind::Waiver.word() {
            let help = "nothing fails by it; take the waiver out that it is about".to_owned();
            return refuse("a waiver is no check that could be waived".to_owned(), help);
        }
        let waivable = || Kind::ALL.into_iter().filter(|kind| *kind != Kind::Waiver);
        if !waivable().any(|known| known.word() == kind) {
            let words: Vec<&str> = waivable().map(Kind::word).collect();
            let help = nearest(kind, &words).map_or_else(
                || format!("the kinds are {}", words.join(", ")),
                |word| format!("did you mean `{word}`?"),
            );
            return refuse(format!("there is no kind of check `{kind}`"), help);
        }
        match rest.split_once('/') {
            Some((group, name)) if !group.is_empty() && !name.is_empty() => Ok(()),
            _ => refuse(format!("`{id}` names no single check"), form.to_owned()),
        }
    }

    /// Writes an accepted value as a report shows what was found.
    fn accepted(&self, value: &Node) -> Result<String, Diagnostic> {
        match &value.value {
            Content::Text(text) => Ok(text.clone()),
            Content::Null => Err(self
                .source
                .refuse(value.at, "`value` accepts nothing")
                .help("write the value that may be found, or take `value` out to accept any")),
            other => Ok(Value::from(other).to_string()),
        }
    }

    fn targets(
        &self,
        at: Span,
        targets: Option<&Spanned<Vec<Text>>>,
    ) -> Result<Vec<String>, Diagnostic> {
        let known: Vec<&str> = self.settings.environments.iter().map(String::as_str).collect();
        let help = format!("the environments are {}", known.join(", "));
        let Some(targets) = targets else {
            let refusal = self.source.refuse(at, "a waiver without `targets`");
            return Err(refusal.help(format!("every waiver says where it holds; {help}")));
        };
        if targets.value.is_empty() {
            let refusal = self.source.refuse(targets.at, "`targets` names no environment");
            return Err(refusal.help(help));
        }
        for target in &targets.value {
            if !known.contains(&target.value.as_str()) {
                let message = format!("there is no environment `{}`", target.value);
                let help = nearest(&target.value, &known)
                    .map_or(help, |word| format!("did you mean `{word}`?"));
                return Err(self.source.refuse(target.at, message).help(help));
            }
        }
        Ok(targets.value.iter().map(|target| target.value.clone()).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::{FILE_NAME, Variables, load};

    fn settings(text: &str) -> (Settings, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FILE_NAME);
        std::fs::write(&file, text).unwrap();
        (load(&file, "staging", &Variables::new()).unwrap(), folder)
    }

    const TWO: &str = "project: shop\nenvironments: { local: {}, staging: {} }\n";

    fn entry(check: &str, more: &str) -> String {
        let signed = "reason: a trial, owner: ana, expires: 2026-06-01";
        format!("  - {{ check: {check}, {signed}, {more} }}\n")
    }

    #[test]
    fn only_what_is_accepted_in_this_environment_is_given() {
        let (settings, folder) = settings(TWO);
        assert_eq!(waivers(&settings).unwrap(), []);
        let text = [
            "waivers:\n".to_owned(),
            entry("drift/api/user", "targets: [local]"),
            entry("drift/api/command", "targets: [local, staging], value: [sh, -c, x]"),
        ];
        std::fs::write(folder.path().join("waivers.yaml"), text.concat()).unwrap();
        let here = waivers(&settings).unwrap();
        assert_eq!(here.len(), 1);
        assert_eq!(here[0].value.as_deref(), Some(r#"["sh","-c","x"]"#));
        assert_eq!(here[0].acceptance.place.to_string(), "waivers.yaml:3:14");
    }

    #[test]
    fn a_file_that_the_settings_name_has_to_be_there() {
        let (settings, _folder) = settings(&format!("{TWO}base: {{ waivers: accepted.yaml }}\n"));
        let refusal = waivers(&settings).unwrap_err();
        assert!(refusal.message.contains("cannot be read"), "{refusal}");
        assert!(refusal.to_string().contains("accepted.yaml"), "{refusal}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(text in "(waivers:\n  - check: )?[ -~\n]{0,60}") {
            let (settings, _folder) = settings(TWO);
            drop(read_waivers(&Source::new("waivers.yaml", text), &settings));
        }
    }
}
