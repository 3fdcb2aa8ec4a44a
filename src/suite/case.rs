//! Suites, their cases and steps, as they are meant.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderName;

use super::adopted::Adopted;
use super::capture::Capture;
use super::code::Code;
use super::command::{CommandAction, Where};
use super::connection::{EventsAction, TcpAction, TlsAction, WebSocketAction};
use super::draft::Draft;
use super::expectation::Expectation;
use super::fixture::Fixture;
use super::load_case::LoadCase;
use super::object::ObjectAction;
use super::page::BrowserAction;
use super::snapshot::Snapshot;
use crate::model::{Kind, Place, Template};
use crate::protocol::HttpOptions;
use crate::runner::Claim;

/// Is one suite file.
#[derive(Debug, Clone)]
pub struct Suite {
    /// Its name, unlike every other of its level.
    pub name: String,
    /// The level, which is also the folder it stands in.
    pub level: Level,
    /// Where it is written; the file as it is shown.
    pub place: Place,
    /// The file as it was found.
    pub file: PathBuf,
    /// Words to select by.
    pub tags: Vec<String>,
    /// The environments that it may run in; without a list, all.
    pub targets: Option<Vec<String>>,
    /// The values that come from outside and are shown nowhere; what a case captures as a secret is
    /// not among them.
    pub secrets: Vec<SecretName>,
    /// Values that it names, in the order in which they may refer to each other.
    pub values: Vec<(String, Draft)>,
    /// What each of its cases finds ready, beside what the case names itself.
    pub fixtures: Vec<Arc<Fixture>>,
    /// The service that stands alone, for [`Level::Unit`].
    pub alone: Option<Alone>,
    /// The cases; empty for [`Level::Load`] and where there is a command.
    pub cases: Arc<Vec<Case>>,
    /// The load cases; empty for every other level and where there is a command.
    pub load: Vec<LoadCase>,
    /// The command that runs the cases, where another runner does.
    pub adopted: Option<Adopted>,
}

impl Suite {
    /// Tells whether the suite may run in this environment.
    #[must_use]
    pub fn allows(&self, environment: &str) -> bool {
        self.targets.as_ref().is_none_or(|allowed| allowed.iter().any(|name| name == environment))
    }
}

/// Names a value that comes from outside and is shown nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretName {
    /// The variable of the process environment, and its name in the suite.
    pub name: String,
    /// The file that holds it where the variable is not set.
    pub file: Option<PathBuf>,
}

/// Names how much of the stack a suite needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// One service alone or with what it needs, in throw-away containers.
    Unit,
    /// Services together.
    Integration,
    /// A whole workflow.
    E2e,
    /// Many users at once.
    Load,
}

impl Level {
    /// Every level, in the order in which they run.
    pub const ALL: [Self; 4] = [Self::Unit, Self::Integration, Self::E2e, Self::Load];

    /// Gives the kind of check that its cases are.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Unit => Kind::Unit,
            Self::Integration => Kind::Integration,
            Self::E2e => Kind::E2e,
            Self::Load => Kind::Load,
        }
    }

    /// The word for it in suites, folders and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.kind().word()
    }
}

/// Says how a service is started apart from the stack.
#[derive(Debug, Clone)]
pub struct Alone {
    /// The Compose service whose image it is.
    pub service: String,
    /// The services that are started beside it; with any, all of them are what the Compose files say.
    pub needs: Vec<String>,
    /// The variables that its container gets; `${password}` is the service's own.
    pub environment: Vec<(String, Template)>,
    /// The path that answers once it is up; without one, a reachable protocol is enough.
    pub ready: Option<String>,
}

/// Is one case: what is selected, run and reported under one name.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its name, unlike every other of the suite.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// Words to select by, the suite's own among them.
    pub tags: Vec<String>,
    /// The row of its table, if it has one.
    pub row: Vec<(String, Draft)>,
    /// How long it may take, cleanup not included.
    pub limit: Duration,
    /// What it uses that others may not, or not too many of them, at the same time.
    pub claims: Vec<Claim>,
    /// What it finds ready, its suite's before its own; not what those need.
    pub fixtures: Vec<Arc<Fixture>>,
    /// What it does, in order; empty only where code does it.
    pub steps: Vec<Step>,
    /// The function that it is, where it is written in Rust.
    pub code: Option<Code>,
    /// What is done at the end, whatever came of the steps.
    pub cleanup: Vec<Step>,
}

impl Case {
    /// Gives its steps and those of its cleanup.
    pub fn all_steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().chain(&self.cleanup)
    }
}

