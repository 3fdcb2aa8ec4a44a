//! What a command takes: wall time, processor time and memory.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// Is what one command took.
#[derive(Clone, Copy)]
pub struct Cost {
    /// In milliseconds.
    pub wall: f64,
    /// In milliseconds.
    pub cpu: f64,
    /// The most that was resident, in MiB.
    pub memory: f64,
}

/// Performs a command, which has to succeed, and looks at it until it ends; gives what it printed too.
///
/// Its stdin holds `input` and stays open.
pub fn cost(mut command: Command, input: &str) -> (Cost, String) {
    let before = cpu_of_children();
    let began = Instant::now();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let printed = std::thread::spawn(move || {
        let mut printed = String::new();
        stdout.read_to_string(&mut printed).map(|_| printed)
    });
    let id = child.id();
    let memory = std::thread::spawn(move || peak(id));
    assert!(child.wait().unwrap().success(), "{command:?} failed");
    let wall = began.elapsed().as_secs_f64() * 1000.0;
    drop(stdin);
    let cost = Cost { wall, cpu: cpu_of_children() - before, memory: memory.join().unwrap() };
    (cost, printed.join().unwrap().unwrap())
}

/// Gives the last peak that the kernel showed of a process before it ended, in MiB.
fn peak(id: u32) -> f64 {
    let status = format!("/proc/{id}/status");
    let mut peak = 0.0;
    // One that has ended, and one that is gone, show none.
    while let Some(kib) = std::fs::read_to_string(&status).ok().as_deref().and_then(resident) {
        peak = kib / 1024.0;
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

fn resident(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse().unwrap())
}

/// Gives the processor time of all children that ended, in milliseconds.
fn cpu_of_children() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let micros = (usage.user_time() + usage.system_time()).num_microseconds();
    Duration::from_micros(micros.try_into().unwrap()).as_secs_f64() * 1000.0
}

/// Writes the median of samples with the least and the most.
pub fn spread(mut samples: Vec<f64>, digits: usize) -> String {
    samples.sort_by(f64::total_cmp);
    let (least, most) = (samples[0], samples[samples.len() - 1]);
    format!("{:.digits$} [{least:.digits$}..{most:.digits$}]", samples[samples.len() / 2])
}
