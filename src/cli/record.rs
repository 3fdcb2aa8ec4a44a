//! `proofmark record`: the running environment, or the Compose files alone, as a pending baseline.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{OutputFormat, RecordArgs, Shared, UnreferencedWord};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, json, print, settings_of, shown};
use crate::baseline::{self, FilesRecording, FilesToRecord, Folder, RecordOptions, Recording};
use crate::config::{ConfigError, is_ci};
use crate::engine::{Chosen, ComposeCli, ComposeFiles, Target, TargetError};
use crate::model::Exit;

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &RecordArgs,
) -> Result<Exit, CommandError> {
    if args.from_files {
        return record_files(context, shared, args).await;
    }
    let settings = settings_of(context, shared)?;
    let target = Target::look(settings, Arc::new(context.variables.clone())).await?;
    let mut progress = context.progress();
    let spinner = progress.spinner("reading what runs");
    let options = RecordOptions { write_in_ci: args.in_ci, unreferenced: args.unreferenced.into() };
    let recording = baseline::record(&target, options).await;
    drop(spinner);
    let recording = recording?;
    if shared.format == OutputFormat::Json {
        print(&json(&recording));
    } else {
        tell(&recording, WHAT_RUNS, REVIEW);
    }
    Ok(exit(args, &recording))
}

/// Snapshots of services that are gone are a failure where that was asked.
fn exit(args: &RecordArgs, recording: &Recording) -> Exit {
    let refused = args.unreferenced == UnreferencedWord::Reject;
    if refused && !recording.unreferenced.is_empty() { Exit::Failed } else { Exit::Holds }
}

/// What to do with pending snapshots that lie where a review looks for them.
const REVIEW: &str = "look at it with `proofmark review`, or take it with `proofmark accept --all`";

async fn record_files(
    context: &Context,
    shared: &Shared,
    args: &RecordArgs,
) -> Result<Exit, CommandError> {
    let compose = ComposeCli::find(&context.variables).await?;
    let asked = files_to_record(context, shared, args, &compose).await?;
    let recording = baseline::record_files(&compose, &context.variables, &asked).await?;
    if shared.format == OutputFormat::Json {
        print(&json(&recording));
        return Ok(exit(args, &recording.recording));
    }
    let next = match &args.out {
        Some(folder) => format!("the pending snapshots are in {}", folder.display()),
        None => REVIEW.to_owned(),
    };
    tell(&recording.recording, THE_FILES, &next);
    tell_gaps(&recording);
    Ok(exit(args, &recording.recording))
}

/// Finds out which files are meant: the ones that were named, the project's, or the folder's own.
async fn files_to_record(
    context: &Context,
    shared: &Shared,
    args: &RecordArgs,
    compose: &ComposeCli,
) -> Result<FilesToRecord, CommandError> {
    let named: Vec<PathBuf> = args.file.iter().map(|file| context.folder.join(file)).collect();
    // Files that are named are a project of their own, wherever the command is given.
    let settings = if args.file.is_empty() || shared.config.is_some() {
        match settings_of(context, shared) {
            Ok(settings) => Some(Arc::unwrap_or_clone(settings)),
            Err(ConfigError::NotFound(_)) => None,
            Err(other) => return Err(other.into()),
        }
    } else {
        None
    };
    let project = settings.as_ref().and_then(|settings| settings.compose.as_ref());
    let files = match project {
        Some(compose) => ComposeFiles::of(compose, None),
        None if args.file.is_empty() && settings.is_some() => {
            return Err(TargetError::NoProject(shared.env.clone()).into());
        }
        None => {
            let chosen = if named.is_empty() {
                compose.chosen_in(&context.folder).await?
            } else {
                Chosen::default()
            };
            let Chosen { files, env_files, .. } = chosen;
            ComposeFiles { files, env_files, project: None, release_variable: None }
        }
    };
    let files = if named.is_empty() { files } else { ComposeFiles { files: named, ..files } };
    if files.files.is_empty() {
        return Err(CommandError::NoComposeFile(context.folder.clone()));
    }
    let folder = match (&args.out, &settings) {
        (Some(out), _) => Folder::at(context.folder.join(out), out.display().to_string()),
        (None, Some(settings)) => Folder::of(settings),
        (None, None) => {
            let path = context.folder.join("baselines");
            let shown = shown(context, &path);
            Folder::at(path, shown)
        }
    };
    let write = args.out.is_some() || args.in_ci || !is_ci(&context.variables);
    let environment = shared.env.clone();
    let unreferenced = args.unreferenced.into();
    Ok(FilesToRecord { files, environment, settings, folder, write, unreferenced })
}

/// What was recorded is as it was accepted.
const WHAT_RUNS: &str = "the environment is what the baseline says";
const THE_FILES: &str = "the files say what the baseline says";

fn tell(recording: &Recording, unchanged: &str, next: &str) {
    for service in &recording.not_running {
        eprint(&format!("{service} has no container now; what was accepted of it stays"));
    }
    let gone = "the Compose files have no such service any more";
    for file in &recording.unreferenced {
        eprint(&if recording.deleted {
            format!("{file} was removed: {gone}")
        } else {
            format!("{file} is unreferenced: {gone}; `--unreferenced delete` removes it")
        });
    }
    if !recording.written && !recording.unreferenced.is_empty() {
        eprint("nothing is removed where CI is set, unless `--in-ci` says so");
    }
    if recording.differing.is_empty() {
        print(&if recording.not_running.is_empty() {
            format!("nothing changed: {unchanged}")
        } else {
            format!(
                "nothing to review of what runs; {} is missing",
                recording.not_running.join(", ")
            )
        });
        return;
    }
    print(&format!("to review: {}", recording.differing.join(", ")));
    eprint(if recording.written {
        next
    } else {
        "nothing was written, because CI is set; `--in-ci` writes all the same"
    });
}

/// Says what the files left open.
fn tell_gaps(recording: &FilesRecording) {
    let lists = [
        ("without a value, recorded by name", &recording.unset),
        ("environment files that are not there", &recording.absent),
        ("not observed, where the files are silent", &recording.not_observed),
    ];
    for (what, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        print(&format!("{what}: {}", names.join(", ")));
    }
}
