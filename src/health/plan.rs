//! The checks of a target's health.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::OnceCell;

use super::container;
use super::endpoint::{Rule, ask};
use super::probe::{HttpProber, Witness};
use super::summary::summarise;
use super::usage::{self, Meter};
use crate::config::Settings;
use crate::engine::{ComposeModel, Container, Remote, Target, Usage, View};
use crate::model::{Check, Endpoint, Finding, Kind, Percent, Reason, Severity};
use crate::protocol::{Http, HttpRequest};
use crate::runner::{Scope, Task};

/// Gives the health checks of every service, and of the host that they share.
///
/// Everything is asked when its task runs, not when it is planned, so that a plan whose suites take
/// minutes does not report the health of its beginning.
#[must_use]
pub fn plan(view: View<'_>) -> Vec<Task> {
    match view {
        View::Engine(target) => of_target(target),
        View::Http(remote) => of_remote(remote),
    }
}

fn of_target(target: &Target) -> Vec<Task> {
    let mut tasks = Vec::new();
    for (name, model) in &target.model.services {
        let service = Service::of(target, name);
        let wanted = model.replicas();
        tasks.push(service.container(wanted));
        if wanted > 0 {
            tasks.push(service.restarts());
            tasks.extend(service.endpoint());
            tasks.extend(service.usage());
        }
    }
    // What the settings name and Compose does not run has an endpoint all the same.
    let elsewhere = target.endpoints.keys().filter(|n| !target.model.services.contains_key(*n));
    tasks.extend(elsewhere.filter_map(|name| Service::of(target, name).endpoint()));
    tasks.push(disk(target));
    tasks
}

/// Asks the endpoints; what shows only through an engine is named, and not asked.
fn of_remote(remote: &Remote) -> Vec<Task> {
    let endpoints = remote.endpoints.values();
    let mut tasks: Vec<Task> =
        endpoints.filter_map(|endpoint| probe(&remote.settings, endpoint, None)).collect();
    for (name, service) in &remote.settings.services {
        if service.health.is_some() && !remote.endpoints.contains_key(name) {
            let message = format!("{name} has no `url` in {}", remote.settings.environment);
            let check = Check::new(Kind::Health, name, "endpoint");
            tasks.push(Task::answered(check, Finding::skipped(Reason::NotObserved, message)));
        }
    }
    let unseen = remote.shows_no("the state and the use of containers and of their host");
    let check = Check::new(Kind::Health, "host", "containers").with_severity(Severity::Info);
    tasks.push(Task::answered(check, Finding::skipped(Reason::NotObserved, unseen)));
    tasks
}

struct Service<'t> {
    target: &'t Target,
    name: &'t str,
    containers: &'t [Container],
    /// Whether it is meant to end with success rather than to keep running.
    completes: bool,
}

impl<'t> Service<'t> {
    fn of(target: &'t Target, name: &'t str) -> Self {
        let containers = target.containers.get(name).map_or(&[][..], Vec::as_slice);
        Self { target, name, containers, completes: completes(&target.model, name) }
    }

    fn check(&self, name: impl Into<String>) -> Check {
        Check::new(Kind::Health, self.name, name)
    }

    fn container(&self, wanted: usize) -> Task {
        let check = self.check("container");
        let there = self.containers.len();
        if wanted == 0 && there == 0 {
            let message = "the Compose files ask for no container of it";
            return Task::answered(check, Finding::skipped(Reason::NotObserved, message));
        }
        if there < wanted {
            return Task::answered(check, too_few(self.name, wanted, there));
        }
        let (engine, ids, completes) = (self.target.engine.clone(), self.ids(), self.completes);
        Task::new(check, move |scope| {
            unless_stopped(scope, async move {
                let looks = ids.iter().map(|id| container::settled(&engine, id, completes));
                summarise(join_all(looks).await)
            })
        })
    }

    fn restarts(&self) -> Task {
        let check = self.check("restarts").with_severity(Severity::Warning);
        let (engine, ids) = (self.target.engine.clone(), self.ids());
        Task::new(check, move |scope| {
            unless_stopped(scope, async move {
                let looks = ids.iter().map(|id| container::afresh(&engine, id));
                let judge = |look: Result<Container, Finding>| match look {
                    Ok(container) => container::restarts(&container),
                    Err(finding) => finding,
                };
                summarise(join_all(looks).await.into_iter().map(judge).collect())
            })
        })
    }

