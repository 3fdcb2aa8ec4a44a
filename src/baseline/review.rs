//! What waits for a person: pending snapshots, what they change, and the answer.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::body::{Body, Section};
use super::file::{Approval, SnapshotFile, Standing};
use super::folder::{BaselineError, Folder, Slot};

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
    /// How it differs from what was accepted, by path; every entry where nothing was accepted, and
    /// nothing for a file that was edited in place, whose history version control has.
    pub changes: Vec<Change>,
}

/// Chooses among what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything.
    All,
    /// These services.
    Services(BTreeSet<String>),
}

/// Gives how `after` differs from `before`, by path.
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
    changes
        .into_iter()
        .map(|(path, (before, after))| Change { path: path.to_owned(), before, after })
        .collect()
}

/// Lists what waits for a person, by service.
///
/// # Errors
///
/// When a snapshot cannot be read.
pub fn pending(folder: &Folder) -> Result<Vec<PendingReview>, BaselineError> {
    let waiting = Waiting::read(folder)?;
    let review = |service: &String| {
        let accepted = waiting.accepted.get(service);
        let (awaiting, slot, changes) = match (waiting.pending.get(service), accepted) {
            (Some(new), None) => (Awaiting::New, Slot::Pending, changes(None, &new.body)),
            (Some(new), Some(old)) => {
                (Awaiting::Changed, Slot::Pending, changes(Some(&old.body), &new.body))
            }
            (None, Some(old)) if old.standing() == Standing::Draft => {
                (Awaiting::Unapproved, Slot::Accepted, changes(None, &old.body))
            }
            (None, _) => (Awaiting::Edited, Slot::Accepted, Vec::new()),
        };
        let file = folder.shown(service, slot);
        PendingReview { service: service.clone(), awaiting, file, changes }
    };
    Ok(waiting.services().iter().map(review).collect())
}

/// Approves what `selection` names and gives the services in whose place it now stands.
///
/// Every file is read before the first is written.
///
/// # Errors
///
/// When a snapshot cannot be read or written, and when nothing of a named service waits.
pub fn accept(
    folder: &Folder,
    selection: &Selection,
    approval: &Approval,
) -> Result<Vec<String>, BaselineError> {
    let mut waiting = Waiting::read(folder)?;
    let selected = waiting.select(selection)?;
    for service in &selected {
        let old = waiting.accepted.remove(service);
        let supersedes = old.as_ref().and_then(|old| old.info.digest.clone());
        let new = waiting.pending.remove(service).or(old);
        let new = new.expect("a service waits because it has a file");
        folder.write(Slot::Accepted, &new.approved(approval, supersedes))?;
        folder.remove(Slot::Pending, service)?;
    }
    Ok(selected)
}

/// Throws the pending snapshots that `selection` names away and gives their services; what was
/// accepted before stays.
///
/// # Errors
///
/// When a snapshot cannot be read or removed, and when nothing of a named service waits.
pub fn reject(folder: &Folder, selection: &Selection) -> Result<Vec<String>, BaselineError> {
    let mut waiting = Waiting::read(folder)?;
    waiting.accepted.clear();
    let selected = waiting.select(selection)?;
    for service in &selected {
        folder.remove(Slot::Pending, service)?;
    }
    Ok(selected)
}

/// Holds both files of each service.
struct Waiting {
    accepted: BTreeMap<String, SnapshotFile>,
    pending: BTreeMap<String, SnapshotFile>,
}

impl Waiting {
    fn read(folder: &Folder) -> Result<Self, BaselineError> {
        Ok(Self { accepted: folder.read(Slot::Accepted)?, pending: folder.read(Slot::Pending)? })
    }

    fn services(&self) -> BTreeSet<String> {
        let in_place = self.accepted.iter().filter(|(_, f)| f.standing() != Standing::Approved);
        let in_place = in_place.map(|(service, _)| service.clone());
        self.pending.keys().cloned().chain(in_place).collect()
    }

