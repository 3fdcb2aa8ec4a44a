//! Records what the Compose files say, where no engine can be asked.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::body::Body;
use super::capture::{
    Around, Asked, UNSAID, is_left_open, of_files, project_of_files, said_replicas,
};
use super::file::SnapshotFile;
use super::folder::{BaselineError, Folder, Slot};
use super::info::{Info, Recorded};
use super::mask::mask_of_files;
use super::record::{Known, Recording, Unreferenced, store};
use super::rules::put;
use crate::config::{Settings, Variables};
use crate::engine::{ComposeCli, ComposeFiles};
use crate::model::Snapshot;

/// Says which files are recorded, and where to.
#[derive(Debug, Clone)]
pub struct FilesToRecord {
    /// The Compose files.
    pub files: ComposeFiles,
    /// The environment whose baseline it becomes.
    pub environment: String,
    /// What `proofmark.yaml` says, where there is one.
    pub settings: Option<Settings>,
    /// Where the snapshots go.
    pub folder: Folder,
    /// Whether pending snapshots are written.
    pub write: bool,
    /// What is done about the files of services that are gone.
    pub unreferenced: Unreferenced,
}

/// Tells what came of a recording from files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FilesRecording {
    /// What differs, and what waits.
    #[serde(flatten)]
    pub recording: Recording,
    /// The variables without a value; `${NAME}` stands in their place.
    pub unset: Vec<String>,
    /// The environment files that are not there.
    pub absent: Vec<String>,
    /// The patterns of the facts that only an image or an engine tells.
    pub not_observed: Vec<String>,
}

/// Is the name of a project to which neither its files nor the settings give one.
const UNNAMED: &str = "unnamed";

/// Records what files say: leaves a pending snapshot for each service that differs from what was
/// accepted. What was observed of a service that ran with the same image is kept.
///
/// No engine is asked, and neither images nor mounted files need exist. What is not known is named:
/// a variable as `${NAME}`, what only an image or an engine tells in the snapshot's header.
///
/// # Errors
///
/// When Compose refuses the files, they have no service, or a snapshot cannot be read or written.
pub async fn record_files(
    compose: &ComposeCli,
    variables: &Variables,
    asked: &FilesToRecord,
) -> Result<FilesRecording, BaselineError> {
    let accepted = asked.folder.read(Slot::Accepted)?;
    let waiting = asked.folder.read(Slot::Pending)?;
    let written = compose.as_written(&asked.files).await?;
    if written.services().next().is_none() {
        return Err(BaselineError::NoService(asked.files.shown()));
    }
    if written.services().any(|(name, _)| name == Snapshot::PROJECT) {
        return Err(BaselineError::ReservedName(Snapshot::PROJECT.to_owned()));
    }
    let mut fresh = bodies(asked, variables, &written.project);
    let observed = |name: &String, body: &Body| {
        accepted.get(name).filter(|file| still_tells(file, body)).cloned()
    };
    for (name, body) in &mut fresh {
        if let Some(file) = observed(name, body) {
            keep_observed(body, file.body);
        }
    }
    let not_observed: Vec<String> = UNSAID.iter().map(|pattern| (*pattern).to_owned()).collect();
    let info = |body: &Body| {
        let text = body.render();
        let named = |name: &&String| text.contains(&format!("${{{name}}}"));
        let info = Info {
            environment: asked.environment.clone(),
            project: written.name().unwrap_or(UNNAMED).to_owned(),
            unset: written.unset.iter().filter(named).cloned().collect(),
            ..Info::default()
        };
        let name = &body.snapshot.name;
        match observed(name, body) {
            Some(file) => Info { release: file.info.release, ..info },
            None if name == Snapshot::PROJECT => Info { recorded: Recorded::Files, ..info },
            None => {
                let not_observed = not_observed.clone();
                Info { recorded: Recorded::Files, not_observed, ..info }
            }
        }
    };
    // Whatever profile a service needs, the files have it: what is not fresh is gone.
    let known = Known { accepted: &accepted, pending: &waiting, declared: BTreeSet::new() };
    let recording = store(&asked.folder, fresh, info, &known, asked.write, asked.unreferenced)?;
    Ok(FilesRecording { recording, unset: written.unset, absent: written.absent, not_observed })
}

/// Tells whether what was observed of a running service can stand beside what its files say now: they
/// still name the same image.
fn still_tells(file: &SnapshotFile, body: &Body) -> bool {
    let image = |body: &Body| body.snapshot.facts.get("image").map(|fact| fact.value.clone());
    file.info.recorded == Recorded::Running && image(&file.body) == image(body)
}

/// Keeps what only the engine told, or a review would show as gone what files never say.
fn keep_observed(body: &mut Body, observed: Body) {
    body.figures = observed.figures;
    let said = body.snapshot.facts.clone();
    let unsaid =
        observed.snapshot.facts.into_iter().filter(|(path, fact)| {
            !said.contains_key(path) && is_left_open(path, &fact.value, &said)
        });
    body.snapshot.facts.extend(unsaid);
}

fn bodies(asked: &FilesToRecord, variables: &Variables, project: &Value) -> BTreeMap<String, Body> {
    let folder = std::path::absolute(asked.files.folder()).unwrap_or_default();
    let mask = mask_of_files(project, &folder, variables);
    let safe = asked.settings.as_ref().map(|settings| &settings.baseline.safe_environment[..]);
    let around = Around {
        project,
        folder: &folder,
        home: None,
        mask: &mask,
        safe: safe.unwrap_or_default(),
        services: &BTreeMap::new(),
    };
    let names: BTreeSet<&String> =
        project["services"].as_object().into_iter().flat_map(|services| services.keys()).collect();
    let of_service = |name: &String| {
        let mut facts = of_files(&Asked::new(name, &around));
        put(&mut facts, "replicas", said_replicas(&project["services"][name]));
        let service = asked.settings.as_ref().and_then(|settings| settings.services.get(name));
        if let Some(path) = service.and_then(|service| service.health.as_deref()) {
            put(&mut facts, "health.path", path);
        }
        let snapshot = Snapshot { name: name.clone(), facts };
        (name.clone(), Body { snapshot, ..Body::default() })
    };
    let mut bodies: BTreeMap<String, Body> = names.into_iter().map(of_service).collect();
    let facts = project_of_files(project, &mask);
    let snapshot = Snapshot { name: Snapshot::PROJECT.to_owned(), facts };
    bodies.insert(Snapshot::PROJECT.to_owned(), Body { snapshot, ..Body::default() });
    bodies
}
