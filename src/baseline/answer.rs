//! What a person answered about a service, and what its two files become.

use std::collections::{BTreeMap, BTreeSet};

use super::body::Body;
use super::file::{SnapshotFile, Standing};
use super::folder::BaselineError;
use super::info::{Approval, Info};
use super::review::{Change, changes};
use crate::model::{FactClass, Snapshot};

/// Is the answer to one change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It works and is meant; recorded in this class from now on, where one is named.
    Accept(Option<FactClass>),
    /// It is not meant, and what was accepted stays.
    Reject,
}

/// Holds the answers about one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answers {
    /// Everything that waits is accepted.
    Accept,
    /// Everything that waits is rejected.
    Reject,
    /// Each of these paths has its own; what is not named goes on waiting.
    Each(BTreeMap<String, Answer>),
}

/// Maps each accepted path to the class in which it is recorded from now on, where one was named.
pub(super) type Accepted = BTreeMap<String, Option<FactClass>>;

/// Holds the two files of one service.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Pair {
    pub accepted: Option<SnapshotFile>,
    pub pending: Option<SnapshotFile>,
}

impl Pair {
    /// Gives what the files become once `answers` hold.
    ///
    /// # Errors
    ///
    /// When only a part is answered of what can only be answered as a whole.
    pub fn answered(self, answers: &Answers, approval: &Approval) -> Result<Self, BaselineError> {
        let each = match answers {
            Answers::Accept => return Ok(self.accept(None, approval)),
            Answers::Reject => return Ok(self.reject()),
            Answers::Each(each) => each,
        };
        let (mut accepted, mut rejected) = (Accepted::new(), BTreeSet::new());
        for (path, answer) in each {
            match answer {
                Answer::Accept(class) => drop(accepted.insert(path.clone(), *class)),
                Answer::Reject => drop(rejected.insert(path.clone())),
            }
        }
        self.reject_paths(&rejected)?.accept_paths(&accepted, approval)
    }

    /// Approves everything that waits, in `class` where one is named.
    pub fn accept(self, class: Option<FactClass>, approval: &Approval) -> Self {
        let supersedes = self.accepted.as_ref().and_then(|old| old.info.approval());
        let new = self.pending.or(self.accepted).map(|mut new| {
            for fact in new.body.snapshot.facts.values_mut() {
                fact.class = class.unwrap_or(fact.class);
            }
            new.approved(approval, supersedes)
        });
        Self { accepted: new, pending: None }
    }

    /// Throws away what is pending.
    pub fn reject(self) -> Self {
        Self { pending: None, ..self }
    }

    /// Approves the entries at these paths; the others go on waiting.
    ///
    /// # Errors
    ///
    /// When the service can only be answered as a whole.
    pub fn accept_paths(
        self,
        paths: &Accepted,
        approval: &Approval,
    ) -> Result<Self, BaselineError> {
        let moves = self.is_moved_by(|path| paths.contains_key(path))?;
        let Self { accepted: old, pending: Some(mut new) } = self else { return Ok(self) };
        if paths.is_empty() {
            return Ok(Self { accepted: old, pending: Some(new) });
        }
        if let Some(path) = paths.keys().next()
            && paths
                .iter()
                .all(|(path, class)| class.is_some() && new.body.figures.contains_key(path))
        {
            return Err(BaselineError::NoClass(path.clone()));
        }
        let supersedes = old.as_ref().and_then(|old| old.info.approval());
        let (mut info, mut body) = match old {
            Some(old) => (old.info, old.body),
            None => (new.info.clone(), empty(&new.body)),
        };
        for (path, class) in paths {
            if let Some((fact, class)) = new.body.snapshot.facts.get_mut(path).zip(*class) {
                fact.class = class;
            }
            copy(path, &new.body, &mut body);
        }
        if paths.contains_key(IMAGE_DIGEST) {
            info.release.clone_from(&new.info.release);
        }
        if moves {
            settle_at(&new.info, &mut info);
        }
        let nothing_waits = new.body == body;
        if nothing_waits {
            info.clone_from(&new.info);
        }
        let accepted = SnapshotFile::draft(info, body).approved(approval, supersedes);
        Ok(Self { accepted: Some(accepted), pending: (!nothing_waits).then_some(new) })
    }

