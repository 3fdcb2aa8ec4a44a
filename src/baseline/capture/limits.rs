//! What a service may use of the machine.

use bollard::models::{HostConfig, ThrottleDevice};
use serde_json::Value;

use super::put;
use super::reading::{Asked, Shown};
use super::value::{
    bytes_above_zero, entries, filled, list, said_bytes, said_number, shown_number, sorted, text,
};
use crate::model::Facts;

/// The shared memory that engines give where none is asked for.
const USUAL_SHM: &str = "64MiB";

pub(super) fn of_files(facts: &mut Facts, asked: &Asked<'_>) {
    let service = asked.service;
    let resources = &service["deploy"]["resources"];
    let (limits, reservations) = (&resources["limits"], &resources["reservations"]);
    let either = |own: &str, deploy: &Value| match &service[own] {
        Value::Null => deploy.clone(),
        own => own.clone(),
    };
    let memory = said_bytes(&either("mem_limit", &limits["memory"]));
    let swap = text(&service["memswap_limit"]);
    if let Some(swap) = swap.filter(|swap| !is_usual_swap(service, limits, swap)) {
        record(facts, "memory_swap", said_bytes(&swap.into()));
    }
    record(facts, "memory", memory);
    let reserved = either("mem_reservation", &reservations["memory"]);
    record(facts, "memory_reservation", said_bytes(&reserved));
    record(facts, "memory_swappiness", said_number(&service["mem_swappiness"]));
    let shm = said_bytes(&service["shm_size"]).filter(|size| size != USUAL_SHM);
    record(facts, "shm_size", shm);
    record(facts, "cpus", said_cpus(service, limits));
    record(facts, "cpu_shares", said_number(&service["cpu_shares"]));
    record(facts, "cpuset", text(&service["cpuset"]));
    for key in ["cpu_rt_runtime", "cpu_rt_period"] {
        record(facts, key, said_number(&service[key]));
    }
    record(facts, "pids", said_number(&either("pids_limit", &limits["pids"])));
    if service["oom_kill_disable"] == true {
        put(facts, "limits.oom_kill_disable", true);
    }
    record(facts, "oom_score_adj", text(&service["oom_score_adj"]).filter(|score| score != "0"));
    for (name, limit) in entries(&service["ulimits"]) {
        let both = text(limit).map(|both| (both.clone(), both));
        let each = || Some((text(&limit["soft"])?, text(&limit["hard"])?));
        if let Some((soft, hard)) = both.or_else(each) {
            ulimit(facts, name, &soft, &hard);
        }
    }
    for (name, value) in entries(&service["storage_opt"]) {
        record(facts, &format!("storage.{name}"), text(value));
    }
    blkio_of_files(facts, &service["blkio_config"]);
}

pub(super) fn of_container(facts: &mut Facts, shown: &Shown<'_>) {
    let host = shown.host;
    let memory = host.memory.unwrap_or_default();
    record(facts, "memory", positive_bytes(host.memory));
    // The engine allows as much swap again where nothing is asked.
    let swap = host.memory_swap.filter(|swap| memory > 0 && *swap != memory.saturating_mul(2));
    record(facts, "memory_swap", swap.and_then(bytes_above_zero));
    record(facts, "memory_reservation", positive_bytes(host.memory_reservation));
    record(facts, "memory_swappiness", shown_number(host.memory_swappiness));
    let shm = positive_bytes(host.shm_size).filter(|size| size != USUAL_SHM);
    record(facts, "shm_size", shm);
    record(facts, "cpus", shown_cpus(host));
    record(facts, "cpu_shares", shown_number(host.cpu_shares));
    record(facts, "cpuset", filled(host.cpuset_cpus.as_ref()));
    record(facts, "cpu_rt_runtime", shown_number(host.cpu_realtime_runtime));
    record(facts, "cpu_rt_period", shown_number(host.cpu_realtime_period));
    record(facts, "pids", shown_number(host.pids_limit));
    if host.oom_kill_disable == Some(true) {
        put(facts, "limits.oom_kill_disable", true);
    }
    let score = host.oom_score_adj.filter(|score| *score != 0);
    record(facts, "oom_score_adj", score.map(|score| score.to_string()));
    for limit in host.ulimits.iter().flatten() {
        let number = |number: Option<i64>| number.unwrap_or_default().to_string();
        let name = limit.name.as_deref().unwrap_or_default();
        ulimit(facts, name, &number(limit.soft), &number(limit.hard));
    }
    for (name, value) in host.storage_opt.iter().flatten() {
        record(facts, &format!("storage.{name}"), Some(value.as_str()));
    }
    blkio_of_container(facts, host);
}