/// Is one question to a service, and what its answer has to be.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its name, or its verb and subject.
    pub name: String,
    /// Where it is written.
    pub place: Place,
    /// What is asked.
    pub action: Action,
    /// How long one answer may take.
    pub limit: Duration,
    /// What the answer has to be; there is at least this or `until`.
    pub expect: Option<Expectation>,
    /// The reviewed answer that its own has to equal.
    pub snapshot: Option<Snapshot>,
    /// For how long it is repeated.
    pub until: Option<Until>,
    /// What is kept of the answer for later steps.
    pub captures: Vec<Capture>,
}

/// Is what a step asks.
#[derive(Debug, Clone)]
pub enum Action {
    /// An HTTP request.
    Http(HttpAction),
    /// An SQL statement.
    Sql {
        /// The service that performs it.
        service: String,
        /// The statement.
        statement: String,
        /// What stands for `$1`, `$2`, ….
        args: Vec<Draft>,
    },
    /// A Redis command.
    Redis {
        /// The service that performs it.
        service: String,
        /// The command and its arguments.
        command: Vec<Draft>,
    },
    /// Objects in a bucket.
    Object(ObjectAction),
    /// A connection and what is said on it.
    Tcp(TcpAction),
    /// A look at the certificate of a server.
    Tls(TlsAction),
    /// A message over a WebSocket.
    WebSocket(WebSocketAction),
    /// The first event of a stream.
    Events(EventsAction),
    /// A fresh look at a service's containers.
    Container {
        /// The service.
        service: String,
        /// Whether what it uses is measured, which takes a second.
        measured: bool,
    },
    /// A command in a container, or a program on this host.
    Command(CommandAction),
    /// A page in a browser.
    Browser(BrowserAction),
}

/// The words without one of which an SQL statement makes and changes nothing, unless a function does that it calls.
const CHANGING: [&str; 9] =
    ["insert", "update", "delete", "merge", "truncate", "create", "drop", "alter", "call"];

impl Action {
    /// Tells whether it asks the engine, so that it has no answer where there is none.
    #[must_use]
    pub const fn needs_engine(&self) -> bool {
        match self {
            Self::Container { .. } => true,
            Self::Command(command) => matches!(command.place, Where::Container { .. }),
            _ => false,
        }
    }

    /// Tells whether it makes and changes nothing, as far as that can be told from what is written.
    #[must_use]
    pub fn only_reads(&self) -> bool {
        match self {
            Self::Http(http) => http.method.is_safe(),
            Self::Sql { statement, .. } => {
                let mut words = statement.split(|c: char| !c.is_alphanumeric() && c != '_');
                !words.any(|word| CHANGING.iter().any(|verb| word.eq_ignore_ascii_case(verb)))
            }
            Self::Object(object) => object.call.only_reads(),
            Self::Tls(_) | Self::Events(_) | Self::Container { .. } => true,
            Self::Redis { .. }
            | Self::Tcp(_)
            | Self::WebSocket(_)
            | Self::Command(_)
            | Self::Browser(_) => false,
        }
    }
}

/// Is an HTTP request of a step.
#[derive(Debug, Clone)]
pub struct HttpAction {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Template,
    /// What is added to the address after its `?`.
    pub query: Vec<(String, Template)>,
    /// The headers.
    pub headers: Vec<(HeaderName, Template)>,
    /// The user and the password of basic authentication.
    pub basic: Option<(Template, Template)>,
    /// The body, where there is one.
    pub body: Option<Body>,
    /// Which redirects are followed, and whom the connection trusts.
    pub options: HttpOptions,
}

/// Is the body of a request.
#[derive(Debug, Clone)]
pub enum Body {
    /// JSON, with its own `content-type`.
    Json(Draft),
    /// Text as it stands.
    Text(Template),
    /// The fields of a form, URL-encoded.
    Form(Vec<(String, Template)>),
    /// A form that may hold files.
    Multipart(Vec<Field>),
}

/// Is one field of a form that may hold files.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub content: FieldContent,
}

/// Is what a field of a form holds.
#[derive(Debug, Clone)]
pub enum FieldContent {
    /// A text.
    Text(Template),
    /// A file of the project.
    File {
        /// Where it lies.
        path: PathBuf,
        /// The name that it is sent under.
        name: String,
        /// Its media type, where one is given.
        media_type: Option<String>,
    },
}

/// Says for how long a step is repeated: the only place where one is.
#[derive(Debug, Clone)]
pub struct Until {
    /// What the answer has to be in the end.
    pub reached: Expectation,
    /// Any of this ends the waiting at once.
    pub give_up_if: Option<Expectation>,
    /// How long to wait between two questions.
    pub every: Duration,
    /// How long to wait in all.
    pub within: Duration,
}
