//! Users under goose: each waits for the answer to its request before it sends the next.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{
    GooseMethod, GooseRequest, GooseUser, Scenario, Transaction, TransactionError,
    TransactionFunction, TransactionResult,
};
use goose::{GooseAttack, GooseError};
use reqwest::Method;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::LoadError;
use super::clients::{clients, reason};
use super::cpu::{self, Busy};
use super::host::Host;
use super::intervals::Intervals;
use super::recorder::{Ended, Moments, Recorder, broke_off};
use super::slice::Slice;
use super::visit::Visit;
use super::workload::{Journey, Users, Workload};
use crate::model::{LoadRecord, LoadSecond, RequestSoFar};
use crate::suite::FillError;

/// How often is looked whether another second has passed.
const TICK: Duration = Duration::from_millis(50);

/// Lets users send a workload until it is over or `stop` is cancelled; tells each second what was seen.
pub(super) async fn perform(
    workload: &Workload,
    users: &Users,
    stop: &CancellationToken,
    mut tell: impl FnMut(LoadSecond),
) -> Result<LoadRecord, LoadError> {
    let log = Arc::new(Log::new(workload));
    // As a task beside its users: where it were polled here, each of theirs would wake this one as well.
    let attack = attack(workload, users, &log)?;
    let attack = tokio::spawn(Box::pin(attack.execute()));
    let mut attack = AbortOnDropHandle::new(attack);
    let (mut second, mut measured) = (Busy::of_thread(), Busy::of_thread());
    let host = Host::look();
    let mut is_measured = false;
    let mut seconds = Vec::new();
    let mut intervals = Intervals::new(workload);
    let aborted = loop {
        tokio::select! {
            ended = &mut attack => {
                ended.map_err(|_| LoadError::Failed("goose broke".to_owned()))?.map_err(refused)?;
                break None;
            }
            () = stop.cancelled() => break Some("it was stopped".to_owned()),
            () = tokio::time::sleep(TICK) => {}
        }
        if !is_measured && log.now() >= workload.skipped() {
            measured = Busy::of_thread();
            is_measured = true;
        }
        for mut slice in log.passed() {
            slice.busy = second.share();
            let second = slice.second();
            seconds.push(second.clone());
            intervals.take(&slice);
            tell(LoadSecond { requests: log.so_far(), ..second });
        }
    };
    let (mut record, rest) = log.close();
    for mut slice in rest {
        slice.busy = second.share();
        seconds.push(slice.second());
        intervals.take(&slice);
    }
    record.offered_as = workload.offered_as();
    record.seconds = seconds;
    record.intervals = intervals.end();
    record.generator.busy = measured.share();
    record.generator.cpu_ms = cpu::of_process().as_secs_f64() * 1000.0;
    record.generator.aborted = aborted;
    (record.generator.stolen, record.generator.throttled_ms) = host.since();
    Ok(record)
}

/// Is what all users write down, on one clock that begins with the first request.
struct Log {
    began: std::sync::OnceLock<Instant>,
    recorder: Mutex<Recorder>,
    visitors: AtomicU64,
}

impl Log {
    fn new(workload: &Workload) -> Self {
        let recorder = Mutex::new(Recorder::new(workload));
        Self { began: std::sync::OnceLock::new(), recorder, visitors: AtomicU64::new(0) }
    }

    /// Gives how long it is since the first request; nothing before it.
    fn now(&self) -> Duration {
        self.began.get().map_or(Duration::ZERO, Instant::elapsed)
    }

    fn recorder(&self) -> std::sync::MutexGuard<'_, Recorder> {
        self.recorder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes down that a request is sent, and gives when.
    fn send(&self, index: usize) -> Duration {
        let now = self.began.get_or_init(Instant::now).elapsed();
        let mut recorder = self.recorder();
        recorder.take(index, now, now);
        recorder.send(now);
        now
    }

    /// Takes down that a request could not even be sent.
    fn unsent(&self, index: usize, cause: &FillError) {
        let now = self.send(index);
        let moments = Moments { due: now, sent: now, first_byte: None, ended: now };
        self.recorder().end(index, moments, Ended::Failed(cause.to_string()));
    }

    /// Gives a number that no visitor had before.
    fn next_visitor(&self) -> u64 {
        self.visitors.fetch_add(1, Ordering::Relaxed)
    }

    fn passed(&self) -> Vec<Slice> {
        self.recorder().passed(self.now())
    }

    fn so_far(&self) -> Vec<RequestSoFar> {
        self.recorder().so_far()
    }

