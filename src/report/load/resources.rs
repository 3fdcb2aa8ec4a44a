//! What services used under load.

use maud::{Markup, html};

use super::pictures::{limits, over_time};
use crate::model::{Bytes, Limited, LoadRecord, Percent, ResourceReading};
use crate::report::plot::{Axis, Line, Plot, Series, Size, Tone, Unit};
use crate::report::visible;

/// How far apart two readings lie that are joined, in seconds: a reading that failed leaves a gap.
const STEP: f64 = 3.5;

/// Draws what one service used: shares of what it may use together, memory without a limit on its own.
pub fn pictures(record: &LoadRecord, service: &str, readings: &[ResourceReading]) -> Vec<Plot> {
    let series = |name: &str, tone, of: &dyn Fn(&ResourceReading) -> Option<f64>| {
        // What was read before the first request is no part of the load.
        let during = readings.iter().filter(|reading| reading.at_ms >= 0.0);
        let points = during.map(|reading| (reading.at_ms / 1000.0, of(reading))).collect();
        Series { name: name.to_owned(), tone, points, step: Some(STEP) }
    };
    let has_a_limit = readings.iter().any(|reading| reading.memory_share.is_some());
    let mut shares = vec![series("CPU", Tone::First, &|reading| reading.cpu)];
    if has_a_limit {
        shares.push(series("memory", Tone::Second, &|reading| reading.memory_share));
    }
    let highest = highest(&shares).max(100.0);
    let events = events(readings);
    let (cpu, memory) = (shown_highest(&shares[0], Unit::Percent), shares.get(1));
    let memory = memory
        .map_or_else(String::new, |m| format!(" Memory {}.", shown_highest(m, Unit::Percent)));
    let summary = format!("CPU {cpu}.{memory}");
    let y = Axis::upwards(Unit::Percent, highest);
    let of_service = |line: &Limited| matches!(line, Limited::Cpu | Limited::Memory);
    let held = limits(record, |of| of_service(&of) && (of == Limited::Cpu || has_a_limit));
    let title =
        if has_a_limit { format!("{service}: CPU and memory") } else { format!("{service}: CPU") };
    let mut plots = vec![Plot {
        limits: at_once(held),
        events: events.clone(),
        ..over_time(record, Size::Small, &title, summary, y, shares)
    }];
    if !has_a_limit && readings.iter().any(|reading| reading.memory.is_some()) {
        #[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a unit")]
        let bytes = vec![series("memory", Tone::Second, &|r| r.memory.map(|bytes| bytes as f64))];
        let summary = format!("Memory {}.", shown_highest(&bytes[0], Unit::Bytes));
        let y = Axis::upwards(Unit::Bytes, self::highest(&bytes));
        let title = format!("{service}: memory");
        plots.push(Plot { events, ..over_time(record, Size::Small, &title, summary, y, bytes) });
    }
    plots
}

/// Joins limits that lie on one line.
fn at_once(lines: Vec<Line>) -> Vec<Line> {
    let mut joined: Vec<Line> = Vec::new();
    for line in lines {
        match joined.iter_mut().find(|other| (other.at - line.at).abs() < 1e-9) {
            Some(same) => same.name = format!("at most {}", Percent(line.at)),
            None => joined.push(line),
        }
    }
    joined
}

fn highest(series: &[Series]) -> f64 {
    series.iter().flat_map(|series| &series.points).filter_map(|(_, y)| *y).fold(0.0, f64::max)
}

fn shown_highest(series: &Series, unit: Unit) -> String {
    let highest = series.points.iter().filter_map(|(_, y)| *y).reduce(f64::max);
    highest
        .map_or_else(|| "was not read".to_owned(), |most| format!("at most {}", unit.value(most)))
}

/// Finds the moments at which containers were started again or lost a process for want of memory.
fn events(readings: &[ResourceReading]) -> Vec<Line> {
    let restarts = rises(readings, |reading| reading.restarts, "started again");
    let kills = rises(readings, |reading| reading.oom_kills, "killed for want of memory");
    restarts.chain(kills).collect()
}

