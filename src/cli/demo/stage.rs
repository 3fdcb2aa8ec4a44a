//! The stage of the demonstration: the stack, and the questions put to it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use super::act::Act;
use crate::cli::args::{DemoArgs, Shared};
use crate::cli::context::Context;
use crate::cli::error::CommandError;
use crate::cli::inspect::question;
use crate::cli::interrupt::stop_on_signal;
use crate::cli::output::{eprint, settings_of, shown, write};
use crate::config::{Compose, Settings, Variables};
use crate::deploy::{self, Order};
use crate::engine::{ComposeCli, Engine, Target};
use crate::gate::{Coverage, Inspection, Question, inspect};
use crate::model::{DeploymentState, Kind, Verdict};
use crate::report::{self, Format};

/// Holds what the demonstration plays on.
pub(super) struct Stage {
    settings: Arc<Settings>,
    variables: Arc<Variables>,
    compose: ComposeCli,
    project: Compose,
    context: Context,
    stop: CancellationToken,
    report: PathBuf,
    last: Option<Inspection>,
}

impl Stage {
    /// Makes sure that the demonstration can begin: on the demo stack, with its images built and
    /// nothing of it running, since it ends by removing the stack with its data.
    pub async fn set(
        context: &Context,
        shared: &Shared,
        args: &DemoArgs,
    ) -> Result<Self, CommandError> {
        let mut settings = Arc::unwrap_or_clone(settings_of(context, shared)?);
        let shop = settings.root.join("fixtures/shop/build.sh");
        let Some(project) = settings.compose.clone().filter(|_| shop.is_file()) else {
            let cause = "it plays on the demo stack; run it in Proofmark's own repository";
            return Err(CommandError::Demo(cause.to_owned()));
        };
        settings.state = settings.state.join("demo");
        let variables = Arc::new(context.variables.clone());
        let engine = Engine::connect(&variables).await?;
        let compose = ComposeCli::find(&variables).await?;
        let name = &project.project;
        if !engine.containers(name).await?.is_empty() {
            let cause = format!(
                "project `{name}` is there already, and the demonstration would remove its data; take it down with `docker compose -p {name} down`, or set SHOP_PROJECT to another name"
            );
            return Err(CommandError::Demo(cause));
        }
        for release in [super::FIRST, super::GOOD].iter().chain(&super::BAD) {
            for service in compose.model(&project, Some(release)).await?.services.values() {
                if engine.image_id(&service.image).await?.is_none() {
                    let image = &service.image;
                    let cause =
                        format!("image {image} is missing; build it with fixtures/shop/build.sh");
                    return Err(CommandError::Demo(cause));
                }
            }
        }
        let report = args.report.as_ref().map(|file| context.folder.join(file));
        Ok(Self {
            report: report.unwrap_or_else(|| settings.state.join("report.html")),
            settings: Arc::new(settings),
            variables,
            compose,
            project,
            context: context.clone(),
            stop: stop_on_signal(),
            last: None,
        })
    }

    /// Starts the stack with `release` and waits until it is healthy.
    pub async fn bring_up(&self, release: &str) -> Result<Act, CommandError> {
        let began = Instant::now();
        let mut progress = self.context.progress();
        progress.narrate(&format!(
            "Bringing the shop up with release {release}: five services, healthy in order"
        ));
        let spinner = progress.spinner("starting");
        let limit = self.settings.deploy.startup_timeout;
        let up = self.compose.up(&self.project, Some(release), limit).await;
        drop(spinner);
        if let Err(cause) = up {
            self.compose.down(&self.project, true).await?;
            return Err(cause.into());
        }
        Ok(Act {
            name: format!("bring up {release}"),
            expected: format!("{release} healthy"),
            seen: format!("{release} healthy"),
            elapsed: began.elapsed(),
        })
    }

    /// Compares the running stack with the committed baseline.
    pub async fn hold_against_the_baseline(&mut self) -> Result<Act, CommandError> {
        let coverage = Coverage::of([Kind::Drift]);
        let narration = "Holding it against the committed baseline, fact by fact";
        self.ask(narration, "hold it against the baseline", "diff", coverage).await
    }

