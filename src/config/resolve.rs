//! From layers to settings: the first layer that has a value gives it, and its place is kept.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::expect;
use super::layer::{Layer, ServiceLayer};
use super::profile;
use super::read::{
    access, alert_action, at_least, at_most, duration, parsed, path, policy, protocol,
    security_level, strategy, string, yes_or_no,
};
use super::settings::{
    Access, Alerts, Allow, Baseline, Browser, Compose, Deploy, Monitoring, Origin, Retention,
    Rollback, Service, Settings, Thresholds,
};
use super::{Source, Text, Variables};
use crate::model::{Diagnostic, Millis, Percent, Protocol, Rate, Span, Template};

/// Is one layer and the file it was written in.
pub(super) struct Stratum<'a> {
    pub source: &'a Source,
    pub layer: &'a Layer,
}

/// Answers each setting from the first layer that has it.
pub(super) struct Resolver<'a> {
    pub own: &'a Source,
    pub strata: Vec<Stratum<'a>>,
    pub variables: &'a Variables,
    origins: RefCell<BTreeMap<String, Origin>>,
}

type Refusal = Diagnostic;

impl<'a> Resolver<'a> {
    pub(super) fn new(own: &'a Source, strata: Vec<Stratum<'a>>, variables: &'a Variables) -> Self {
        Self { own, strata, variables, origins: RefCell::default() }
    }

    pub(super) fn settings(
        self,
        project: Option<&Text>,
        environment: &str,
        environments: Vec<String>,
        file: &Path,
    ) -> Result<Settings, Refusal> {
        let root = file.parent().unwrap_or(Path::new(".")).to_owned();
        let project = match project {
            Some(text) => self.filled(self.own, "project", text)?,
            None => {
                return Err(Diagnostic::new(
                    self.own.name.clone(),
                    self.own.text.clone(),
                    "the project has no name",
                )
                .help("add `project: my-project` at the top"));
            }
        };
        let services = self.services(&root)?;
        let mut settings = Settings {
            access: self.access(&services)?,
            compose: self.compose(&project, &root)?,
            services,
            suites: root.join(self.needed("suites", |l| l.suites.as_ref(), path)?),
            fixtures: root.join(self.needed("fixtures", |l| l.fixtures.as_ref(), path)?),
            baselines: root.join(self.needed("baselines", |l| l.baselines.as_ref(), path)?),
            waivers: root.join(self.needed("waivers", |l| l.waivers.as_ref(), path)?),
            allow: self.allow()?,
            baseline: self.baseline()?,
            browser: self.browser(&root)?,
            expect: expect::read(&self)?,
            state: root.join(self.needed("state", |l| l.state.as_ref(), path)?),
            security: self.needed("security", |l| l.security.as_ref(), security_level)?,
            profiles: profile::profiles(&self)?,
            groups: profile::groups(&self)?,
            thresholds: self.thresholds()?,
            monitoring: self.monitoring()?,
            policy: self.needed("gate.warnings", |l| l.gate.warnings.as_ref(), policy)?,
            deploy: self.deploy()?,
            rollback: self.rollback()?,
            alerts: self.alerts()?,
            retention: self.retention()?,
            source: self.own.clone(),
            project,
            environment: environment.to_owned(),
            environments,
            file: file.to_owned(),
            root,
            origins: Vec::new(),
        };
        settings.origins = self.origins.into_inner().into_values().collect();
        Ok(settings)
    }

