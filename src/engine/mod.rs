//! Asks Docker and Compose: what runs, what the files say, and brings releases up.
//!
//! [`Engine`] is the Docker API, [`ComposeCli`] the one resolver of Compose files, and [`Target`] what
//! both of them show of one environment. A planner takes a [`View`]: such a target, or a [`Remote`] one that
//! is known by its URLs alone.

mod cgroup;
mod chosen;
mod compose;
mod container;
mod counters;
mod docker;
mod exec;
mod leftover;
mod model;
mod ownership;
mod plugin;
mod possessions;
mod release;
mod resolved;
mod target;
mod throw_away;
mod usage;
mod view;
mod words;
mod written;

pub use chosen::Chosen;
pub use compose::{ComposeCli, ComposeError};
pub use container::Container;
pub use counters::{Counters, Meter};
pub use docker::{Engine, EngineError, EngineFacts};
pub use exec::ExecEnd;
pub use model::{ComposeModel, Dependency, PortModel, ServiceModel};
pub use ownership::{Stale, labels_of_throw_away};
pub use possessions::Possessions;
pub use release::RELEASE;
pub use resolved::Resolved;
pub use target::{Target, TargetError, service_url};
pub use throw_away::{ThrowAway, ThrowAwayError};
pub use usage::Usage;
pub use view::{Looked, Remote, View, only_through_engine};
pub use written::{ComposeFiles, Written, placeholder, plain_path};