    fn endpoint(&self) -> Option<Task> {
        let Target { settings, engine, endpoints, .. } = self.target;
        let witness = Witness { engine: engine.clone(), containers: self.ids() };
        probe(settings, endpoints.get(self.name)?, Some(witness))
    }

    fn usage(&self) -> [Task; 2] {
        let running = self.containers.iter().filter(|container| container.is_running());
        let meter = Arc::new(Meter {
            engine: self.target.engine.clone(),
            running: running.cloned().collect(),
            readings: OnceCell::new(),
        });
        let thresholds = &self.target.settings.thresholds;
        [
            self.metered("memory", &meter, thresholds.memory, usage::memory),
            self.metered("cpu", &meter, thresholds.cpu, usage::cpu),
        ]
    }

    fn metered(
        &self,
        name: &str,
        meter: &Arc<Meter>,
        most: Percent,
        judge: fn(&str, &Usage, Percent) -> Finding,
    ) -> Task {
        let check = self.check(name).with_severity(Severity::Warning);
        if meter.running.is_empty() {
            let finding = if self.completes {
                Finding::skipped(Reason::NotObserved, "it has ended, as it is meant to")
            } else {
                Finding::inconclusive(Reason::NotObserved, "no container of it runs")
            };
            return Task::answered(check, finding);
        }
        let meter = Arc::clone(meter);
        Task::new(check, move |scope| {
            unless_stopped(scope, async move {
                summarise(meter.judged(|container, usage| judge(container, usage, most)).await)
            })
        })
    }

    fn ids(&self) -> Vec<String> {
        self.containers.iter().map(|container| container.id.clone()).collect()
    }
}

/// Plans the probes of a health endpoint; none where there is no such endpoint.
fn probe(settings: &Settings, endpoint: &Endpoint, witness: Option<Witness>) -> Option<Task> {
    let path = endpoint.health.as_ref().filter(|_| endpoint.protocol.is_http())?;
    let most = settings.thresholds.response_time;
    let rule = Rule {
        failures: settings.rollback.consecutive_failures.max(1),
        interval: settings.rollback.probe_interval,
    };
    let url = address(endpoint, path);
    let mut prober = HttpProber {
        http: Http::new(),
        request: HttpRequest::get(&url),
        limit: Duration::from_secs_f64(most.0 / 1000.0),
        witness,
    };
    let every_probe = (prober.limit + rule.interval) * rule.failures;
    let check = Check::new(Kind::Health, &*endpoint.service, format!("endpoint GET {path}"));
    let task = Task::new(check, move |scope| {
        unless_stopped(scope, async move {
            let mut finding = ask(&mut prober, rule).await;
            finding.evidence.expected = Some(format!("2xx within {most}"));
            finding.from_source(format!("GET {url}"))
        })
    });
    Some(task.within(every_probe + Task::LIMIT))
}

fn disk(target: &Target) -> Task {
    let (engine, most) = (target.engine.clone(), target.settings.thresholds.disk);
    Task::new(Check::new(Kind::Health, "host", "disk"), move |scope| {
        unless_stopped(scope, async move {
            match engine.facts().await {
                Ok(facts) => usage::disk(facts.disk, most),
                Err(error) => Finding::inconclusive(Reason::EngineUnavailable, error.to_string()),
            }
        })
    })
}

/// Answers early when the run is stopped; probes leave nothing to clean up.
async fn unless_stopped(scope: Scope, answer: impl Future<Output = Finding>) -> Finding {
    tokio::select! {
        finding = answer => finding,
        () = scope.stopped() => Finding::inconclusive(Reason::Cancelled, "interrupted"),
    }
}

fn too_few(service: &str, wanted: usize, there: usize) -> Finding {
    let message = match there {
        0 => format!("{service} has no container; `docker compose up -d {service}` makes it"),
        _ => format!("{service} has {there} of the {wanted} containers that it asks for"),
    };
    Finding::fail(Reason::Missing, message).comparing(wanted.to_string(), there.to_string())
}

/// Gives the address of a path of an endpoint, with exactly one slash between the two.
fn address(endpoint: &Endpoint, path: &str) -> String {
    format!("{}/{}", endpoint.url.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// Whether others wait for the service to end with success.
pub(super) fn completes(model: &ComposeModel, service: &str) -> bool {
    let mut waiting = model.services.values().filter_map(|other| other.depends_on.get(service));
    waiting.any(|dependency| dependency.condition == "service_completed_successfully")
}
