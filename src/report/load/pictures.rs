//! The pictures of a load: response times, throughput, the generator, what services use.

use crate::model::{Histogram, Limited, LoadLimit, LoadRecord, LoadSecond, Millis, Rate};
use crate::report::plot::{Axis, Line, Plot, Series, Size, Tone, Unit};

/// How far apart two seconds lie that are joined, in seconds.
const STEP: f64 = 1.5;
/// How many requests have a line of their own in the spectrum.
const MOST_REQUESTS: usize = 3;

/// Draws the response times of each second.
pub fn response_times(record: &LoadRecord) -> Plot {
    type Of = fn(&LoadSecond) -> Option<f64>;
    let of: [(&str, Tone, Of); 4] = [
        ("max", Tone::Fourth, |second| second.max_ms),
        ("p99", Tone::Third, |second| second.p99_ms),
        ("p95", Tone::Second, |second| second.p95_ms),
        ("p50", Tone::First, |second| second.p50_ms),
    ];
    let series: Vec<Series> = of.map(|(name, tone, of)| by_second(record, name, tone, of)).into();
    let limits = limits(record, |of| {
        use Limited::{Cpu, Errors, Memory, Throughput};
        !matches!(of, Errors | Cpu | Memory | Throughput)
    });
    let between = |what: &str, (low, high)| {
        format!("The {what} of a second lies between {} and {}.", Millis(low), Millis(high))
    };
    let summary = match (range(&series[1]), range(&series[0])) {
        (Some(p99), _) => between("99th percentile", p99),
        (None, Some(longest)) => between("longest time", longest),
        (None, None) => "Not one response was measured.".to_owned(),
    };
    let values = numbers(&series);
    let highest = values.iter().copied().fold(0.0, f64::max);
    // A limit far over all that was measured would press it to the ground.
    let near = limits.iter().map(|limit| limit.at).filter(|limit| *limit <= highest * 4.0);
    let values: Vec<f64> = values.iter().copied().chain(near).collect();
    let y = Axis::legible(Unit::Millis, values.iter().copied());
    Plot { limits, ..over_time(record, Size::Wide, "Response times by second", summary, y, series) }
}

/// Draws which share of the responses took at most how long: of all, of the slowest requests, and without
/// the time that they waited to be sent.
pub fn spectrum(record: &LoadRecord) -> Plot {
    let all = record.all();
    let mut slowest: Vec<_> = record.requests.iter().filter(|r| r.response.count() > 0).collect();
    slowest.sort_by(|a, b| {
        let p99 = |times: &Histogram| times.quantile(0.99).map_or(0.0, |time| time.0);
        p99(&b.response).total_cmp(&p99(&a.response))
    });
    let mut series = Vec::new();
    if record.requests.len() > 1 {
        let named =
            slowest.iter().take(MOST_REQUESTS).zip([Tone::Second, Tone::Third, Tone::Fourth]);
        series.extend(named.map(|(request, tone)| line(&request.name, tone, &request.response)));
    }
    if all.service.count() > 0 && all.service != all.response {
        series.push(line("all, from when they were sent", Tone::Wanted, &all.service));
    }
    series.push(line("all", Tone::First, &all.response));
    #[expect(clippy::cast_precision_loss, reason = "a count of requests")]
    let highest = 1.0 - 1.0 / (all.response.count().max(2) as f64);
    let values = numbers(&series);
    let shares = [("half of them", 0.5), ("99%", 0.99)];
    let told = shares.iter().filter_map(|(share, of)| {
        Some(format!("{share} at most {}, ", all.response.percentile(*of)?))
    });
    let summary = match all.response.max() {
        Some(max) => format!("Responses took {}all at most {max}.", told.collect::<String>()),
        None => "Not one response was measured.".to_owned(),
    };
    Plot {
        title: "Response times by percentile".to_owned(),
        summary,
        size: Size::Wide,
        x: Axis::nines(highest),
        y: Axis::legible(Unit::Millis, values.iter().copied()),
        series,
        limits: limits(record, |of| of == Limited::Max),
        events: Vec::new(),
        unjudged: None,
    }
}

fn line(name: &str, tone: Tone, times: &Histogram) -> Series {
    let points = times.spectrum().map(|(share, time)| (share, Some(time.0))).collect();
    Series { name: name.to_owned(), tone, points, step: None }
}

