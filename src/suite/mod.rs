//! Reads suite files strictly, and plans and performs their cases.
//!
//! `read` turns what is written into [`Suite`], [`Case`] and [`Step`], or refuses it with its place;
//! `select` keeps the cases that are meant, by words, by a [`Filter`], as one [`Shard`] of several; `plan`
//! turns those into tasks; `perform` asks, judges and cleans up. An [`Adopted`] suite is a command of
//! somebody else's runner, whose report `found` reads. [`Expectation`] and [`Matcher`] say what an answer
//! has to be, the same under load as in a case.

mod adopted;
mod borrow;
mod candidate;
mod capture;
mod case;
mod code;
mod command;
mod connection;
mod draft;
mod expectation;
mod feed;
mod filter;
mod fixture;
mod folder;
mod found;
mod json_query;
mod load_case;
mod load_limits;
mod load_request;
mod matcher;
mod object;
mod page;
mod pending;
mod perform;
mod plan;
mod read;
mod regular;
mod response;
mod select;
mod shard;
mod snapshot;
mod teardown;

pub use adopted::{Adopted, ReportSource};
pub use capture::{Capture, CaptureSource, secrets_in};
pub use case::{
    Action, Alone, Body, Case, Field, FieldContent, HttpAction, Level, SecretName, Step, Suite,
    Until,
};
pub use code::{CaseContext, Code, TrialError, keep_panics_quiet};
pub use command::{CommandAction, Where};
pub use connection::{EventsAction, TcpAction, TlsAction, WebSocketAction};
pub use draft::{Draft, Names};
pub use expectation::{Answer, Demand, Expectation, Subject, Unmet};
pub use feed::{Feed, FeedOrder};
pub use filter::Filter;
pub use fixture::{Fixture, FixtureScope, Fixtures};
pub use folder::{read_fixtures, read_folder};
pub use json_query::JsonQuery;
pub use load_case::{Borrowed, Given, Journey, LoadCase, Offer, RequestLimits, Steps};
pub use load_limits::{LoadLimits, TimeStatistic};
pub use load_request::{FillError, FilledLoadRequest, LoadBody, LoadRequest};
pub use matcher::{Match, Matcher, ValueKind};
pub use object::{ContentDraft, ObjectAction, ObjectDraft};
pub use page::BrowserAction;
pub use pending::{
    PendingSnapshot, SnapshotError, delete_snapshot, pending_snapshots, unreferenced_snapshots,
};
pub use perform::{
    Ground, NoValue, ReadyJourney, Removal, ThrownAway, is_made_on, labels_of_own, ready_journeys,
    sweep, unset_secret,
};
pub use plan::{PlannedCase, plan, planned_cases};
pub use read::{fixture_schema, read_suite, suite_schema};
pub use response::{ResponseAnswer, check_response};
pub use select::{SelectError, Selection, select};
pub use shard::{Shard, ShardError};
pub use snapshot::{Snapshot, SnapshotUpdate};
pub use teardown::{PlannedTeardown, planned_teardowns};
