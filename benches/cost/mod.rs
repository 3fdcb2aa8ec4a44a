//! What a command takes: wall time, processor time and memory.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
    let memory = peak(&mut child);
    assert!(child.wait().unwrap().success(), "{command:?} failed");
    drop(stdin);
    let wall = began.elapsed().as_secs_f64() * 1000.0;
    let cost = Cost { wall, cpu: cpu_of_children() - before, memory };
    (cost, printed.join().unwrap().unwrap())
}

/// Gives the last peak that the kernel showed of a child before it ended, in MiB.
fn peak(child: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        if let Some(line) = line {
            let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
            peak = kib / 1024.0;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

/// Gives the processor time of all children that ended, in milliseconds; the kernel counts in hundredths
/// of a second.
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program may hold spaces.
    let fields = stat.rsplit_once(") ").unwrap().1;
    fields.split(' ').skip(13).take(2).map(|ticks| ticks.parse::<f64>().unwrap() * 10.0).sum()
}

/// Writes the median of samples with the least and the most.
pub fn spread(mut samples: Vec<f64>, digits: usize) -> String {
    samples.sort_by(f64::total_cmp);
    let (least, most) = (samples[0], samples[samples.len() - 1]);
    format!("{:.digits$} [{least:.digits$}..{most:.digits$}]", samples[samples.len() / 2])
}
