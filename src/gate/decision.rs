//! The decision of a gate, as a file for what goes on from there.

use std::io;
use std::path::Path;

use serde::Serialize;

use super::Inspection;
use crate::model::{Decision, Judgement, Phase};
use crate::store::{Readers, replace_file};

/// Is the version of the file's shape.
const SCHEMA: u32 = 1;

#[derive(Serialize)]
struct DecisionFile<'i> {
    schema: u32,
    decision: Decision,
    exit: u8,
    phase: Phase,
    environment: &'i str,
    release: Option<&'i str>,
    evidence_from: &'i str,
    judgement: &'i Judgement,
}

/// Writes the decision of an inspection into `decision.json` of the state folder; an inspection that
/// was for no phase decides nothing.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_decision(state: &Path, inspection: &Inspection) -> io::Result<()> {
    let Inspection { run, judgement, decision } = inspection;
    let (Some(decision), Some(phase)) = (*decision, run.phase) else { return Ok(()) };
    let file = DecisionFile {
        schema: SCHEMA,
        decision,
        exit: judgement.verdict.exit().code(),
        phase,
        environment: &run.environment,
        release: run.release.as_deref(),
        evidence_from: &run.started,
        judgement,
    };
    let text = serde_json::to_vec_pretty(&file)?;
    replace_file(&state.join("decision.json"), &text, Readers::Everybody)
}
