//! What a service seems to be, from its part of the Compose model and from its container.

use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::image;
use crate::engine::{ComposeModel, Container, ServiceModel};
use crate::model::Protocol;

/// Says what one service seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// Its name in the Compose files.
    pub service: String,
    /// What it speaks on a port that it publishes; none where nothing tells.
    pub speaks: Option<Spoken>,
    /// Why it is not talked to, although it could be.
    pub left_out: Option<String>,
    /// Whether its container is meant to stay.
    pub stays: bool,
    /// Whether the engine watches its health.
    pub is_watched: bool,
    /// Whether it has never been restarted, as far as can be told.
    pub is_steady: bool,
}

/// Says how a service is talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// What it speaks.
    pub protocol: Protocol,
    /// The port of its container.
    pub port: u16,
    /// The path of its health endpoint, for HTTP.
    pub health: Option<String>,
    /// The database user.
    pub user: Option<String>,
    /// The database.
    pub database: Option<String>,
    /// The file that holds the password, as the Compose files name it.
    pub password_file: Option<String>,
}

impl Spoken {
    fn of(protocol: Protocol, port: u16) -> Self {
        let (health, user, database, password_file) = (None, None, None, None);
        Self { protocol, port, health, user, database, password_file }
    }
}

/// The ports on which services without any other sign speak HTTP.
const HTTP_PORTS: [u16; 10] = [80, 3000, 4000, 5000, 5173, 8000, 8001, 8080, 8081, 8888];

/// Says what each service of `model` seems to be, whose paths are seen from `folder`; `container` gives
/// the first that there is of one.
///
/// A service that is asked for only by a profile is left out where it is not there, unless the profile is
/// one of the enabled `profiles`.
pub fn guess<'c>(
    model: &ComposeModel,
    folder: &Path,
    profiles: &[String],
    container: impl Fn(&str) -> Option<&'c Container>,
) -> Vec<Guess> {
    let seen = model.services.iter().map(|(name, service)| {
        let container = container(name);
        Seen { name, service, model, folder, profiles, container }
    });
    seen.filter(Seen::is_asked_for).map(|seen| seen.guess()).collect()
}

struct Seen<'s> {
    name: &'s str,
    service: &'s ServiceModel,
    model: &'s ComposeModel,
    folder: &'s Path,
    profiles: &'s [String],
    container: Option<&'s Container>,
}