    /// Finds the first layer that has a value, fills its `${NAME}`s and reads it.
    pub(super) fn find<T>(
        &self,
        name: &str,
        get: impl Fn(&Layer) -> Option<&Text>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Refusal> {
        for stratum in &self.strata {
            if let Some(text) = get(stratum.layer) {
                let value = self.filled(stratum.source, name, text)?;
                return match read(&value) {
                    Ok(value) => Ok(Some(value)),
                    Err(cause) => {
                        Err(stratum.source.refuse(text.at, format!("`{name}` is refused: {cause}")))
                    }
                };
            }
        }
        Ok(None)
    }

    /// Is [`Resolver::find`] for a setting to which the built-in defaults give a value.
    fn needed<T>(
        &self,
        name: &str,
        get: impl Fn(&Layer) -> Option<&Text>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, Refusal> {
        let found = self.find(name, get, read)?;
        Ok(found.expect("the built-in defaults have every setting that is needed"))
    }

    fn find_list<T>(
        &self,
        name: &str,
        get: impl Fn(&Layer) -> Option<&Vec<Text>>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<Vec<T>>, Refusal> {
        let Some((source, texts)) =
            self.strata.iter().find_map(|s| Some((s.source, get(s.layer)?)))
        else {
            return Ok(None);
        };
        let entries = texts.iter().enumerate().map(|(index, text)| {
            let value = self.filled(source, &format!("{name}[{index}]"), text)?;
            read(&value)
                .map_err(|cause| source.refuse(text.at, format!("`{name}` is refused: {cause}")))
        });
        entries.collect::<Result<_, _>>().map(Some)
    }

    fn filled(&self, source: &Source, name: &str, text: &Text) -> Result<String, Refusal> {
        let value = Template::parse(&text.value)
            .and_then(|template| template.render(|name| self.variables.get(name).cloned()))
            .map_err(|cause| source.refuse(text.at, cause.to_string()))?;
        self.note(source, name, &value, text.at);
        Ok(value)
    }

    fn allow(&self) -> Result<Allow, Refusal> {
        let run = self.find_list("allow.run", |l| l.allow.run.as_ref(), string)?;
        Ok(Allow { run: run.unwrap_or_default() })
    }

    fn baseline(&self) -> Result<Baseline, Refusal> {
        let name = "baseline.safe_environment";
        let safe = self.find_list(name, |l| l.baseline.safe_environment.as_ref(), string)?;
        Ok(Baseline { safe_environment: safe.unwrap_or_default() })
    }

    fn browser(&self, root: &Path) -> Result<Browser, Refusal> {
        // A name alone is looked for on `PATH`, as a shell does.
        let program =
            |text: &str| if text.contains('/') { Ok(root.join(text)) } else { path(text) };
        let driver = self.needed("browser.driver", |l| l.browser.driver.as_ref(), program)?;
        Ok(Browser { driver })
    }

    /// Remembers where an effective value came from.
    pub(super) fn note(&self, source: &Source, name: &str, value: &str, at: Span) {
        let (path, value) = (name.to_owned(), value.to_owned());
        let origin = Origin { path, value, place: source.place(at) };
        self.origins.borrow_mut().insert(name.to_owned(), origin);
    }

    /// Reads how the target is reached; by its URLs only where there are some.
    fn access(&self, services: &BTreeMap<String, Service>) -> Result<Access, Refusal> {
        let has_url = services.values().any(|service| service.url.is_some());
        let read = |text: &str| match access(text)? {
            Access::Http if !has_url => {
                Err("no service has a `url`; add `services: { api: { url: https://… } }`"
                    .to_owned())
            }
            access => Ok(access),
        };
        self.needed("access", |l| l.access.as_ref(), read)
    }

    fn compose(&self, project: &str, root: &Path) -> Result<Option<Compose>, Refusal> {
        let in_root = |text: &str| Ok(root.join(text));
        let Some(files) = self.find_list("compose.files", |l| l.compose.files.as_ref(), in_root)?
        else {
            return Ok(None);
        };
        let releases: BTreeSet<&String> =
            self.strata.iter().flat_map(|s| s.layer.compose.release_files.keys()).collect();
        let mut release_files = BTreeMap::new();
        for release in releases {
            let name = format!("compose.release_files.{release}");
            let files = self.find_list(&name, |l| l.compose.release_files.get(release), in_root)?;
            release_files.insert(release.clone(), files.unwrap_or_default());
        }
        Ok(Some(Compose {
            files,
            env_files: self
                .find_list("compose.env_files", |l| l.compose.env_files.as_ref(), in_root)?
                .unwrap_or_default(),
            project: self
                .find("compose.project", |l| l.compose.project.as_ref(), string)?
                .unwrap_or_else(|| project.to_owned()),
            release_variable: self.find(
                "compose.release_variable",
                |l| l.compose.release_variable.as_ref(),
                string,
            )?,
            release_files,
        }))
    }

    fn services(&self, root: &Path) -> Result<BTreeMap<String, Service>, Refusal> {
        let names: BTreeSet<&String> =
            self.strata.iter().flat_map(|s| s.layer.services.keys()).collect();
        let mut services = BTreeMap::new();
        for name in names {
            services.insert(name.clone(), self.service(name, root)?);
        }
        Ok(services)
    }

    fn service(&self, service: &str, root: &Path) -> Result<Service, Refusal> {
        let protocol = self.of_service(service, "protocol", |s| s.protocol.as_ref(), protocol)?;
        let protocol = protocol.unwrap_or(Protocol::Http);
        let text = |name, get| self.of_service(service, name, get, string);
        Ok(Service {
            protocol,
            port: self
                .of_service(service, "port", |s| s.port.as_ref(), parsed::<u16>)?
                .unwrap_or(protocol.usual_port()),
            url: text("url", |s| s.url.as_ref())?.map(|url| url.trim_end_matches('/').to_owned()),
            health: text("health", |s| s.health.as_ref())?,
            user: text("user", |s| s.user.as_ref())?,
            database: text("database", |s| s.database.as_ref())?,
            region: text("region", |s| s.region.as_ref())?,
            password_variable: text("password_variable", |s| s.password_variable.as_ref())?,
            password_file: text("password_file", |s| s.password_file.as_ref())?
                .map(|file| root.join(file)),
        })
    }

    fn of_service<T>(
        &self,
        service: &str,
        key: &str,
        get: fn(&ServiceLayer) -> Option<&Text>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Refusal> {
        let name = format!("services.{service}.{key}");
        self.find(&name, |l| l.services.get(service).and_then(get), read)
    }

    fn thresholds(&self) -> Result<Thresholds, Refusal> {
        Ok(Thresholds {
            response_time: self.needed(
                "thresholds.response_time",
                |l| l.thresholds.response_time.as_ref(),
                at_most(Millis(1000.0)),
            )?,
            throughput: self.needed(
                "thresholds.throughput",
                |l| l.thresholds.throughput.as_ref(),
                at_least(Rate(10.0)),
            )?,
            cpu: self.needed(
                "thresholds.cpu",
                |l| l.thresholds.cpu.as_ref(),
                at_most(Percent(80.0)),
            )?,
            memory: self.needed(
                "thresholds.memory",
                |l| l.thresholds.memory.as_ref(),
                at_most(Percent(80.0)),
            )?,
            disk: self.needed(
                "thresholds.disk",
                |l| l.thresholds.disk.as_ref(),
                at_most(Percent(90.0)),
            )?,
        })
    }

    fn monitoring(&self) -> Result<Monitoring, Refusal> {
        Ok(Monitoring {
            health_interval: self.needed(
                "monitoring.health_interval",
                |l| l.monitoring.health_interval.as_ref(),
                duration,
            )?,
            metrics_interval: self.needed(
                "monitoring.metrics_interval",
                |l| l.monitoring.metrics_interval.as_ref(),
                duration,
            )?,
        })
    }

    fn deploy(&self) -> Result<Deploy, Refusal> {
        Ok(Deploy {
            strategy: self.needed("deploy.strategy", |l| l.deploy.strategy.as_ref(), strategy)?,
            startup_timeout: self.needed(
                "deploy.startup_timeout",
                |l| l.deploy.startup_timeout.as_ref(),
                duration,
            )?,
        })
    }

    fn rollback(&self) -> Result<Rollback, Refusal> {
        Ok(Rollback {
            automatic: self.needed(
                "rollback.automatic",
                |l| l.rollback.automatic.as_ref(),
                yes_or_no,
            )?,
            consecutive_failures: self.needed(
                "rollback.consecutive_failures",
                |l| l.rollback.consecutive_failures.as_ref(),
                parsed::<u32>,
            )?,
            probe_interval: self.needed(
                "rollback.probe_interval",
                |l| l.rollback.probe_interval.as_ref(),
                duration,
            )?,
        })
    }

    fn alerts(&self) -> Result<Alerts, Refusal> {
        let actions = |name: &str, get: fn(&Layer) -> Option<&Vec<Text>>| {
            let found = self.find_list(name, get, alert_action)?;
            Ok::<_, Refusal>(found.expect("the built-in defaults have every alert level"))
        };
        Ok(Alerts {
            critical: actions("alerts.critical", |l| l.alerts.critical.as_ref())?,
            warning: actions("alerts.warning", |l| l.alerts.warning.as_ref())?,
            info: actions("alerts.info", |l| l.alerts.info.as_ref())?,
        })
    }

    fn retention(&self) -> Result<Retention, Refusal> {
        let keep = |name: &str, get: fn(&Layer) -> Option<&Text>| {
            self.needed(&format!("retention.{name}"), get, duration)
        };
        Ok(Retention {
            deployment: keep("deployment", |l| l.retention.deployment.as_ref())?,
            health: keep("health", |l| l.retention.health.as_ref())?,
            performance: keep("performance", |l| l.retention.performance.as_ref())?,
            validation: keep("validation", |l| l.retention.validation.as_ref())?,
            rollback: keep("rollback", |l| l.retention.rollback.as_ref())?,
        })
    }
}
