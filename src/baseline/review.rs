//! What waits for a person: pending snapshots, what they change, and the answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::answer::{Answers, Pair};
use super::body::{Body, Section};
use super::file::{SnapshotFile, Standing};
use super::folder::{BaselineError, Folder, Slot};
use super::info::{Approval, Superseded};
use super::rules::rule_for;
use super::selection::{Chosen, Selection};
use crate::model::{FactClass, Severity};

/// Says why a service's snapshot waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Awaiting {
    /// Nothing was ever accepted.
    New,
    /// It was recorded again and differs from what was accepted.
    Changed,
    /// Its file is in place and nobody has approved it, as after `cargo insta accept`.
    Unapproved,
    /// Its file was edited after it was approved.
    Edited,
}

impl Awaiting {
    /// Tells whether a pending file waits, which can be rejected, rather than a file in place.
    #[must_use]
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }
}

/// Is one entry with the section in which it stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The section.
    pub section: Section,
    /// The value; of a figure, an object with `median`, `min` and `max`.
    pub value: Value,
}

/// Tells how one entry differs: added without `before`, gone without `after`, moved where the
/// sections differ.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The entry's path.
    pub path: String,
    /// As it was accepted.
    pub before: Option<Entry>,
    /// As it was recorded.
    pub after: Option<Entry>,
    /// What it means when it drifts, once this is accepted.
    pub severity: Severity,
}

impl Change {
    fn new(path: &str, before: Option<Entry>, after: Option<Entry>) -> Self {
        let severity = match &after {
            Some(Entry { section: Section::Performance, .. }) => Severity::Warning,
            Some(_) => rule_for(path).changed,
            None => rule_for(path).unmanaged,
        };
        Self { path: path.to_owned(), before, after, severity }
    }

    /// Tells whether it holds on every target, before and after.
    pub(super) fn is_portable(&self) -> bool {
        let mut entries = self.before.iter().chain(&self.after);
        entries.all(|entry| entry.section == Section::Portable)
    }

    /// Gives the section in which it stands once it is accepted; of what is gone, the one it had.
    #[must_use]
    pub fn section(&self) -> Section {
        let entry = self.after.as_ref().or(self.before.as_ref());
        entry.map_or(Section::Portable, |entry| entry.section)
    }
}

/// Shows what a person is asked to accept for one service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PendingReview {
    /// The service, or [`crate::model::Snapshot::PROJECT`].
    pub service: String,
    /// Why it waits.
    pub awaiting: Awaiting,
    /// The file that waits, relative to the project: a person may move its lines.
    pub file: String,
    /// The environment in which it was recorded.
    pub environment: String,
    /// The Compose project in which it was recorded.
    pub project: String,
    /// The release that was running, where there are releases.
    pub release: Option<String>,
    /// The approval whose place it would take.
    pub replaces: Option<Superseded>,
    /// Whether only the whole can be answered, because a part would approve the rest unseen.
    pub whole: bool,
    /// How it differs from what was accepted; every entry where nothing was accepted, and
    /// nothing for a file that was edited in place, whose history version control has.
    pub changes: Vec<Change>,
}

/// Gives how `after` differs from `before`, in the order of the file: by section, then by path.
#[must_use]
pub fn changes(before: Option<&Body>, after: &Body) -> Vec<Change> {
    let mut olds = before.map(Body::entries).unwrap_or_default();
    let entry = |(section, value): (Section, Value)| Entry { section, value };
    let mut changes = BTreeMap::new();
    for (path, new) in after.entries() {
        let old = olds.remove(path);
        if old.as_ref() != Some(&new) {
            changes.insert(path, (old.map(entry), Some(entry(new))));
        }
    }
    changes.extend(olds.into_iter().map(|(path, old)| (path, (Some(entry(old)), None))));
    let changes = changes.into_iter();
    let mut changes: Vec<Change> =
        changes.map(|(path, (before, after))| Change::new(path, before, after)).collect();
    changes.sort_by_key(Change::section);
    changes
}

/// Lists what waits for a person, by service.
///
/// # Errors
///
/// When a snapshot cannot be read.
pub fn pending(folder: &Folder) -> Result<Vec<PendingReview>, BaselineError> {
    Ok(Files::read(folder)?.waiting(folder))
}

/// Approves what `selection` names, in `class` where one is given, and gives the names of what now
/// stands in the baseline: `api` a service, `api.user` a fact.
///
/// Every file is read, and every answer is known to be possible, before the first is written.
///
/// # Errors
///
/// When a snapshot cannot be read or written, when nothing waits of what was named, and when only a
/// part was named of what can only be answered as a whole.
pub fn accept(
    folder: &Folder,
    selection: &Selection,
    class: Option<FactClass>,
    approval: &Approval,
) -> Result<Vec<String>, BaselineError> {
    let files = Files::read(folder)?;
    let chosen = selection.choose(&files.services(), &files.waiting(folder))?;
    files.settle(folder, chosen, |pair, paths| match paths {
        None => Ok(pair.accept(class, approval)),
        Some(paths) => {
            pair.accept_paths(&paths.into_iter().map(|path| (path, class)).collect(), approval)
        }
    })
}

