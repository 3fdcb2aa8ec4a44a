//! Changes each recorded fact in turn and sees whether the comparison notices it on this target.
//!
//! What is compared at once is changed on the side that was seen; what only an answer can tell, on the
//! side that was recorded. Both go through the same code as a comparison that counts. Why a fact may
//! go unwatched is said here once more, and not taken from there: a gap must not excuse itself.

mod laboratory;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::body::Figure;
use super::drift::{compare, no_baseline};
use super::file::SnapshotFile;
use super::folder::BaselineError;
use super::plan::{Asked, Ground};
use super::probe::is_answered;
use super::remote::unseen;
use super::rules::rule_for;
use super::running::Running;
use crate::engine::View;
use crate::model::{Check, FactClass, Finding, Kind, Outcome, Reason, Severity};
use crate::runner::Task;
use laboratory::mutate;

/// Gives one check for each recorded fact and figure: whether the target would be noticed to differ in
/// it. Facts that are not meant to be watched here are skipped, and say why.
///
/// # Errors
///
/// As [`super::plan`] has them.
pub fn plan_mutations(view: View<'_>) -> Result<Vec<Task>, BaselineError> {
    let ground = Ground::of(view)?;
    let Ground { accepted, expected, observed, running, folder, .. } = &ground;
    if accepted.is_empty() {
        let (check, finding) = no_baseline(folder.name());
        return Ok(vec![Task::answered(check, finding)]);
    }
    let answers = match view {
        View::Engine(_) => mutate(accepted, observed, &|accepted, observed| {
            compare(accepted, expected, observed, folder.name())
        }),
        View::Http(remote) => unseen(accepted, expected, observed, remote, folder.name()),
    };
    let renamed = answers.into_iter().map(|(check, finding)| (renamed(check), finding));
    let mut tasks: Vec<Task> =
        renamed.map(|(check, finding)| Task::answered(check, finding)).collect();
    for asked in ground.asked(view) {
        facts(&asked, running, &mut tasks);
        figures(&asked, running, &mut tasks);
    }
    Ok(tasks)
}

/// Plans, for each fact that only an answer can tell, whether another value of it would be noticed.
fn facts(asked: &Asked<'_>, running: &Running, tasks: &mut Vec<Task>) {
    let facts = asked.file.body.snapshot.facts.iter().filter(|(path, _)| is_answered(path));
    for (path, fact) in facts {
        let instead = "gives way to what this environment expects";
        let excuse = excuse(path, fact.class, asked.file, asked.here, running);
        if let Some(why) = excuse.or(asked.is_expected(path).then(|| instead.to_owned())) {
            let check = asked.check(path, path, rule_for(path).changed);
            let skipped = Finding::skipped(Reason::EnvironmentMismatch, why);
            tasks.push(Task::answered(renamed(check), skipped));
            continue;
        }
        let mut flipped = asked.file.clone();
        if let Some(fact) = flipped.body.snapshot.facts.get_mut(path) {
            fact.value = another(&fact.value);
        }
        let mut planned = Vec::new();
        asked.recorded_as(&flipped).health(&mut planned);
        tasks.push(watched(asked, planned, path, path, rule_for(path).changed));
    }
}

/// Is so low a figure that whatever is measured lies over it.
const BELOW_ALL: Figure = Figure { median: -1e12, min: -1e12, max: -1e12 };

/// Plans, for each figure, whether a measurement over its bound would be noticed.
fn figures(asked: &Asked<'_>, running: &Running, tasks: &mut Vec<Task>) {
    for name in asked.file.body.figures.keys() {
        let check = format!("performance.{name}");
        if let Some(why) = excuse(name, FactClass::Local, asked.file, asked.here, running) {
            let check = asked.check(&check, name, Severity::Warning);
            let skipped = Finding::skipped(Reason::EnvironmentMismatch, why);
            tasks.push(Task::answered(renamed(check), skipped));
            continue;
        }
        let mut flipped = asked.file.clone();
        flipped.body.figures.insert(name.clone(), BELOW_ALL);
        let mut planned = Vec::new();
        asked.recorded_as(&flipped).figures(&mut planned);
        tasks.push(watched(asked, planned, &check, name, Severity::Warning));
    }
}

/// Turns the planned check of a flipped entry into the question whether that fails.
fn watched(
    asked: &Asked<'_>,
    planned: Vec<Task>,
    name: &str,
    path: &str,
    severity: Severity,
) -> Task {
    let Some(mut task) = planned.into_iter().find(|task| task.check.name == name) else {
        let check = asked.check(name, path, severity);
        return Task::answered(renamed(check), unnoticed("another value"));
    };
    task.check = renamed(task.check);
    task.weighed(|_, finding| match finding.outcome {
        Outcome::Fail => Finding::pass("another value is noticed"),
        Outcome::Inconclusive => finding,
        Outcome::Pass | Outcome::Waived | Outcome::Skipped => unnoticed("another value"),
    })
}

/// Gives the check whether a change of what `check` is about would be noticed.
fn renamed(check: Check) -> Check {
    let name = format!("notices {}", check.name);
    let renamed = Check::new(Kind::Drift, check.group, name).with_severity(check.severity);
    match check.place {
        Some(place) => renamed.at(place),
        None => renamed,
    }
}

/// Gives what nobody would notice as a failure.
fn unnoticed(what: &str) -> Finding {
    Finding::fail(Reason::Unnoticed, format!("nothing here notices {what}"))
}

/// Gives a value that differs from `value` and is of its kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Bool(it) => (!it).into(),
        Value::Number(it) => it.as_i64().map_or_else(|| 0.into(), |it| (it ^ 1).into()),
        Value::String(it) => format!("{it}-mutated").into(),
        Value::Array(it) => it.iter().cloned().chain([Value::from("mutated")]).collect(),
        Value::Object(it) => {
            let mut it = it.clone();
            it.insert("mutated".to_owned(), true.into());
            it.into()
        }
        Value::Null => "mutated".into(),
    }
}

/// Says why a fact is meant to go unwatched on this target, where it is.
fn excuse(
    path: &str,
    class: FactClass,
    file: &SnapshotFile,
    is_home: bool,
    running: &Running,
) -> Option<String> {
    let info = &file.info;
    if class == FactClass::Local && !is_home {
        return Some(format!(
            "is meant to hold only in {} of project {}, where it was recorded",
            info.environment, info.project
        ));
    }
    if path != "image_digest" {
        return None;
    }
    let recorded = info.release.as_deref();
    match running {
        Running::One(release) if recorded != Some(release) => {
            Some(format!("is of release {}, and {release} runs", recorded.unwrap_or("none")))
        }
        Running::Mixed(each) => Some(format!("is of one release, and several run: {each}")),
        Running::Unknown if recorded.is_some() => {
            Some("is of a release, and which one runs cannot be told".to_owned())
        }
        _ => None,
    }
}
