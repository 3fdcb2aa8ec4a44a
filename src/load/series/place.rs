//! Where and how a load is measured.

use super::super::workload::Workload;
use super::measure::Subject;
use crate::engine::{Container, EngineError, Looked, View};
use crate::model::{Bytes, Finding, Fingerprint, Reason, digest_of};
use crate::runner::Scope;

/// What stands in place of what cannot be told.
const UNSEEN: &str = "not seen";

/// Tells where a load case is measured; two sides are measured only where that is the same for both.
pub(super) async fn place(
    subject: &Subject,
    baseline: Option<&Looked>,
    scope: &Scope,
) -> Result<Fingerprint, Finding> {
    let (own, here) = of_side(subject, &subject.candidate, scope).await?;
    let Some(baseline) = baseline else { return Ok(here) };
    baseline.view().secrets().iter().for_each(|secret| scope.learn_secret(secret));
    let (other, there) = of_side(subject, baseline, scope).await?;
    let is_meant = std::ptr::eq(baseline, &raw const *subject.candidate);
    if own == other && !is_meant {
        let message = "nothing was measured, because both sides get the same requests at the same addresses, so that \
                       the candidate would be held against itself; give the baseline a Compose project or URLs of its own";
        return Err(Finding::inconclusive(Reason::MissingBaseline, message));
    }
    if here == there {
        return Ok(here);
    }
    let message = format!(
        "nothing was measured, because the candidate here and the baseline there are not loaded alike ({}); run both on \
         one host with the same limits and the same load",
        here.differences(&there).join("; ")
    );
    Err(Finding::inconclusive(Reason::EnvironmentMismatch, message))
}

/// Gives all that a side is sent, as one text, and where that is measured.
async fn of_side(
    subject: &Subject,
    target: &Looked,
    scope: &Scope,
) -> Result<(String, Fingerprint), Finding> {
    let workload = subject
        .workload(target, scope)
        .map_err(|cause| Finding::inconclusive(Reason::NoData, cause))?;
    let sent = sent(&workload);
    let fingerprint = fingerprint(target, &sent)
        .await
        .map_err(|cause| Finding::inconclusive(Reason::EngineUnavailable, cause.to_string()))?;
    Ok((sent, fingerprint))
}

fn sent(workload: &Workload) -> String {
    serde_json::to_string(workload).expect("a workload is plain data")
}

/// Takes the fingerprint of what is sent to a target, measured from this host by this program.
///
/// # Errors
///
/// When the target's engine does not say what it is.
async fn fingerprint(target: &Looked, sent: &str) -> Result<Fingerprint, EngineError> {
    let view = target.view();
    let (engine, limits) = match target {
        Looked::Engine(target) => {
            let facts = target.engine.facts().await?;
            let (cores, memory) = (facts.cpus, shown(facts.memory));
            (
                format!("Docker {}, {cores} cores, {memory}", facts.version),
                limits(target.containers.values().flatten()),
            )
        }
        Looked::Http(_) => (format!("{UNSEEN} behind URLs"), UNSEEN.to_owned()),
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    Ok(Fingerprint {
        cpu: of_file("/proc/cpuinfo", "model name", ':').unwrap_or_else(|| UNSEEN.to_owned()),
        cores: cores.to_string(),
        memory: host_memory().map_or_else(|| UNSEEN.to_owned(), shown),
        kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")
            .map_or_else(|_| UNSEEN.to_owned(), |text| text.trim().to_owned()),
        engine,
        limits,
        load: digest(sent, view),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Gives the digest of what is sent, in which the addresses of services stand as their names.
fn digest(sent: &str, view: View<'_>) -> String {
    let mut text = sent.to_owned();
    let mut addresses: Vec<(&str, &str)> = view
        .endpoints()
        .iter()
        .map(|(name, endpoint)| (endpoint.url.trim_end_matches('/'), name.as_str()))
        .collect();
    // The longest first, or one that begins another would be taken out of it.
    addresses.sort_by_key(|(url, _)| std::cmp::Reverse(url.len()));
    for (url, name) in addresses {
        text = text.replace(url, &format!("${{{name}}}"));
    }
    digest_of(text.as_bytes())
}

/// Says what each service may use, all its containers alike or not.
fn limits<'c>(containers: impl Iterator<Item = &'c Container>) -> String {
    let of = |container: &Container| {
        let cpu = container.cpu_limit().map_or_else(|| "all".to_owned(), |cores| cores.to_string());
        let memory = container.memory_limit().map_or_else(|| "all memory".to_owned(), shown);
        format!("{} {cpu} CPU {memory}", container.service)
    };
    containers.filter(|container| container.is_running()).map(of).collect::<Vec<_>>().join("; ")
}

fn of_file(file: &str, key: &str, divider: char) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(key))?;
    Some(line.split_once(divider)?.1.trim().to_owned())
}

fn host_memory() -> Option<Bytes> {
    let total = of_file("/proc/meminfo", "MemTotal", ':')?;
    let kibibytes: u64 = total.split_whitespace().next()?.parse().ok()?;
    Some(Bytes(kibibytes * 1024))
}

/// Shows memory in whole mebibytes: kernels keep a little more or less of it for themselves.
fn shown(memory: Bytes) -> String {
    format!("{} MiB", memory.0 / 1024 / 1024)
}
