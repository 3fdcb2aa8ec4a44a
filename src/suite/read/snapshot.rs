//! `snapshot` and `redact` under `expect`: the reviewed answer that a step's own has to equal.

use std::collections::BTreeMap;

use super::Reader;
use super::verb::Asked;
use super::written::Written;
use crate::config::Text;
use crate::model::{Diagnostic, Span};
use crate::suite::case::Step;
use crate::suite::snapshot::Snapshot;

/// The keys under `expect` that are no part of an answer.
pub(super) const KEYS: [&str; 2] = ["snapshot", "redact"];

impl Reader<'_> {
    /// Reads which snapshot a step is compared with.
    pub(super) fn snapshot(&self, asked: &Asked<'_>) -> Result<Option<Snapshot>, Diagnostic> {
        for key in ["until", "give_up_if"] {
            self.no_snapshot_under(key, asked)?;
        }
        let Some(expect) = self.map_of(&asked.step, "expect")? else { return Ok(None) };
        let redact = self.map_of(&expect, "redact")?;
        let Some(name) = self.text_of(&expect, "snapshot")? else {
            return match redact {
                None => Ok(None),
                Some(redact) => Err(self
                    .refuse(redact.at, "`redact` means nothing without `snapshot`")
                    .help("name the snapshot, as in `snapshot: order`")),
            };
        };
        if !asked.verb.answer.has_json {
            return Err(self
                .refuse(name.at, format!("no snapshot is kept of {}", asked.verb.answer.described))
                .help("expect its parts by name"));
        }
        let redact = redact.map_or(&[][..], |redact| redact.entries).iter();
        Ok(Some(Snapshot {
            file: self.snapshot_file(&name)?,
            place: self.place(name.at),
            name: name.value,
            redactions: redact
                .map(|(path, instead)| {
                    Ok((self.json_query(path)?, self.text(&path.value, instead)?.value))
                })
                .collect::<Result<_, Diagnostic>>()?,
        }))
    }

    fn no_snapshot_under(&self, key: &str, asked: &Asked<'_>) -> Result<(), Diagnostic> {
        let written = self.map_of(&asked.step, key)?;
        let keys = written.iter().flat_map(|Written { entries, .. }| *entries);
        match keys.map(|(key, _)| key).find(|name| KEYS.contains(&name.value.as_str())) {
            None => Ok(()),
            Some(found) => Err(self
                .refuse(found.at, format!("`{}` stands under `expect` only", found.value))
                .help("wait for a part of the answer, and expect the whole of it then")),
        }
    }

    /// Refuses a second step that names a snapshot: each would accept what the other refuses.
    pub(super) fn only_its_own_snapshots<'s>(
        &self,
        steps: impl Iterator<Item = &'s Step>,
    ) -> Result<(), Diagnostic> {
        let taken = Snapshot::taken_twice(steps, &mut BTreeMap::new());
        let Some((Snapshot { name, place, .. }, earlier)) = taken else { return Ok(()) };
        let length = u32::try_from(name.len()).unwrap_or(1);
        let at = Span { line: place.line, column: place.column, length };
        let message = format!("the snapshot `{name}` is that of another step: {earlier}");
        Err(self
            .source
            .refuse(at, message)
            .help("an answer is held against its own snapshot; give this one another name"))
    }

    /// Names the file beside the suite, where version control finds it.
    fn snapshot_file(&self, name: &Text) -> Result<std::path::PathBuf, Diagnostic> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.value.is_empty() || !name.value.chars().all(is_plain) {
            return Err(self
                .refuse(name.at, format!("`{}` cannot name a snapshot", name.value))
                .help("use letters, digits, `_` and `-`: it is the name of a file"));
        }
        let suite = self.settings.root.join(&self.source.name);
        Ok(Snapshot::file(&suite, &self.suite, &name.value))
    }
}