/// Draws what was due, sent and answered in each second, and what was not.
#[expect(clippy::cast_precision_loss, reason = "requests of a second")]
pub fn throughput(record: &LoadRecord) -> Plot {
    let due = |second: &LoadSecond| second.due.map(|due| due as f64);
    let wrong = |second: &LoadSecond| Some((second.wrong + second.failed) as f64);
    let mut series = vec![
        by_second(record, "due", Tone::Wanted, due),
        by_second(record, "sent", Tone::Second, |second| Some(second.sent as f64)),
        by_second(record, "correct", Tone::First, |second| Some(second.correct as f64)),
        by_second(record, "wrong or failed", Tone::Wrong, wrong),
    ];
    series.retain(|series| series.points.iter().any(|(_, y)| y.is_some()));
    let errors: u64 = record.seconds.iter().map(|second| second.wrong + second.failed).sum();
    let summary = match record.throughput() {
        Some(rate) => {
            format!("{rate} correct responses in the measured time, {errors} errors in all.")
        }
        None => format!("Nothing was measured; {errors} errors in all."),
    };
    let limits = limits(record, |of| of == Limited::Throughput);
    let highest =
        numbers(&series).into_iter().chain(limits.iter().map(|l| l.at)).fold(0.0, f64::max);
    let y = Axis::upwards(Unit::Rate, highest);
    Plot { limits, ..over_time(record, Size::Wide, "Requests by second", summary, y, series) }
}

/// Draws how many requests were under way, and how well the generator kept up.
#[expect(clippy::cast_precision_loss, reason = "requests of a second")]
pub fn generator(record: &LoadRecord) -> [Plot; 3] {
    let small = |title: &str, unit: Unit, of: fn(&LoadSecond) -> Option<f64>| {
        let series = vec![by_second(record, title, Tone::First, of)];
        let summary = match range(&series[0]) {
            Some((low, high)) => format!("Between {} and {}.", unit.value(low), unit.value(high)),
            None => "It was not measured.".to_owned(),
        };
        let y = match unit {
            Unit::Percent => Axis::upwards(unit, 100.0),
            _ => Axis::upwards(unit, numbers(&series).into_iter().fold(0.0, f64::max)),
        };
        over_time(record, Size::Small, title, summary, y, series)
    };
    [
        small("Requests under way", Unit::Count, |second| Some(second.under_way as f64)),
        small("Generator's busiest core", Unit::Percent, |second| Some(second.busy * 100.0)),
        small("Sent late, p99", Unit::Millis, |second| second.lag_p99_ms),
    ]
}

/// Gives the frame of a picture over the time of a load.
pub fn over_time(
    record: &LoadRecord,
    size: Size,
    title: &str,
    summary: String,
    y: Axis,
    series: Vec<Series>,
) -> Plot {
    let last = record.seconds.last().map_or(0.0, |second| f64::from(second.at));
    let unjudged = (record.skipped_ms > 0.0)
        .then(|| Line { at: record.skipped_ms / 1000.0, name: "not judged".to_owned() });
    Plot {
        title: title.to_owned(),
        summary,
        size,
        x: Axis::exact(Unit::Seconds, 0.0, last.max(record.ended())),
        y,
        series,
        limits: Vec::new(),
        events: Vec::new(),
        unjudged,
    }
}

fn by_second(
    record: &LoadRecord,
    name: &str,
    tone: Tone,
    of: impl Fn(&LoadSecond) -> Option<f64>,
) -> Series {
    let points = record.seconds.iter().map(|second| (f64::from(second.at), of(second))).collect();
    Series { name: name.to_owned(), tone, points, step: Some(STEP) }
}

fn numbers(series: &[Series]) -> Vec<f64> {
    series.iter().flat_map(|series| &series.points).filter_map(|(_, y)| *y).collect()
}

fn range(series: &Series) -> Option<(f64, f64)> {
    let measured = || series.points.iter().filter_map(|(_, y)| *y);
    Some((measured().reduce(f64::min)?, measured().reduce(f64::max)?))
}

/// Gives the limits of one kind as lines with their names.
pub fn limits(record: &LoadRecord, is_one: impl Fn(Limited) -> bool) -> Vec<Line> {
    let chosen = record.limits.iter().filter(|limit| is_one(limit.of));
    let line = |limit: &LoadLimit| {
        let word = limit.of.word();
        let of = limit.name.as_ref().map_or_else(String::new, |name| format!(" of {name}"));
        let (bound, value) = match limit.of {
            Limited::Throughput => ("at least", Rate(limit.value).to_string()),
            Limited::Errors | Limited::Cpu | Limited::Memory => {
                ("at most", Unit::Percent.value(limit.value))
            }
            _ => ("at most", Millis(limit.value).to_string()),
        };
        Line { at: limit.value, name: format!("{word}{of} {bound} {value}") }
    };
    chosen.map(line).collect()
}
