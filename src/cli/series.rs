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
use super::output::{eprint, print, report_files, shown};
use super::rounds_table::table;
use crate::config::{ConfigError, Settings, waivers};
use crate::gate::{Compared, Coverage, Measurement, Outcome, Question, measure};
use crate::load::rounds::Rule;
use crate::load::series::{Entry, Ledger, Table};
use crate::model::{CheckResult, Exit, Verdict};
use crate::report::style::{STRONG, inked};
use crate::report::visible;
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
    let Outcome { inspection, entries } = outcome;
    remember(&settings, &entries, asking.pin)?;
    if shared.format == OutputFormat::Human {
        let results = inspection.run.results.iter();
        let by_id = results.map(|result| (result.check.id.as_str(), result)).collect();
        for (entry, _) in &entries {
            show(context, entry, &by_id);
        }
    }
    conclude(context, shared, &settings, &inspection, &files)
}

/// Prints each comparison of a load case as a table.
fn show(context: &Context, entry: &Entry, results: &BTreeMap<&str, &CheckResult>) {
    for Table { title, rows } in &entry.tables {
        let rows = rows
            .iter()
            .filter_map(|(metric, id)| Some((metric.as_str(), *results.get(id.as_str())?)));
        print(&inked(STRONG, &visible(title)));
        print(&table(rows, context.width));
        print("");
    }
}

/// Keeps the rounds of each load case that were all measured, and its noise where that was.
fn remember(
    settings: &Settings,
    entries: &[(Entry, Verdict)],
    pin: bool,
) -> Result<(), CommandError> {
    let store = Store::open(&settings.state)?;
    for (entry, verdict) in entries {
        if let Some(calibration) = &entry.calibration {
            store.save_calibration(calibration)?;
        } else if let Some(kept) = &entry.kept {
            let pinned = pin && *verdict == Verdict::Pass;
            store.save_rounds(kept, *verdict, pinned)?;
            if pin && !pinned {
                let (case, word) = (&entry.case, verdict.word());
                eprint(&format!("not pinned: the rounds of {case} are no pass ({word})"));
            }
        }
    }
    Ok(())
}
