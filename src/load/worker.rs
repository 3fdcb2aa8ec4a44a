//! The child process: generates load with goose and prints what it measured.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{
    GooseMethod, GooseRequest, GooseUser, Scenario, Transaction, TransactionFunction,
    TransactionResult,
};
use goose::metrics::GooseMetrics;
use goose::{GooseAttack, GooseError};
use reqwest::Method;

use super::LoadError;
use super::recorder::{Ended, Recorder};
use super::workload::{Request, Workload};
use crate::suite::check_response;

/// How long one request may take before it counts as unanswered.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// Reads a workload from `input`, performs it, and prints what was measured as the last line of
/// stdout.
///
/// # Errors
///
/// When the input is no workload or goose refuses it.
pub async fn work(mut input: impl Read) -> Result<(), LoadError> {
    let mut text = String::new();
    input.read_to_string(&mut text).map_err(LoadError::Input)?;
    let workload: Workload = serde_json::from_str(&text).map_err(LoadError::Workload)?;
    let recorder = Arc::new(Mutex::new(Recorder::new(&workload)));
    let began = Instant::now();
    let metrics = Box::pin(attack(&workload, &recorder)?.execute()).await.map_err(refused)?;
    let ended = Instant::now();
    let samples = recorder.lock().unwrap_or_else(PoisonError::into_inner).samples(
        ended,
        counted(&metrics),
        busy(ended.duration_since(began)),
    );
    let line = serde_json::to_string(&samples).map_err(LoadError::Workload)?;
    writeln!(std::io::stdout(), "{line}").map_err(LoadError::Input)
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` gives")]
fn refused(cause: GooseError) -> LoadError {
    LoadError::Goose(cause.to_string())
}

/// Builds the attack in code: goose's own switches are not this program's.
fn attack(workload: &Workload, recorder: &Arc<Mutex<Recorder>>) -> Result<GooseAttack, LoadError> {
    let first = workload.requests.first().ok_or(LoadError::NoRequest)?;
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(first.url.clone());
    configuration.users = Some(usize::try_from(workload.users).unwrap_or(usize::MAX));
    configuration.increase_rate = Some(format!("{:.3}", increase_rate(workload)));
    configuration.run_time = Some(format!("{}s", workload.hold.as_secs().max(1)));
    configuration.timeout = Some(REQUEST_LIMIT.as_secs().to_string());
    configuration.quiet = 3;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_transaction_metrics = true;
    configuration.no_scenario_metrics = true;
    configuration.no_reset_metrics = true;
    configuration.no_telnet = true;
    configuration.no_websocket = true;
    configuration.no_gzip = true;
    let mut scenario = Scenario::new("workload");
    if !workload.think.is_zero() {
        scenario = scenario.set_wait_time(workload.think, workload.think).map_err(refused)?;
    }
    for (index, request) in workload.requests.iter().enumerate() {
        let transaction = Transaction::new(transaction(index, request.clone(), recorder))
            .set_name(&request.name)
            .set_weight(usize::try_from(request.weight).unwrap_or(1))
            .map_err(refused)?;
        scenario = scenario.register_transaction(transaction);
    }
    // One client for all users: each of its own reads the root certificates once more.
    let client = GooseClientBuilder::new().without_cookies().gzip(false);
    GooseAttack::initialize_with_config(configuration)
        .and_then(|attack| {
            attack.register_scenario(scenario).set_client_builder_without_cookies(client)
        })
        .map_err(refused)
}

/// Gives how many users start each second.
fn increase_rate(workload: &Workload) -> f64 {
    let users = f64::from(workload.users);
    if workload.ramp.is_zero() { users } else { users / workload.ramp.as_secs_f64() }
}

fn transaction(
    index: usize,
    request: Request,
    recorder: &Arc<Mutex<Recorder>>,
) -> TransactionFunction {
    let (request, recorder) = (Arc::new(request), Arc::clone(recorder));
    Arc::new(move |user: &mut GooseUser| {
        let (request, recorder) = (Arc::clone(&request), Arc::clone(&recorder));
        Box::pin(async move { send(user, index, &request, &recorder).await })
    })
}

/// Sends one request and times it up to the last byte of the body.
async fn send(
    user: &mut GooseUser,
    index: usize,
    request: &Request,
    recorder: &Mutex<Recorder>,
) -> TransactionResult {
    let method = Method::from_bytes(request.method.as_bytes()).unwrap_or(Method::GET);
    let mut builder = user.client.request(method.clone(), &request.url).timeout(REQUEST_LIMIT);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(json) = &request.json {
        builder = builder.json(json);
    }
    let goose_request = GooseRequest::builder()
        .method(goose_method(&method))
        .name(request.name.as_str())
        .set_request_builder(builder)
        .build();
    let sent = Instant::now();
    let answer = user.request(goose_request).await?;
    let ended = match answer.response {
        Ok(response) => {
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            match response.bytes().await {
                Ok(body) => match check_response(&request.expect, status, &headers, &body) {
                    unmet if unmet.is_empty() => Ended::Correct,
                    unmet => Ended::Wrong(unmet.join("; ")),
                },
                Err(cause) => Ended::Failed(cause.to_string()),
            }
        }
        Err(cause) => Ended::Failed(cause.to_string()),
    };
    let took = sent.elapsed();
    let mut recorder = recorder.lock().unwrap_or_else(PoisonError::into_inner);
    recorder.record(index, sent, took, ended);
    Ok(())
}

/// Gives goose's name for a method; it is only a label here, the request has its own.
fn goose_method(method: &Method) -> GooseMethod {
    match method.as_str() {
        "DELETE" => GooseMethod::Delete,
        "HEAD" => GooseMethod::Head,
        "PATCH" => GooseMethod::Patch,
        "POST" => GooseMethod::Post,
        "PUT" => GooseMethod::Put,
        _ => GooseMethod::Get,
    }
}

fn counted(metrics: &GooseMetrics) -> u64 {
    let counts = metrics.requests.values().map(|request| request.raw_data.counter);
    counts.map(|count| u64::try_from(count).unwrap_or(u64::MAX)).sum()
}

/// Gives the CPU time of this process as a share of what its cores had in `wall`.
#[expect(clippy::cast_precision_loss, reason = "a number of cores is small")]
fn busy(wall: Duration) -> f64 {
    let usage = cpu_time().unwrap_or_default().as_secs_f64();
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    usage / (wall.as_secs_f64() * cores)
}

/// Reads user and system time from `/proc/self/stat`: fields 14 and 15, in hundredths of a second.
fn cpu_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field may hold anything, and ends with the last parenthesis.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some(Duration::from_millis((ticks()? + ticks()?) * 10))
}
