//! `proofmark init`: a first `proofmark.yaml`, suites and a pending baseline for a Compose project.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::args::{InitArgs, OutputFormat, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, json, print, shown, write};
use crate::baseline::{self, FilesToRecord, Folder, RecordOptions, Recording, Unreferenced};
use crate::config::{self, FILE_NAME, Settings};
use crate::engine::{Chosen, ComposeCli, ComposeFiles, Container, Engine, Target};
use crate::model::{Exit, Protocol};
use crate::protocol::{Http, HttpRequest};
use crate::scaffold::{Guess, Project, drafts, guess, release_variable};

/// How long a running service may take to answer where it is asked for its health.
const PATIENCE: Duration = Duration::from_secs(1);
/// Where services without another sign say how they are, the usual place first.
const USUAL: [&str; 5] = ["/health", "/healthz", "/api/health", "/status", "/"];

/// Tells what was written, and what is left for a person.
#[derive(Debug, Serialize)]
struct Begun {
    project: String,
    written: Vec<String>,
    /// What now waits for a review.
    recorded: Vec<String>,
    /// Why the files alone were recorded; none where what runs was.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_running: Option<String>,
    /// The services that are not talked to although they could be, and why not.
    left_out: BTreeMap<String, String>,
}

pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    args: &InitArgs,
) -> Result<Exit, CommandError> {
    let settings = shared.config.as_deref().unwrap_or(Path::new(FILE_NAME));
    let settings = context.folder.join(settings);
    let root = settings.parent().unwrap_or(&context.folder).to_owned();
    let compose = ComposeCli::find(&context.variables).await?;
    let (mut files, profiles) = files_of(context, args, &root, &compose).await?;

    let mut progress = context.progress();
    let spinner = progress.spinner("reading the project");
    files.release_variable = release_variable(&compose, &files).await?;
    let written = compose.as_written(&files).await?;
    let name = written.name().map_or_else(|| usual_name(files.folder()), str::to_owned);
    let running = running(context, &name).await;
    let model = written.model()?;
    let mut guesses = guess(&model, files.folder(), &profiles, |service| running.get(service));
    if !running.is_empty() {
        ask(&mut guesses, &running).await;
    }
    drop(spinner);

    for spoken in guesses.iter_mut().filter_map(|guess| guess.speaks.as_mut()) {
        let file = spoken.password_file.take();
        spoken.password_file = file.map(|file| seen_from(&root, &files.folder().join(file)));
    }
    let project = Project {
        name,
        environment: shared.env.clone(),
        files: files.files.iter().map(|file| seen_from(&root, file)).collect(),
        env_files: files.env_files.iter().map(|file| seen_from(&root, file)).collect(),
        release_variable: files.release_variable.clone(),
    };
    let drafts = drafts(&project, &guesses);
    let drafts: Vec<(PathBuf, String)> = drafts
        .into_iter()
        .map(|draft| {
            (draft.path.map_or_else(|| settings.clone(), |path| root.join(path)), draft.text)
        })
        .collect();
    let there: Vec<String> = drafts
        .iter()
        .filter(|(path, _)| path.exists())
        .map(|(path, _)| shown(context, path))
        .collect();
    if !there.is_empty() && !args.force {
        return Err(CommandError::AlreadyThere(there.join(", ")));
    }
    for (path, text) in &drafts {
        write(path, text)?;
    }

    let settings = config::load(&settings, &shared.env, &context.variables).map(Arc::new)?;
    // Recorded under the name that the settings have it by now, or its local facts would belong elsewhere.
    files.project = Some(project.name.clone());
    let (recording, not_running) =
        record(context, &compose, files, settings, !running.is_empty()).await?;
    let begun = Begun {
        project: project.name,
        written: drafts.iter().map(|(path, _)| shown(context, path)).collect(),
        recorded: recording.differing,
        not_running,
        left_out: guesses.into_iter().filter_map(|it| Some((it.service, it.left_out?))).collect(),
    };
    if shared.format == OutputFormat::Json {
        print(&json(&begun));
    } else {
        begun.tell();
    }
    Ok(Exit::Holds)
}

/// Gives the Compose files that are meant, which are the ones that were named, else the folder's own;
/// and the profiles that are enabled beside them.
async fn files_of(
    context: &Context,
    args: &InitArgs,
    root: &Path,
    compose: &ComposeCli,
) -> Result<(ComposeFiles, Vec<String>), CommandError> {
    let files = args.file.iter().map(|file| context.folder.join(file)).collect();
    let named =
        ComposeFiles { files, env_files: Vec::new(), project: None, release_variable: None };
    let is_named = !named.files.is_empty();
    let Chosen { files, env_files, profiles } =
        compose.chosen_in(if is_named { named.folder() } else { root }).await?;
    let files = if is_named { named } else { ComposeFiles { files, env_files, ..named } };
    if files.files.is_empty() {
        return Err(CommandError::NothingToBeginWith(root.display().to_string()));
    }
    Ok((files, profiles))
}