    /// Runs the unit, integration, end-to-end and load suites.
    pub async fn run_all_levels(&mut self) -> Result<Act, CommandError> {
        let coverage = Coverage::of(Coverage::LEVELS);
        let narration = "Running its suites: unit, integration, end to end, load";
        self.ask(narration, "run all four levels of suites", "test", coverage).await
    }

    async fn ask(
        &mut self,
        narration: &str,
        name: &str,
        command: &str,
        coverage: Coverage,
    ) -> Result<Act, CommandError> {
        let began = Instant::now();
        let question = self.question(command, coverage);
        let mut progress = self.context.progress();
        progress.narrate(narration);
        let inspection = inspect(&question, |event| progress.observe(event)).await?;
        drop(progress);
        let counts = inspection.run.counts();
        let seen = inspection.judgement.verdict;
        self.explain(&inspection.judgement.because);
        self.last = Some(inspection);
        Ok(Act {
            name: format!("{name} ({} checks)", counts.total()),
            expected: Verdict::Pass.word().to_owned(),
            seen: seen.word().to_owned(),
            elapsed: began.elapsed(),
        })
    }

    /// Deploys a release that has to be promoted.
    pub async fn deploy(&mut self, release: &str) -> Result<Act, CommandError> {
        self.perform_deployment(release, release, DeploymentState::Promoted).await
    }

    /// Deploys a release that has to be taken back, so that `left` answers again.
    pub async fn deploy_and_see_it_taken_back(
        &mut self,
        release: &str,
        left: &str,
    ) -> Result<Act, CommandError> {
        self.perform_deployment(release, left, DeploymentState::RolledBack).await
    }

    /// Deploys, then looks at the target afresh: what answers is told from the containers, not from
    /// what the deployment says of itself.
    async fn perform_deployment(
        &mut self,
        release: &str,
        left: &str,
        state: DeploymentState,
    ) -> Result<Act, CommandError> {
        let began = Instant::now();
        let mut progress = self.context.progress();
        progress.narrate(&format!("Deploying {release}: checks, backup, change, gate"));
        let question = self.question("deploy", Coverage::default());
        let order = Order { release: release.to_owned(), force: false, question };
        let outcome = deploy::deploy(&order, |event| progress.observe(event)).await?;
        drop(progress);
        self.explain(&outcome.deployment.because);
        if let Some(inspection) = outcome.inspections.into_iter().next_back() {
            self.last = Some(inspection);
        }
        let target = Target::look(Arc::clone(&self.settings), Arc::clone(&self.variables)).await?;
        let answers = target.release.as_deref().unwrap_or("no single release");
        let words = |state: DeploymentState| state.word().replace('_', " ");
        Ok(Act {
            name: format!("deploy {release}"),
            expected: format!("{}, {left} answers", words(state)),
            seen: format!("{}, {answers} answers", words(outcome.deployment.state)),
            elapsed: began.elapsed(),
        })
    }

    /// Shows reasons where bars were: a log has them already, one by one.
    fn explain(&self, because: &[String]) {
        if self.context.is_watched() {
            for because in because {
                eprint(&format!("  {}", because.replace('\n', "\n    ")));
            }
        }
    }

    fn question(&self, command: &str, coverage: Coverage) -> Question {
        let settings = Arc::clone(&self.settings);
        Question { coverage, ..question(&self.context, settings, command, self.stop.clone()) }
    }

    /// Writes the last inspection as one HTML page.
    pub fn write_report(&self) -> Result<(), CommandError> {
        if let Some(inspection) = &self.last {
            write(&self.report, &report::render(Format::Html, &inspection.report(), 0))?;
            eprint(&format!("report written to {}", shown(&self.context, &self.report)));
        }
        Ok(())
    }

    /// Removes the stack with its data.
    pub async fn strike(&self) -> Result<(), CommandError> {
        let mut progress = self.context.progress();
        let spinner = progress.spinner("taking the shop down");
        let down = self.compose.down(&self.project, true).await;
        drop(spinner);
        Ok(down?)
    }

    /// The command with which a person takes the stack down later.
    pub fn take_down_command(&self) -> String {
        let file = self.project.files.first().map_or_else(String::new, |f| f.display().to_string());
        format!("docker compose -p {} -f {file} down -v", self.project.project)
    }
}