    fn select(&self, selection: &Selection) -> Result<Vec<String>, BaselineError> {
        let waiting = self.services();
        let Selection::Services(asked) = selection else {
            return Ok(waiting.into_iter().collect());
        };
        match asked.iter().find(|service| !waiting.contains(*service)) {
            None => Ok(asked.iter().cloned().collect()),
            Some(unknown) => {
                let known: Vec<String> = waiting.into_iter().collect();
                let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
                Err(BaselineError::NothingPending { asked: unknown.clone(), known })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::baseline::file::Info;
    use crate::baseline::folder::tests::empty;
    use crate::model::{Fact, FactClass};

    fn body(facts: &[(&str, FactClass, Value)]) -> Body {
        let mut body = Body::default();
        body.snapshot.name = "api".to_owned();
        for (path, class, value) in facts {
            let fact = Fact { class: *class, value: value.clone() };
            body.snapshot.facts.insert((*path).to_owned(), fact);
        }
        body
    }

    fn user(name: &str) -> SnapshotFile {
        SnapshotFile::draft(Info::default(), body(&[("user", FactClass::Portable, json!(name))]))
    }

    fn approval() -> Approval {
        Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() }
    }

    fn only(service: &str) -> Selection {
        Selection::Services(BTreeSet::from([service.to_owned()]))
    }

    #[test]
    fn what_was_added_changed_moved_and_taken_away_is_shown_by_path() {
        use FactClass::{Local, Portable};
        let old = body(&[
            ("gone", Portable, json!(1)),
            ("changed", Portable, json!("a")),
            ("moved", Portable, json!("x")),
            ("same", Local, json!(true)),
        ]);
        let new = body(&[
            ("added", Local, json!([1])),
            ("changed", Portable, json!("b")),
            ("moved", Local, json!("x")),
            ("same", Local, json!(true)),
        ]);
        let shown = changes(Some(&old), &new).into_iter().map(|change| {
            let show = |entry: Option<Entry>| {
                entry.map_or("nothing".to_owned(), |e| format!("{} {}", e.section.word(), e.value))
            };
            format!("{}: {} -> {}", change.path, show(change.before), show(change.after))
        });
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
        added: nothing -> local [1]
        changed: portable "a" -> portable "b"
        gone: portable 1 -> nothing
        moved: portable "x" -> local "x"
        "#);
    }

    #[test]
    fn an_accepted_snapshot_names_its_approver_and_the_one_it_supersedes() {
        let (folder, _home) = empty();
        folder.write(Slot::Pending, &user("app")).unwrap();
        assert_eq!(pending(&folder).unwrap()[0].awaiting, Awaiting::New);
        assert_eq!(accept(&folder, &Selection::All, &approval()).unwrap(), ["api"]);
        let first = folder.read(Slot::Accepted).unwrap().remove("api").unwrap();
        assert_eq!((first.standing(), &first.info.supersedes), (Standing::Approved, &None));
        assert!(pending(&folder).unwrap().is_empty());

        folder.write(Slot::Pending, &user("root")).unwrap();
        let waiting = pending(&folder).unwrap();
        assert_eq!((waiting[0].awaiting, waiting[0].changes.len()), (Awaiting::Changed, 1));
        accept(&folder, &only("api"), &approval()).unwrap();
        let second = folder.read(Slot::Accepted).unwrap().remove("api").unwrap();
        assert_eq!(second.info.supersedes, first.info.digest);
        assert_eq!(second.info.approved_by.as_deref(), Some("Ada"));
        assert!(folder.read(Slot::Pending).unwrap().is_empty());
    }

    #[test]
    fn a_rejected_recording_leaves_what_was_accepted() {
        let (folder, _home) = empty();
        folder.write(Slot::Accepted, &user("app").approved(&approval(), None)).unwrap();
        folder.write(Slot::Pending, &user("root")).unwrap();
        assert_eq!(reject(&folder, &Selection::All).unwrap(), ["api"]);
        let kept = folder.read(Slot::Accepted).unwrap().remove("api").unwrap();
        assert_eq!(kept.body, user("app").body);
        assert!(pending(&folder).unwrap().is_empty());
    }

    #[test]
    fn a_file_in_place_that_nobody_approved_waits_and_can_be_approved_there() {
        let (folder, _home) = empty();
        folder.write(Slot::Accepted, &user("app")).unwrap();
        let waiting = pending(&folder).unwrap();
        assert_eq!(waiting[0].awaiting, Awaiting::Unapproved);
        assert_eq!(waiting[0].file, "baselines/api.snap");
        accept(&folder, &Selection::All, &approval()).unwrap();
        assert!(pending(&folder).unwrap().is_empty());
    }

    #[test]
    fn an_edit_after_the_approval_waits_for_a_new_one() {
        let (folder, _home) = empty();
        let mut edited = user("app").approved(&approval(), None);
        edited.body = user("root").body;
        folder.write(Slot::Accepted, &edited).unwrap();
        assert_eq!(pending(&folder).unwrap()[0].awaiting, Awaiting::Edited);
        assert!(reject(&folder, &Selection::All).unwrap().is_empty());
        accept(&folder, &Selection::All, &approval()).unwrap();
        let again = folder.read(Slot::Accepted).unwrap().remove("api").unwrap();
        assert_eq!(
            (again.standing(), again.info.supersedes),
            (Standing::Approved, edited.info.digest)
        );
    }

    #[test]
    fn a_service_that_does_not_wait_is_refused_before_anything_is_written() {
        let (folder, _home) = empty();
        folder.write(Slot::Pending, &user("app")).unwrap();
        let both = Selection::Services(["api", "web"].map(str::to_owned).into());
        let refusal = accept(&folder, &both, &approval()).unwrap_err();
        assert_eq!(refusal.to_string(), "nothing of `web` waits for a review; waiting: api");
        assert!(folder.read(Slot::Accepted).unwrap().is_empty());
    }
}
