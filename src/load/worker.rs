//! The child process: generates load, tells each second what it sees, and at the end what it measured.

use std::io::{self, BufRead};

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::LoadError;
use super::protocol::Line;
use super::workload::{Model, Workload};
use super::{open, users};

/// Reads a workload from the first line of `input`, performs it, and prints what it sees as lines of JSON on stdout.
///
/// It stops early when `input` ends or somebody asks the process to end; what it has measured by then it tells as well.
///
/// # Errors
///
/// When the input is no workload, stdout is gone, or the workload cannot be performed.
pub async fn work(mut input: impl BufRead + Send + 'static) -> Result<(), LoadError> {
    let mut text = String::new();
    input.read_line(&mut text).map_err(LoadError::Input)?;
    let workload: Workload = serde_json::from_str(&text).map_err(LoadError::Workload)?;
    if workload.requests.is_empty() {
        return Err(LoadError::NoRequest);
    }
    let stop = stopped_by(input)?;
    // A broken pipe ends the load too: nobody listens any more.
    let tell = {
        let stop = stop.clone();
        move |second| {
            if Line::Second(second).print(&mut io::stdout()).is_err() {
                stop.cancel();
            }
        }
    };
    let record = match &workload.model {
        Model::Users(users) => users::perform(&workload, users, &stop, tell).await?,
        Model::Arrivals(arrivals) => open::perform(&workload, arrivals, &stop, tell).await?,
    };
    Line::Record(Box::new(record)).print(&mut io::stdout()).map_err(LoadError::Input)
}

/// Gives what is cancelled once `input` ends or the process is asked to end.
fn stopped_by(mut input: impl BufRead + Send + 'static) -> Result<CancellationToken, LoadError> {
    let stop = CancellationToken::new();
    let (at_end, at_signal) = (stop.clone(), stop.clone());
    // Not a task: a runtime waits at its end for those that read.
    std::thread::spawn(move || {
        let _ended = io::copy(&mut input, &mut io::sink());
        at_end.cancel();
    });
    let mut asked = signal(SignalKind::terminate()).map_err(LoadError::Input)?;
    tokio::spawn(async move {
        asked.recv().await;
        at_signal.cancel();
    });
    Ok(stop)
}