    /// Makes the pending entries at these paths what was accepted; the others go on waiting.
    ///
    /// # Errors
    ///
    /// When the service can only be answered as a whole.
    pub fn reject_paths(self, paths: &BTreeSet<String>) -> Result<Self, BaselineError> {
        let stays = self.is_moved_by(|path| paths.contains(path))?;
        let Self { accepted, pending: Some(mut new) } = self else { return Ok(self) };
        let body = accepted.as_ref().map_or_else(|| empty(&new.body), |old| old.body.clone());
        for path in paths {
            copy(path, &body, &mut new.body);
        }
        if let Some(old) = &accepted {
            if paths.contains(IMAGE_DIGEST) {
                new.info.release.clone_from(&old.info.release);
            }
            if stays {
                settle_at(&old.info, &mut new.info);
            }
        }
        let nothing_waits = new.body == body;
        Ok(Self { accepted, pending: (!nothing_waits).then_some(new) })
    }

    /// Tells whether the changes that `answers` tells apart are all that hold only in the place where
    /// they were recorded, and that is another one than before: the answer is then about the place.
    ///
    /// # Errors
    ///
    /// When the rest would be approved unseen, or facts of two places would stand in one file.
    fn is_moved_by(&self, answers: impl Fn(&str) -> bool) -> Result<bool, BaselineError> {
        let Self { accepted: Some(old), pending: Some(new) } = self else { return Ok(false) };
        let refuse = |why: String| {
            Err(BaselineError::OnlyWhole { service: old.body.snapshot.name.clone(), why })
        };
        if old.standing() != Standing::Approved {
            return refuse(UNAPPROVED.to_owned());
        }
        let (before, now) = (&old.info, &new.info);
        if (&before.environment, &before.project) == (&now.environment, &now.project) {
            return Ok(false);
        }
        let changes = changes(Some(&old.body), &new.body);
        let (answered, left): (Vec<&Change>, Vec<&Change>) =
            changes.iter().filter(|change| !change.is_portable()).partition(|c| answers(&c.path));
        match (answered.first(), left.first()) {
            (Some(change), Some(_)) => refuse(format!(
                "`{}` holds only where it was recorded: environment {} of project {} before, {} of {} now",
                change.path, before.environment, before.project, now.environment, now.project
            )),
            (answered, _) => Ok(answered.is_some()),
        }
    }
}

/// Says why a file in place that was edited, or that `cargo insta` accepted, has no parts.
pub(super) const UNAPPROVED: &str = "nobody approved the file in place as it is";

/// The path of the digest, which holds for the release under which it was recorded and no other.
const IMAGE_DIGEST: &str = "image_digest";

/// Moves a file's facts to where others were recorded.
fn settle_at(place: &Info, info: &mut Info) {
    info.environment.clone_from(&place.environment);
    info.project.clone_from(&place.project);
}

/// Gives a body about the same service in which nothing is recorded.
fn empty(body: &Body) -> Body {
    let snapshot = Snapshot { name: body.snapshot.name.clone(), ..Snapshot::default() };
    Body { snapshot, ..Body::default() }
}

/// Makes the entry at `path` in `to` what it is in `from`; gone where it is not there.
fn copy(path: &str, from: &Body, to: &mut Body) {
    to.snapshot.facts.remove(path);
    to.figures.remove(path);
    if let Some(fact) = from.snapshot.facts.get(path) {
        to.snapshot.facts.insert(path.to_owned(), fact.clone());
    }
    if let Some(figure) = from.figures.get(path) {
        to.figures.insert(path.to_owned(), *figure);
    }
}
