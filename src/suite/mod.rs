//! Reads suite files strictly, and plans and performs their cases.

mod draft;
mod expectation;
mod load_case;
mod matcher;

pub use draft::{Draft, Names};
pub use expectation::{
    Answer, Demand, Expectation, JsonQuery, ResponseAnswer, Subject, check_response,
};
pub use load_case::{FilledLoadRequest, LoadCase, LoadLimits, LoadRequest};
pub use matcher::{Match, Matcher, ValueKind};
