//! A load while it runs, for a person who watches, and for a log.

use std::fmt::Write as _;

use console::truncate_str;

use super::style::{DIM, FAIL, STRONG, inked};
use crate::model::{Bytes, Limited, LoadMoment, Millis, Percent, Rate, ResourceReading};
use crate::report::visible;

/// How often a log is told how a load goes, in seconds.
const EVERY: u32 = 10;
/// How many services find room in one line.
const IN_A_LINE: usize = 3;
/// How wide the label of a line is, in columns.
const LABEL: usize = 9;

/// Gives the lines that stand while a load runs, none of them wider than `width` columns.
pub(super) fn lines(moment: &LoadMoment, width: usize) -> Vec<String> {
    let LoadMoment { case, offered_as, .. } = moment;
    let name = visible(case).replace('\n', " ");
    let head = format!("{}  {}  {}", inked(STRONG, &name), progress(moment), visible(offered_as));
    let mut lines = vec![head, labelled("now", &now(moment)), labelled("so far", &so_far(moment))];
    let services: Vec<String> =
        moment.resources.iter().map(|(service, reading)| used(service, reading, moment)).collect();
    lines.extend(
        services.chunks(IN_A_LINE).map(|together| labelled("services", &together.join("   "))),
    );
    lines
        .iter()
        .map(|line| truncate_str(&format!("     {line}"), width, "…").into_owned())
        .collect()
}

/// Gives the line that a log is told; nothing in most seconds.
pub(super) fn line(moment: &LoadMoment) -> Option<String> {
    let second = &moment.second;
    let case = visible(&moment.case).replace('\n', " ");
    (second.at + 1)
        .is_multiple_of(EVERY)
        .then(|| format!("load {case}: {}, {}; {}", progress(moment), now(moment), so_far(moment)))
}

/// Says how far a load came; past its time nothing is sent any more, and only answers are wanting.
fn progress(moment: &LoadMoment) -> String {
    let passed = f64::from(moment.second.at) + 1.0;
    let whole = Millis(moment.lasts * 1000.0);
    if passed > moment.lasts {
        format!("{whole} of {whole}, waiting for the last answers")
    } else {
        format!("{} of {whole}", Millis(passed * 1000.0))
    }
}

fn labelled(label: &str, text: &str) -> String {
    format!("{} {text}", inked(DIM, &format!("{label:LABEL$}")))
}

/// Says what the last second came to, in red what is past its limit.
#[expect(clippy::cast_precision_loss, reason = "requests of a second")]
fn now(moment: &LoadMoment) -> String {
    let second = &moment.second;
    let correct = second.correct as f64;
    let is_judged = moment.limit(Limited::Throughput);
    let rate = marked(&Rate(correct).to_string(), is_judged.is_some_and(|least| correct < least));
    let due = second.due.map_or_else(String::new, |due| format!(" of {}", Rate(due as f64)));
    let mut said = format!("{rate} correct{due}");
    let times = [
        ("p50", Limited::P50, second.p50_ms),
        ("p95", Limited::P95, second.p95_ms),
        ("p99", Limited::P99, second.p99_ms),
        ("max", Limited::Max, second.max_ms),
    ];
    for (word, limited, time) in times {
        if let Some(time) = time {
            let is_past = moment.limit(limited).is_some_and(|limit| time > limit);
            let _ = write!(said, ", {word} {}", marked(&Millis(time).to_string(), is_past));
        }
    }
    let _ = write!(said, ", {} under way", second.under_way);
    said
}

/// Says how many requests there were and how many of them were no good.
fn so_far(moment: &LoadMoment) -> String {
    let LoadMoment { sent, incorrect: errors, .. } = *moment;
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
    let share = if sent > 0 { errors as f64 * 100.0 / sent as f64 } else { 0.0 };
    let is_past = moment.limit(Limited::Errors).is_some_and(|budget| share > budget);
    let errors = marked(&format!("{errors} without a correct response"), is_past);
    let busy = Percent(moment.second.busy * 100.0);
    format!("{sent} requests, {errors}, generator {busy} busy")
}

fn used(service: &str, reading: &ResourceReading, moment: &LoadMoment) -> String {
    let mut said = visible(service).into_owned();
    let share = |value: f64, limited| {
        let is_past = moment.limit(limited).is_some_and(|limit| value > limit);
        marked(&Percent(value).to_string(), is_past)
    };
    if let Some(cpu) = reading.cpu {
        let _ = write!(said, " CPU {}", share(cpu, Limited::Cpu));
    }
    let memory = match (reading.memory_share, reading.memory) {
        (Some(part), _) => Some(share(part, Limited::Memory)),
        (None, Some(bytes)) => Some(Bytes(bytes).to_string()),
        (None, None) => None,
    };
    if let Some(memory) = memory {
        let _ = write!(said, " memory {memory}");
    }
    said
}

