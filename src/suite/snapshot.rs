//! Reviewed answers: one file each beside the suite, in insta's form.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::case::Step;
use super::json_query::JsonQuery;
use crate::config::read_foreign_yaml;
use crate::model::Place;

/// Says which reviewed answer a step's own has to equal.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// Where the step names it.
    pub place: Place,
    /// The file that holds it once it was accepted.
    pub file: PathBuf,
    /// What differs from run to run, and what stands in place of it.
    pub redactions: Vec<(JsonQuery, String)>,
}

/// Says what becomes of an answer that is not as its snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SnapshotUpdate {
    /// Nothing: the step says so.
    #[default]
    Never,
    /// It is written beside the snapshot, as `.snap.new`, for a review.
    Pending,
    /// It takes the place of the snapshot; the review is that of the version control.
    Accepted,
}

/// Tells how an answer stands to its snapshot.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    /// They are the same.
    Same,
    /// Nothing was ever accepted.
    Missing,
    /// They differ in these lines, each with its mark.
    Differs(Vec<String>),
}

/// How many lines that are the same are shown before and after one that differs.
const CONTEXT: usize = 3;

impl Snapshot {
    /// Names the file of a suite's snapshot, as insta would.
    pub(super) fn file(suite_file: &Path, suite: &str, name: &str) -> PathBuf {
        let folder = suite_file.parent().unwrap_or(Path::new("."));
        let suite: String =
            suite.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        folder.join("snapshots").join(format!("{suite}__{name}.snap"))
    }

    /// Gives the first snapshot of these steps whose file another step took, with the place of that one; `kept` are the
    /// files that were taken. The rows of a table are one step.
    pub(super) fn taken_twice<'s>(
        steps: impl Iterator<Item = &'s Step>,
        kept: &mut BTreeMap<PathBuf, Place>,
    ) -> Option<(&'s Self, Place)> {
        let mut snapshots = steps.filter_map(|step| step.snapshot.as_ref());
        snapshots.find_map(|snapshot| {
            let earlier = kept.insert(snapshot.file.clone(), snapshot.place.clone())?;
            (earlier != snapshot.place).then_some((snapshot, earlier))
        })
    }

    /// Writes a JSON answer as it is compared: without what differs from run to run, its keys in order.
    pub(super) fn body_of_json(&self, mut answer: Value) -> String {
        for (query, instead) in &self.redactions {
            query.replace(&mut answer, instead);
        }
        answer.sort_all_objects();
        format!("{answer:#}")
    }

    /// Compares an answer as it is written with what was accepted.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read, or is no snapshot.
    pub(super) fn compare(&self, body: &str) -> io::Result<Comparison> {
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) => text.replace("\r\n", "\n"),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Ok(Comparison::Missing);
            }
            Err(cause) => return Err(cause),
        };
        let accepted = contents(&text).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "it has no header between `---` lines")
        })?;
        // As insta compares: neither the kind of line ends nor what is blank at the end makes a difference.
        let body = body.replace("\r\n", "\n");
        let (accepted, body) = (accepted.trim_end(), body.trim_end());
        if accepted == body {
            return Ok(Comparison::Same);
        }
        Ok(Comparison::Differs(difference(accepted, body)))
    }

    /// Writes an answer where `update` says, and gives that file; none where it says nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn keep(
        &self,
        body: &str,
        suite: &Path,
        step: &str,
        update: SnapshotUpdate,
    ) -> io::Result<Option<PathBuf>> {
        let file = match update {
            SnapshotUpdate::Never => return Ok(None),
            SnapshotUpdate::Pending => self.file.with_extension("snap.new"),
            SnapshotUpdate::Accepted => self.file.clone(),
        };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let header = Header { source: &suite.display().to_string(), expression: step };
        let header = serde_saphyr::to_string(&header).expect("text can always be written as YAML");
        std::fs::write(&file, format!("---\n{header}---\n{}\n", body.trim_end()))?;
        if update == SnapshotUpdate::Accepted {
            // What waited for a review has been overtaken.
            let _ = std::fs::remove_file(self.file.with_extension("snap.new"));
        }
        Ok(Some(file))
    }
}

/// Is insta's header, as far as a step has something to say there.
#[derive(Serialize)]
struct Header<'a> {
    source: &'a str,
    expression: &'a str,
}

/// Gives the suite and the step that the header names, where it does.
pub(super) fn header(text: &str) -> (Option<String>, Option<String>) {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Written {
        source: Option<String>,
        expression: Option<String>,
    }
    let header = text.strip_prefix("---\n").and_then(|rest| rest.split("\n---\n").next());
    let written = header.and_then(read_foreign_yaml::<Written>);
    written.map(|written| (written.source, written.expression)).unwrap_or_default()
}