fn record(facts: &mut Facts, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put(facts, format!("limits.{name}"), value);
    }
}

fn positive_bytes(bytes: Option<i64>) -> Option<String> {
    bytes.filter(|bytes| *bytes > 0).and_then(bytes_above_zero)
}

/// Tells whether swap is asked for as engines give it anyway, or without memory, which they ignore.
fn is_usual_swap(service: &Value, limits: &Value, swap: &str) -> bool {
    let memory = text(&service["mem_limit"]).or_else(|| text(&limits["memory"]));
    let Some(memory) = memory else { return true };
    match (memory.parse::<i64>(), swap.parse::<i64>()) {
        (Ok(memory), Ok(swap)) => swap == 0 || swap == memory.saturating_mul(2),
        _ => false,
    }
}

/// Gives the share of processors, as text: `1` and `1.0` are different numbers to a file and the
/// same share to a person.
fn said_cpus(service: &Value, limits: &Value) -> Option<String> {
    let share = [&service["cpus"], &limits["cpus"]].into_iter().find(|share| !share.is_null());
    if let Some(share) = share.and_then(text) {
        return match share.parse::<f64>() {
            Ok(number) => (number > 0.0).then(|| number.to_string()),
            Err(_) => Some(share),
        };
    }
    let quota = service["cpu_quota"].as_i64().or(text(&service["cpu_quota"])?.parse().ok());
    let period = text(&service["cpu_period"]).and_then(|period| period.parse().ok());
    by_quota(quota, period)
}

fn shown_cpus(host: &HostConfig) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "no engine has 2^52 billionths of processors")]
    match host.nano_cpus.filter(|nano| *nano > 0) {
        Some(nano) => Some((nano as f64 / 1e9).to_string()),
        None => by_quota(host.cpu_quota, host.cpu_period),
    }
}

#[expect(clippy::cast_precision_loss, reason = "no quota has 2^52 microseconds")]
fn by_quota(quota: Option<i64>, period: Option<i64>) -> Option<String> {
    let quota = quota.filter(|quota| *quota > 0)?;
    let period = period.filter(|period| *period > 0).unwrap_or(100_000);
    Some((quota as f64 / period as f64).to_string())
}

fn ulimit(facts: &mut Facts, name: &str, soft: &str, hard: &str) {
    let limit = if soft == hard { soft.to_owned() } else { format!("soft {soft} hard {hard}") };
    put(facts, format!("limits.ulimits.{name}"), limit);
}

/// Pairs what the files call a limit of a device with what they call its number.
const DEVICES: [(&str, &str); 5] = [
    ("weight_device", "weight"),
    ("device_read_bps", "rate"),
    ("device_write_bps", "rate"),
    ("device_read_iops", "rate"),
    ("device_write_iops", "rate"),
];

fn blkio_of_files(facts: &mut Facts, said: &Value) {
    record(facts, "blkio.weight", said_number(&said["weight"]));
    for (key, number) in DEVICES {
        // Older versions of Compose print these names in capitals.
        let either = |device: &Value, name: &str| {
            text(&device[name]).or_else(|| text(&device[capitalised(name).as_str()]))
        };
        let devices = list(&said[key]).filter_map(|device| {
            Some(format!("{} {}", either(device, "path")?, either(device, number)?))
        });
        devices_of(facts, key, devices.collect());
    }
}

fn capitalised(name: &str) -> String {
    format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..])
}

fn blkio_of_container(facts: &mut Facts, host: &HostConfig) {
    record(facts, "blkio.weight", shown_number(host.blkio_weight.map(i64::from)));
    let weights = host
        .blkio_weight_device
        .iter()
        .flatten()
        .filter_map(|device| Some(format!("{} {}", device.path.as_deref()?, device.weight?)));
    devices_of(facts, "weight_device", weights.collect());
    let throttled = [
        ("device_read_bps", &host.blkio_device_read_bps),
        ("device_write_bps", &host.blkio_device_write_bps),
        ("device_read_iops", &host.blkio_device_read_iops),
        ("device_write_iops", &host.blkio_device_write_iops),
    ];
    for (key, devices) in throttled {
        let one =
            |device: &ThrottleDevice| Some(format!("{} {}", device.path.as_deref()?, device.rate?));
        devices_of(facts, key, devices.iter().flatten().filter_map(one).collect());
    }
}

fn devices_of(facts: &mut Facts, key: &str, devices: Vec<String>) {
    if !devices.is_empty() {
        put(facts, format!("limits.blkio.{key}"), sorted(devices));
    }
}