fn marked(text: &str, is_past: bool) -> String {
    if is_past { inked(FAIL, text) } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use console::measure_text_width;

    use super::*;
    use crate::model::{LoadLimit, LoadSecond};

    fn moment() -> LoadMoment {
        let limit = |of, value| LoadLimit { of, name: None, value };
        let reading = |cpu, memory_share| ResourceReading {
            cpu: Some(cpu),
            memory: Some(64 << 20),
            memory_share,
            ..ResourceReading::default()
        };
        LoadMoment {
            case: "shop: shoppers".to_owned(),
            offered_as: "50/s for 30s".to_owned(),
            lasts: 30.0,
            second: LoadSecond {
                at: 9,
                due: Some(50),
                sent: 50,
                correct: 47,
                wrong: 3,
                under_way: 4,
                p50_ms: Some(4.0),
                p95_ms: Some(9.0),
                p99_ms: Some(170.0),
                max_ms: Some(400.0),
                busy: 0.314,
                ..LoadSecond::default()
            },
            sent: 500,
            incorrect: 10,
            requests: Vec::new(),
            resources: [
                ("api".to_owned(), reading(91.0, Some(30.0))),
                ("cache".to_owned(), reading(4.0, None)),
                ("db".to_owned(), reading(12.0, None)),
                ("worker".to_owned(), reading(1.0, None)),
            ]
            .into(),
            limits: vec![
                limit(Limited::P99, 100.0),
                limit(Limited::Max, 1000.0),
                limit(Limited::Cpu, 80.0),
                limit(Limited::Errors, 1.0),
            ],
        }
    }

    #[test]
    fn what_is_past_its_limit_is_red_and_nothing_else() {
        let shown = lines(&moment(), 200).join("\n");
        let begins = FAIL.to_string();
        let red = shown.split(&begins).skip(1);
        let red: Vec<&str> = red.map(|rest| rest.split('\x1b').next().unwrap()).collect();
        assert_eq!(red, ["170 ms", "10 without a correct response", "91%"]);
        insta::assert_snapshot!(strip_str(&shown).to_string(), @"
        shop: shoppers  10.00 s of 30.00 s  50/s for 30s
        now       47.0/s correct of 50.0/s, p50 4.00 ms, p95 9.00 ms, p99 170 ms, max 400 ms, 4 under way
        so far    500 requests, 10 without a correct response, generator 31.4% busy
        services  api CPU 91% memory 30%   cache CPU 4% memory 64 MiB   db CPU 12% memory 64 MiB
        services  worker CPU 1% memory 64 MiB
        ");
    }

    /// A load of 3 s was told to be at 10 s of them while slow answers were awaited.
    #[test]
    fn past_its_time_a_load_waits_for_the_last_answers() {
        let at = |at| {
            let mut moment = LoadMoment { lasts: 3.0, ..moment() };
            moment.second.at = at;
            (strip_str(&lines(&moment, 200)[0]).to_string(), line(&moment))
        };
        assert_eq!(at(2).0.trim(), "shop: shoppers  3.00 s of 3.00 s  50/s for 30s");
        let waiting =
            "shop: shoppers  3.00 s of 3.00 s, waiting for the last answers  50/s for 30s";
        assert_eq!(at(9).0.trim(), waiting);
        let log = at(9).1.unwrap();
        assert!(log.contains("3.00 s of 3.00 s, waiting for the last answers, "), "{log}");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        assert!(lines(&moment(), 60).iter().all(|line| measure_text_width(line) <= 60));
    }

    #[test]
    fn a_log_is_told_every_ten_seconds() {
        let at = |at| {
            let mut moment = moment();
            moment.second.at = at;
            line(&moment)
        };
        let told: Vec<u32> = (0..30).filter(|second| at(*second).is_some()).collect();
        assert_eq!(told, [9, 19, 29]);
        let line = strip_str(&at(9).unwrap()).to_string();
        insta::assert_snapshot!(line, @"load shop: shoppers: 10.00 s of 30.00 s, 47.0/s correct of 50.0/s, p50 4.00 ms, p95 9.00 ms, p99 170 ms, max 400 ms, 4 under way; 500 requests, 10 without a correct response, generator 31.4% busy");
    }
}