/// Gives when a counter was first seen higher than when it was read last.
fn rises(
    readings: &[ResourceReading],
    of: fn(&ResourceReading) -> Option<u64>,
    name: &'static str,
) -> impl Iterator<Item = Line> {
    let read = readings.iter().filter_map(move |reading| Some((reading.at_ms, of(reading)?)));
    let pairs = read.clone().zip(read.skip(1));
    let risen = pairs.filter(|((_, before), (_, after))| after > before);
    risen.map(move |(_, (at_ms, _))| Line { at: at_ms / 1000.0, name: name.to_owned() })
}

/// Is a column of the table: its head, and what a service shows in it.
type Column = (&'static str, fn(&LoadRecord, &[ResourceReading]) -> Option<String>);

const COLUMNS: [Column; 12] = [
    ("CPU, mean", |record, readings| mean_cpu(record, readings).map(|cpu| cpu.to_string())),
    ("CPU, most", |_, readings| most(readings, |r| r.cpu).map(|cpu| Percent(cpu).to_string())),
    ("memory, most", |_, readings| bytes(readings.iter().filter_map(|r| r.memory).max())),
    ("of its limit", |_, readings| {
        most(readings, |r| r.memory_share).map(|p| Percent(p).to_string())
    }),
    ("disk read", |_, readings| bytes(grown(readings, |r| r.disk_read))),
    ("disk written", |_, readings| bytes(grown(readings, |r| r.disk_written))),
    ("received", |_, readings| bytes(grown(readings, |r| r.received))),
    ("sent", |_, readings| bytes(grown(readings, |r| r.sent))),
    ("restarts", |_, readings| grown(readings, |r| r.restarts).map(|n| n.to_string())),
    ("OOM kills", |_, readings| grown(readings, |r| r.oom_kills).map(|n| n.to_string())),
    ("connections, most", |_, readings| {
        readings.iter().filter_map(|r| r.connections).max().map(|most| most.to_string())
    }),
    ("cache memory, most", |_, readings| {
        bytes(readings.iter().filter_map(|r| r.cache_memory).max())
    }),
];

/// Gives what every service used in a table; only the columns in which there is a number.
pub fn table(record: &LoadRecord) -> Markup {
    let is_there = |(_, show): &&Column| {
        record.resources.values().any(|readings| show(record, readings).is_some())
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(is_there).collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="what services used" {
            table.numbers {
                caption { "What services used; CPU in the measured time, the rest while the load ran" }
                thead { tr { th scope="col" { "service" } @for (head, _) in &columns { th scope="col" { (head) } } } }
                tbody {
                    @for (service, readings) in &record.resources {
                        tr {
                            th scope="row" { (visible(service)) }
                            @for (_, show) in &columns {
                                td { (show(record, readings).unwrap_or_else(|| "–".to_owned())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Gives the mean of what was read in the measured time.
pub fn mean_cpu(record: &LoadRecord, readings: &[ResourceReading]) -> Option<Percent> {
    let (from, to) = (record.skipped_ms, record.skipped_ms + record.measured_ms);
    let judged = readings.iter().filter(|r| r.at_ms >= from && r.at_ms <= to);
    let read: Vec<f64> = judged.filter_map(|reading| reading.cpu).collect();
    #[expect(clippy::cast_precision_loss, reason = "a few readings a second")]
    let count = read.len() as f64;
    (!read.is_empty()).then(|| Percent(read.iter().sum::<f64>() / count))
}

fn most(readings: &[ResourceReading], of: fn(&ResourceReading) -> Option<f64>) -> Option<f64> {
    readings.iter().filter_map(of).reduce(f64::max)
}

/// Gives by how much a counter rose.
fn grown(readings: &[ResourceReading], of: fn(&ResourceReading) -> Option<u64>) -> Option<u64> {
    let mut read = readings.iter().filter_map(of);
    let first = read.next()?;
    Some(read.next_back().unwrap_or(first).saturating_sub(first))
}

fn bytes(bytes: Option<u64>) -> Option<String> {
    bytes.map(|bytes| Bytes(bytes).to_string())
}