/// Gives what stands after the header, whatever insta wrote into that.
pub(super) fn contents(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("---\n")?;
    rest.strip_prefix("---\n").or_else(|| rest.split_once("\n---\n").map(|(_, body)| body))
}

/// Gives the lines that differ with some around them, marked as in a unified diff.
pub(super) fn difference(accepted: &str, answer: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (accepted.lines().collect(), answer.lines().collect());
    let operations = capture_diff_slices(Algorithm::Myers, &old, &new);
    let mut lines = Vec::new();
    let last = operations.len().saturating_sub(1);
    for (at, operation) in operations.iter().enumerate() {
        let (tag, before, after) = operation.as_tag_tuple();
        let mut add = |mark: char, changed: &[&str]| {
            lines.extend(changed.iter().map(|line| format!("{mark} {line}")));
        };
        if tag != DiffTag::Equal {
            add('-', &old[before]);
            add('+', &new[after]);
            continue;
        }
        let same = &old[before];
        let head = if at == 0 { 0 } else { CONTEXT.min(same.len()) };
        let tail = if at == last { same.len() } else { same.len().saturating_sub(CONTEXT) };
        add(' ', &same[..head]);
        if tail > head {
            lines.push("…".to_owned());
        }
        if at != last {
            let from = tail.max(head);
            lines.extend(same[from..].iter().map(|line| format!("  {line}")));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn snapshot(folder: &Path, redactions: &[(&str, &str)]) -> Snapshot {
        let redaction =
            |(path, to): &(&str, &str)| (JsonQuery::parse(path).unwrap(), (*to).to_owned());
        Snapshot {
            name: "order".to_owned(),
            place: Place::new("orders.yaml", 1, 1),
            file: Snapshot::file(&folder.join("orders.yaml"), "placing orders", "order"),
            redactions: redactions.iter().map(redaction).collect(),
        }
    }

    #[test]
    fn what_differs_from_run_to_run_is_replaced_and_keys_stand_in_order() {
        let snapshot =
            snapshot(Path::new("suites"), &[("$.id", "[id]"), ("$.lines[*].at", "[time]")]);
        let answer = json!({ "lines": [{ "at": 1, "a": 2 }, { "at": 3 }], "id": "8f" });
        insta::assert_snapshot!(snapshot.body_of_json(answer), @r#"
        {
          "id": "[id]",
          "lines": [
            {
              "a": 2,
              "at": "[time]"
            },
            {
              "at": "[time]"
            }
          ]
        }
        "#);
    }

    #[test]
    fn a_pending_answer_changes_nothing_until_insta_has_accepted_it() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = snapshot(folder.path(), &[]);
        let suite = Path::new("suites/e2e/orders.yaml");
        assert_eq!(snapshot.compare("one").unwrap(), Comparison::Missing);
        assert_eq!(snapshot.keep("one", suite, "place it", SnapshotUpdate::Never).unwrap(), None);
        let written = snapshot.keep("one", suite, "place it", SnapshotUpdate::Pending).unwrap();
        let pending = folder.path().join("snapshots/placing_orders__order.snap.new");
        assert_eq!(written, Some(pending.clone()));
        assert_eq!(snapshot.compare("one").unwrap(), Comparison::Missing);

        let by_insta = insta::Snapshot::from_file(&pending).unwrap();
        assert_eq!(by_insta.metadata().source(), Some("suites/e2e/orders.yaml"));
        by_insta.save(&snapshot.file).unwrap();
        assert_eq!(snapshot.compare("one").unwrap(), Comparison::Same);
    }

    #[test]
    fn the_lines_that_differ_are_shown_with_those_around_them() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = snapshot(folder.path(), &[]);
        let suite = Path::new("s.yaml");
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj";
        snapshot.keep(old, suite, "step", SnapshotUpdate::Accepted).unwrap();
        let Comparison::Differs(lines) = snapshot.compare(&old.replace('e', "E")).unwrap() else {
            panic!("they differ")
        };
        assert_eq!(lines, ["…", "  b", "  c", "  d", "- e", "+ E", "  f", "  g", "  h", "…"]);
    }

    #[test]
    fn a_file_without_a_header_is_no_snapshot() {
        let folder = tempfile::tempdir().unwrap();
        let snapshot = snapshot(folder.path(), &[]);
        std::fs::create_dir_all(snapshot.file.parent().unwrap()).unwrap();
        std::fs::write(&snapshot.file, "one\n").unwrap();
        let refused = snapshot.compare("one").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }
}
