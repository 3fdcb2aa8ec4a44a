//! Where else than on the terminal it is told what came of it.

use std::path::PathBuf;

use clap::Args;

use crate::cli::metrics::MetricsAddress;

#[derive(Debug, Args, Default)]
pub(in crate::cli) struct ReportArgs {
    /// Also write a report; its ending says which: .txt, .json, .xml (JUnit), .html, .md, .sarif,
    /// .github (annotations), .tap, .csv (every number of a load) or .hlog (its response times as an
    /// HDR interval log). May be given more than once.
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
}

#[derive(Debug, Args, Default)]
pub(in crate::cli) struct MetricsArgs {
    /// Let Prometheus read what loads show while they run, at this port of this host, such as 9464, or
    /// at an address with a port.
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<MetricsAddress>,
}