/// Takes what `selection` names out of the pending snapshots and gives its names, as [`accept`] does;
/// what was accepted before stays.
///
/// # Errors
///
/// When a snapshot cannot be read, written or removed, when nothing waits of what was named, and
/// when that is a file in place, which only version control can take back.
pub fn reject(folder: &Folder, selection: &Selection) -> Result<Vec<String>, BaselineError> {
    let files = Files::read(folder)?;
    let (pending, in_place): (Vec<_>, Vec<_>) =
        files.waiting(folder).into_iter().partition(|review| review.awaiting.is_pending());
    if let Selection::Named(words) = selection
        && let Some(review) = in_place.into_iter().find(|review| words.contains(&review.service))
    {
        return Err(BaselineError::InPlace(review.file));
    }
    let chosen = selection.choose(&files.services(), &pending)?;
    files.settle(folder, chosen, |pair, paths| match paths {
        None => Ok(pair.reject()),
        Some(paths) => pair.reject_paths(&paths),
    })
}

/// Does what a person answered who was shown `review`.
///
/// # Errors
///
/// When a snapshot cannot be read or written, when something else waits by now, and when only a part
/// was answered of what can only be answered as a whole.
pub fn answer(
    folder: &Folder,
    review: &PendingReview,
    answers: &Answers,
    approval: &Approval,
) -> Result<(), BaselineError> {
    let files = Files::read(folder)?;
    if !files.waiting(folder).contains(review) {
        return Err(BaselineError::Meanwhile(review.service.clone()));
    }
    let chosen = Chosen::from([(review.service.clone(), None)]);
    files.settle(folder, chosen, |pair, _| pair.answered(answers, approval)).map(drop)
}

/// Holds both files of each service.
struct Files(BTreeMap<String, Pair>);

impl Files {
    fn read(folder: &Folder) -> Result<Self, BaselineError> {
        let mut pairs: BTreeMap<String, Pair> = BTreeMap::new();
        for (service, file) in folder.read(Slot::Accepted)? {
            pairs.entry(service).or_default().accepted = Some(file);
        }
        for (service, file) in folder.read(Slot::Pending)? {
            pairs.entry(service).or_default().pending = Some(file);
        }
        Ok(Self(pairs))
    }

    fn services(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    fn waiting(&self, folder: &Folder) -> Vec<PendingReview> {
        self.0.iter().filter_map(|(service, pair)| review(folder, service, pair)).collect()
    }

    /// Finds out what the chosen pairs become, then writes what is another one.
    fn settle(
        mut self,
        folder: &Folder,
        chosen: Chosen,
        turn: impl Fn(Pair, Option<BTreeSet<String>>) -> Result<Pair, BaselineError>,
    ) -> Result<Vec<String>, BaselineError> {
        let (mut names, mut settled) = (Vec::new(), Vec::new());
        for (service, paths) in chosen {
            match &paths {
                None => names.push(service.clone()),
                Some(paths) => names.extend(paths.iter().map(|path| format!("{service}.{path}"))),
            }
            let before = self.0.remove(&service).unwrap_or_default();
            let after = turn(before.clone(), paths)?;
            settled.push((service, before, after));
        }
        for (service, before, after) in settled {
            // What was accepted goes first: a crash in between leaves a pending file that says the
            // same, and no such file waits.
            if let Some(file) = after.accepted.filter(|file| Some(file) != before.accepted.as_ref())
            {
                folder.write(Slot::Accepted, &file)?;
            }
            match after.pending {
                None => folder.remove(Slot::Pending, &service)?,
                Some(file) if Some(&file) != before.pending.as_ref() => {
                    folder.write(Slot::Pending, &file)?;
                }
                Some(_) => {}
            }
        }
        Ok(names)
    }
}

/// Says why and with what a service waits, if it does.
fn review(folder: &Folder, service: &str, pair: &Pair) -> Option<PendingReview> {
    let standing = pair.accepted.as_ref().map(SnapshotFile::standing);
    let (awaiting, changes) = match (&pair.pending, &pair.accepted) {
        (Some(new), None) => (Awaiting::New, changes(None, &new.body)),
        (Some(new), Some(old)) if standing != Some(Standing::Approved) || new.body != old.body => {
            (Awaiting::Changed, changes(Some(&old.body), &new.body))
        }
        (_, Some(old)) if standing == Some(Standing::Draft) => {
            (Awaiting::Unapproved, changes(None, &old.body))
        }
        (None, Some(_)) if standing == Some(Standing::Edited) => (Awaiting::Edited, Vec::new()),
        _ => return None,
    };
    let slot = if awaiting.is_pending() { Slot::Pending } else { Slot::Accepted };
    let info = &pair.pending.as_ref().or(pair.accepted.as_ref())?.info;
    Some(PendingReview {
        service: service.to_owned(),
        awaiting,
        file: folder.shown(service, slot),
        environment: info.environment.clone(),
        project: info.project.clone(),
        release: info.release.clone(),
        replaces: pair.accepted.as_ref().and_then(|old| old.info.approval()),
        whole: matches!(standing, Some(Standing::Draft | Standing::Edited)),
        changes,
    })
}
