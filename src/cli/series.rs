//! What `load` in rounds and `calibrate` share: measure, show each comparison, remember the rounds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::args::{OutputFormat, ReportArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::inspect::{conclude, options, question};
use super::interrupt::stop_on_signal;
use super::metrics::{Metrics, MetricsAddress};
use super::noise_table::noises;
use super::output::{eprint, print, report_files, shown};
use super::rounds_table::table;
use crate::config::{ConfigError, Settings, waivers};
use crate::gate::{self, Compared, Coverage, Measurement, Question, measure};
use crate::load::rounds::Rule;
use crate::load::series::{Entry, Ledger, Table};
use crate::model::{CheckResult, Exit, Outcome, Severity, Verdict};
use crate::report::style::{STRONG, inked};
use crate::report::{plural, visible};
use crate::store::Store;

/// Says what one command measures.
pub(super) struct Asking<'a> {
    pub command: &'a str,
    pub settings: Arc<Settings>,
    pub coverage: Coverage,
    pub compared: Compared,
    pub looks: Vec<usize>,
    pub rule: Rule,
    pub seed: Option<u64>,
    pub out: Option<&'a Path>,
    pub pin: bool,
    pub reports: &'a ReportArgs,
    pub metrics: Option<MetricsAddress>,
}

/// Measures, shows what came of it, keeps it in the history and gives the verdict's exit code.
pub(super) async fn perform(
    context: &Context,
    shared: &Shared,
    asking: Asking<'_>,
) -> Result<Exit, CommandError> {
    let settings = asking.settings;
    let out = asking.out.map(|out| context.folder.join(out));
    if let Some(folder) = out.as_ref().filter(|out| out.is_dir()) {
        let message = format!(
            "rounds cannot be written into {}, which is a folder; name a file",
            shown(context, folder)
        );
        return Err(CommandError::Measured(message));
    }
    let files = report_files(context, &asking.reports.report)?;
    let metrics = match asking.metrics {
        Some(address) => Some(Metrics::listen(address).await?),
        None => None,
    };
    let question = Question {
        coverage: asking.coverage,
        waivers: waivers(&settings).map_err(ConfigError::from)?.into(),
        options: options(&settings, shared)?,
        ..question(context, Arc::clone(&settings), asking.command, stop_on_signal())
    };
    let progress = Arc::new(Mutex::new(context.progress()));
    let narrator = Arc::clone(&progress);
    let tell = move |words: &str| {
        narrator.lock().unwrap_or_else(PoisonError::into_inner).narrate(words);
    };
    let measurement = Measurement {
        compared: asking.compared,
        looks: asking.looks,
        rule: asking.rule,
        seed: asking.seed.unwrap_or_else(|| context.seed()),
        is_written: out.is_some(),
        is_pinned: asking.pin,
        ledger: Ledger::new(out, tell),
    };
    let outcome = measure(&question, measurement, |event| {
        progress.lock().unwrap_or_else(PoisonError::into_inner).observe(event);
        if let Some(metrics) = &metrics {
            metrics.observe(event);
        }
    })
    .await?;
    drop((progress, metrics));
    let gate::Outcome { inspection, entries } = outcome;
    let results = inspection.run.results.iter();
    let by_id: ById<'_> = results.map(|result| (result.check.id.as_str(), result)).collect();
    if shared.format == OutputFormat::Human {
        for (entry, _) in &entries {
            show(context, entry, &by_id);
        }
    }
    let troubles = remember(&settings, &entries, &by_id, asking.pin).err().into_iter().collect();
    Ok(conclude(context, shared, &settings, inspection, &files, troubles))
}

/// Holds the results by the identities of their checks.
type ById<'r> = BTreeMap<&'r str, &'r CheckResult>;

/// Prints each comparison of a load case as a table.
fn show(context: &Context, entry: &Entry, results: &ById<'_>) {
    for Table { title, rows } in &entry.tables {
        let rows = rows
            .iter()
            .filter_map(|(metric, id)| Some((metric.as_str(), *results.get(id.as_str())?)));
        print(&inked(STRONG, &visible(title)));
        let table =
            if entry.calibration.is_some() { noises(rows) } else { table(rows, context.width) };
        print(&table);
        print("");
    }
}

/// Keeps the rounds of each load case that were all measured, and its noise where that was; says what was kept.
fn remember(
    settings: &Settings,
    entries: &[(Entry, Verdict)],
    results: &ById<'_>,
    pin: bool,
) -> Result<(), CommandError> {
    let store = Store::open(&settings.state)?;
    for (entry, verdict) in entries {
        let case = &entry.case;
        if let Some(calibration) = &entry.calibration {
            if let Some(open) = unanswered(entry, results) {
                eprint(&format!("no noise was kept of {case}, because {open}"));
                continue;
            }
            store.save_calibration(calibration)?;
            let (pairs, metrics) = (calibration.pairs, plural(calibration.noise.len(), "metric"));
            eprint(&format!("kept: the noise of {metrics} of {case}, of {pairs} pairs"));
        } else if let Some(kept) = &entry.kept {
            let pinned = pin && *verdict == Verdict::Pass;
            store.save_rounds(kept, *verdict, pinned)?;
            if pin && !pinned {
                let word = verdict.word();
                eprint(&format!("not pinned: the rounds of {case} are no pass ({word})"));
            }
        } else {
            eprint(&format!("nothing was kept of {case}, because not all was measured"));
        }
    }
    Ok(())
}

/// Says which check of a load case told nothing, so that its noise is that of a load which is not known to be sound.
fn unanswered(entry: &Entry, results: &ById<'_>) -> Option<String> {
    let own = results.values().filter(|result| result.check.id.starts_with(&entry.checks));
    let mut open = own.filter(|result| {
        result.check.severity == Severity::Critical && result.outcome == Outcome::Inconclusive
    });
    open.next().map(|result| format!("{} told nothing: {}", result.check.name, result.message))
}