    fn close(&self) -> (LoadRecord, Vec<Slice>) {
        let now = self.now();
        let mut recorder = self.recorder();
        (recorder.record(now), recorder.rest(now))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` gives")]
fn refused(cause: GooseError) -> LoadError {
    LoadError::Goose(cause.to_string())
}

/// Builds the attack in code: goose's own switches are not this program's.
fn attack(workload: &Workload, users: &Users, log: &Arc<Log>) -> Result<GooseAttack, LoadError> {
    if workload.requests.is_empty() {
        return Err(LoadError::NoRequest);
    }
    let mut configuration = GooseConfiguration::default();
    // It wants a host, and every address is a whole one.
    configuration.host = Some("http://127.0.0.1/".to_owned());
    configuration.users = Some(usize::try_from(users.count).unwrap_or(usize::MAX));
    configuration.increase_rate = Some(format!("{:.3}", increase_rate(users)));
    configuration.run_time = Some(format!("{}s", users.hold.as_secs().max(1)));
    configuration.timeout = Some(workload.request_limit.as_secs().max(1).to_string());
    configuration.quiet = 3;
    // The log takes down what goose's metrics would, and up to the last byte.
    configuration.no_metrics = true;
    configuration.no_telnet = true;
    configuration.no_gzip = true;
    let mut scenario = Scenario::new("workload");
    if !users.think.is_zero() {
        scenario = scenario.set_wait_time(users.think, users.think).map_err(refused)?;
    }
    let workload = Arc::new(workload.clone());
    let clients = Arc::new(clients(&workload)?);
    for (index, journey) in workload.journeys.iter().enumerate() {
        let transaction = Transaction::new(transaction(index, &workload, &clients, log))
            .set_name(&journey.name)
            .set_weight(usize::try_from(journey.weight).unwrap_or(1))
            .map_err(refused)?;
        scenario = scenario.register_transaction(transaction);
    }
    // Goose's own follows redirects, which a suite does not; each request brings the one that it is sent with.
    let client = GooseClientBuilder::new().without_cookies().gzip(false);
    GooseAttack::initialize_with_config(configuration)
        .and_then(|attack| {
            attack.register_scenario(scenario).set_client_builder_without_cookies(client)
        })
        .map_err(refused)
}

/// Gives how many users start each second.
fn increase_rate(users: &Users) -> f64 {
    let count = f64::from(users.count);
    if users.ramp.is_zero() { count } else { count / users.ramp.as_secs_f64() }
}

fn transaction(
    index: usize,
    workload: &Arc<Workload>,
    clients: &Arc<Vec<reqwest::Client>>,
    log: &Arc<Log>,
) -> TransactionFunction {
    let (workload, clients, log) = (Arc::clone(workload), Arc::clone(clients), Arc::clone(log));
    Arc::new(move |user: &mut GooseUser| {
        let (workload, clients, log) =
            (Arc::clone(&workload), Arc::clone(&clients), Arc::clone(&log));
        Box::pin(async move {
            visit(user, (&workload, &clients), &workload.journeys[index], &log).await
        })
    })
}

/// Makes one journey, up to its end or the first request that has no correct response.
async fn visit(
    user: &mut GooseUser,
    (workload, clients): (&Workload, &[reqwest::Client]),
    journey: &Journey,
    log: &Log,
) -> TransactionResult {
    let mut visit = match Visit::begin(workload, journey, log.next_visitor()) {
        Ok(visit) => visit,
        Err(cause) => {
            log.unsent(journey.steps[0], &cause);
            return Ok(());
        }
    };
    for index in &journey.steps {
        let think = workload.requests[*index].think;
        if !think.is_zero() {
            tokio::time::sleep(think).await;
        }
        user.client = clients[*index].clone();
        if !send(user, *index, workload, &mut visit, log).await? {
            break;
        }
    }
    Ok(())
}

/// Sends one request, times it up to the last byte of the body, and tells whether the response is correct.
async fn send(
    user: &mut GooseUser,
    index: usize,
    workload: &Workload,
    visit: &mut Visit<'_>,
    log: &Log,
) -> Result<bool, Box<TransactionError>> {
    let request = &workload.requests[index];
    let filled = match visit.fill(request) {
        Ok(filled) => filled,
        Err(cause) => {
            log.unsent(index, &cause);
            return Ok(false);
        }
    };
    let method = Method::from_bytes(filled.method.as_bytes()).unwrap_or(Method::GET);
    let builder = user.client.request(method.clone(), &filled.url);
    let mut builder = builder.timeout(workload.request_limit);
    for (name, value) in &filled.headers {
        builder = builder.header(name, value);
    }
    if let Some(body) = &filled.body {
        builder = builder.body(body.clone());
    }
    let goose_request = GooseRequest::builder()
        .method(goose_method(&method))
        .name(request.name.as_str())
        .set_request_builder(builder)
        .build();
    let sent = log.send(index);
    let answer = user.request(goose_request).await?;
    let mut first_byte = None;
    let ended = match answer.response {
        Ok(mut response) => {
            first_byte = Some(log.now());
            let (status, headers) =
                (response.status().as_u16(), std::mem::take(response.headers_mut()));
            match response.bytes().await {
                Ok(body) => match visit.take(request, &filled, (status, &headers, &body)) {
                    Ok(()) => Ended::Correct,
                    Err(wrong) => Ended::Wrong(wrong),
                },
                Err(cause) if cause.is_timeout() => Ended::TimedOut,
                Err(cause) => Ended::Wrong(broke_off(&reason(cause))),
            }
        }
        Err(cause) => {
            if was_connected(&cause) {
                log.recorder().reach();
            }
            if cause.is_timeout() { Ended::TimedOut } else { Ended::Failed(reason(cause)) }
        }
    };
    let is_correct = matches!(ended, Ended::Correct);
    let moments = Moments { due: sent, sent, first_byte, ended: log.now() };
    log.recorder().end(index, moments, ended);
    Ok(is_correct)
}

/// Whether a request without a response had a connection that the target took.
fn was_connected(cause: &reqwest::Error) -> bool {
    cause.is_request() && !cause.is_connect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_takes_a_connection_and_is_silent_is_told_from_who_takes_none() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let ask = || client.get(&url).timeout(Duration::from_millis(100)).send();
        let silent = ask().await.unwrap_err();
        assert!(silent.is_timeout() && was_connected(&silent), "{silent:?}");
        drop(listener);
        assert!(!was_connected(&ask().await.unwrap_err()));
    }
}