/// Gives the name that Compose gives a project after its folder.
fn usual_name(folder: &Path) -> String {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase());
    let name: String = name
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    name.trim_start_matches(['-', '_']).to_owned()
}

/// Gives the first container of each service of a project; none where no engine answers.
async fn running(context: &Context, project: &str) -> BTreeMap<String, Container> {
    let Ok(engine) = Engine::connect(&context.variables).await else { return BTreeMap::new() };
    let containers = engine.containers(project).await.unwrap_or_default();
    let mut firsts = BTreeMap::new();
    for container in containers {
        firsts.entry(container.service.clone()).or_insert(container);
    }
    firsts
}

/// Asks the services that run where they say how they are, so that only what answers is written down.
async fn ask(guesses: &mut [Guess], running: &BTreeMap<String, Container>) {
    for guess in guesses {
        let Some(spoken) = guess.speaks.as_mut().filter(|it| it.protocol == Protocol::Http) else {
            continue;
        };
        let container = running.get(&guess.service).filter(|container| container.is_running());
        let Some(at) = container.and_then(|container| container.published(spoken.port)) else {
            continue;
        };
        let mut answers = false;
        let mut healthy = None;
        for path in spoken.health.iter().map(String::as_str).chain(USUAL) {
            let request = HttpRequest::get(format!("http://{at}{path}"));
            let Ok(response) = Http::new().send(&request, PATIENCE).await else { continue };
            answers = true;
            if response.status == 200 {
                healthy = Some(path.to_owned());
                break;
            }
        }
        spoken.health = healthy;
        if !answers {
            guess.left_out = Some(format!("its port {} does not answer HTTP", spoken.port));
            guess.speaks = None;
        }
    }
}

/// Records what runs, else what the files say; also says why it was the files.
async fn record(
    context: &Context,
    compose: &ComposeCli,
    files: ComposeFiles,
    settings: Arc<Settings>,
    runs: bool,
) -> Result<(Recording, Option<String>), CommandError> {
    let mut progress = context.progress();
    let spinner = progress.spinner("recording");
    let why = if runs {
        let variables = Arc::new(context.variables.clone());
        let recorded = match Target::look(Arc::clone(&settings), variables).await {
            Ok(target) => baseline::record(
                &target,
                RecordOptions { write_in_ci: true, ..RecordOptions::default() },
            )
            .await
            .map_err(|cause| cause.to_string()),
            Err(cause) => Err(cause.to_string()),
        };
        match recorded {
            Ok(recording) => return Ok((recording, None)),
            Err(cause) => cause,
        }
    } else {
        "nothing of the project runs here".to_owned()
    };
    let asked = FilesToRecord {
        files,
        environment: settings.environment.clone(),
        folder: Folder::of(&settings),
        settings: Some(Arc::unwrap_or_clone(settings)),
        write: true,
        unreferenced: Unreferenced::default(),
    };
    let recorded = baseline::record_files(compose, &context.variables, &asked).await;
    drop(spinner);
    Ok((recorded?.recording, Some(why)))
}

/// Names a file as seen from the folder of the settings.
fn seen_from(root: &Path, file: &Path) -> String {
    let file = file.strip_prefix(root).unwrap_or(file);
    let parts = file.components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().display().to_string()
}

impl Begun {
    fn tell(&self) {
        for file in &self.written {
            print(&format!("wrote {file}"));
        }
        let from = match &self.not_running {
            None => "what runs".to_owned(),
            Some(why) => format!("the files alone, because {why}"),
        };
        print(&format!("recorded {} from {from}", self.recorded.join(", ")));
        for (service, why) in &self.left_out {
            print(&format!("left out of proofmark.yaml: {service}, {why}"));
        }
        let has_suites = self.written.iter().any(|file| file.contains("suites/"));
        let test = if has_suites {
            "`proofmark test` and `proofmark gate`"
        } else {
            print(
                "no suite was written: nothing is known to answer yet; `proofmark help suite` shows how one looks",
            );
            "`proofmark diff`, and a first suite"
        };
        eprint(&format!(
            "next: look at what was written, then `proofmark review` (or `proofmark accept --all`), {test}; \
             keep .proofmark/ out of version control"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_called_after_its_folder_as_compose_calls_it() {
        assert_eq!(usual_name(Path::new("/srv/_My.Shop 2")), "myshop2");
        assert_eq!(usual_name(Path::new("/srv/the-shop_x")), "the-shop_x");
    }

    #[test]
    fn a_file_is_named_from_the_folder_of_the_settings() {
        let root = Path::new("/srv/shop");
        assert_eq!(seen_from(root, Path::new("/srv/shop/./secrets/db")), "secrets/db");
        assert_eq!(
            seen_from(root, Path::new("/srv/shop/../shared/compose.yaml")),
            "../shared/compose.yaml"
        );
        assert_eq!(seen_from(root, Path::new("/run/secrets/db")), "/run/secrets/db");
    }
}