impl Seen<'_> {
    fn is_asked_for(&self) -> bool {
        let its = self.service.raw["profiles"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_enabled = |name: &str| self.profiles.iter().any(|it| it == name || it == "*");
        let is_on = its.is_empty() || its.iter().filter_map(Value::as_str).any(is_enabled);
        self.container.is_some() || (self.service.replicas() > 0 && is_on)
    }

    fn guess(&self) -> Guess {
        let (speaks, left_out) = match self.spoken() {
            Ok(speaks) => (speaks, None),
            Err(why) => (None, Some(why)),
        };
        Guess {
            service: self.name.to_owned(),
            speaks,
            left_out,
            stays: self.stays(),
            is_watched: match self.container {
                Some(container) => container.health().is_some_and(|health| health.status.is_some()),
                None => !self.health_test().is_empty(),
            },
            is_steady: self.container.is_none_or(|container| container.restarts() == 0),
        }
    }

    /// Whether it keeps running: nobody waits for its end, and it has not ended well already.
    fn stays(&self) -> bool {
        let ends = |service: &ServiceModel| {
            let waits = service.depends_on.get(self.name);
            waits.is_some_and(|waits| waits.condition == "service_completed_successfully")
        };
        !self.model.services.values().any(ends) && self.container.is_none_or(Container::is_running)
    }

    /// Gives what it speaks, or why that is not written down although it is known.
    fn spoken(&self) -> Result<Option<Spoken>, String> {
        let by_image = image::protocol(&self.service.image);
        let publishes = |port: u16| self.published().any(|published| published == port);
        for protocol in [Protocol::Postgres, Protocol::Redis] {
            let port = protocol.usual_port();
            if publishes(port) && by_image.is_none_or(|known| known == protocol) {
                let spoken = Spoken::of(protocol, port);
                return match protocol {
                    Protocol::Postgres => self.database(spoken).map(Some),
                    _ => self.cache(spoken).map(Some),
                };
            }
        }
        if matches!(by_image, Some(Protocol::Postgres | Protocol::Redis)) {
            return Ok(None);
        }
        if let Some((port, path)) = self.probed().filter(|(port, _)| publishes(*port)) {
            return Ok(Some(Spoken { health: Some(path), ..Spoken::of(Protocol::Http, port) }));
        }
        let likely = |port: &u16| by_image.is_some() || HTTP_PORTS.contains(port);
        let port = self.published().find(likely);
        Ok(port.map(|port| Spoken {
            health: image::health(&self.service.image).map(str::to_owned),
            ..Spoken::of(Protocol::Http, port)
        }))
    }

    fn published(&self) -> impl Iterator<Item = u16> {
        let ports = self.service.ports.iter().filter(|port| port.protocol != "udp");
        ports.filter_map(|port| port.target)
    }

    fn database(&self, spoken: Spoken) -> Result<Spoken, String> {
        let words = self.health_test().join(" ");
        let flag = |short: &str, long: &str| {
            let pattern = format!(r"(?:^|\s)(?:-{short}\s*|--{long}[=\s]+)([A-Za-z0-9_.-]+)");
            let flag = Regex::new(&pattern).expect("the pattern is one whatever the flag");
            flag.captures(&words).map(|found| found[1].to_owned())
        };
        let user = self.variable("POSTGRES_USER").or_else(|| flag("U", "username"));
        let database = self.variable("POSTGRES_DB").or_else(|| flag("d", "dbname"));
        let trusts = self.variable("POSTGRES_HOST_AUTH_METHOD").is_some_and(|how| how == "trust");
        let password_file = self.password_file();
        if password_file.is_none() && !trusts {
            return Err("its password is in no file that can be named here".to_owned());
        }
        Ok(Spoken { user, database, password_file, ..spoken })
    }

    fn cache(&self, spoken: Spoken) -> Result<Spoken, String> {
        let command = self.service.raw["command"].to_string();
        let has_password = command.contains("requirepass")
            || ["REDIS_PASSWORD", "VALKEY_PASSWORD", "REDIS_PASSWORD_FILE"]
                .iter()
                .any(|name| self.variable(name).is_some_and(|value| !value.is_empty()));
        match self.password_file() {
            Some(file) if has_password => Ok(Spoken { password_file: Some(file), ..spoken }),
            None if has_password => {
                Err("its password is in no file that can be named here".to_owned())
            }
            _ => Ok(spoken),
        }
    }

    /// Gives the file of the secret that its password is read from.
    fn password_file(&self) -> Option<String> {
        let file_of = |secret: &str| {
            let file = self.model.raw["secrets"][secret]["file"].as_str()?;
            self.folder.join(file).is_file().then(|| file.to_owned())
        };
        let named = ["POSTGRES_PASSWORD_FILE", "REDIS_PASSWORD_FILE"];
        let named = named.iter().find_map(|name| self.variable(name));
        if let Some(inside) = named {
            return file_of(inside.strip_prefix("/run/secrets/")?);
        }
        let granted = self.service.raw["secrets"].as_array().into_iter().flatten();
        let mut granted = granted.filter_map(|grant| grant["source"].as_str());
        granted.find(|secret| secret.contains("password")).and_then(file_of)
    }

    /// Gives a variable of its environment, from the files or else from its container.
    fn variable(&self, name: &str) -> Option<String> {
        let said = self.service.raw["environment"][name].as_str().map(str::to_owned);
        said.or_else(|| {
            let config = self.container?.inspect.config.as_ref()?;
            let set = config.env.iter().flatten();
            let mut set = set.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            set.next().map(str::to_owned)
        })
    }

    /// Gives its health check's command, as the files or else the container have it.
    fn health_test(&self) -> Vec<String> {
        let said = &self.service.raw["healthcheck"];
        let words =
            |test: &[Value]| test.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let test: Vec<String> = match said["test"].as_array() {
            Some(test) => words(test),
            None if said["disable"] == true => Vec::new(),
            None => {
                let config = self.container.and_then(|container| container.inspect.config.as_ref());
                let check = config.and_then(|config| config.healthcheck.as_ref());
                check.and_then(|check| check.test.clone()).unwrap_or_default()
            }
        };
        if test.first().is_some_and(|how| how == "NONE") { Vec::new() } else { test }
    }

    /// Gives the port and path of the URL that its health check asks.
    fn probed(&self) -> Option<(u16, String)> {
        static URL: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"http://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?(/[^\s"'`|;&)?#]*)?"#)
                .expect("a fixed pattern")
        });
        let words = self.health_test().join(" ");
        let found = URL.captures(&words)?;
        let port = found.get(1).map_or(Ok(80), |port| port.as_str().parse()).ok()?;
        Some((port, found.get(2).map_or("/", |path| path.as_str()).to_owned()))
    }
}
