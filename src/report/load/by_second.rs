//! The seconds of a load as a table: what a picture shows, for who does not see it.

use maud::{Markup, html};

use super::numbers::shown;
use crate::model::{LoadRecord, LoadSecond, Millis, Percent};

/// How many rows the table has at most.
const MOST_ROWS: usize = 60;

/// Gives a table of the seconds; of many, the worst of each few.
pub fn by_second(record: &LoadRecord) -> Markup {
    let together = record.seconds.len().div_ceil(MOST_ROWS).max(1);
    let has_due = record.seconds.iter().any(|second| second.due.is_some());
    let ms = |time: Option<f64>| shown(time.map(Millis));
    html! {
        details {
            summary { span.name { "Numbers by second" } }
            div.scroll tabindex="0" role="region" aria-label="numbers by second" {
                table.numbers {
                    caption {
                        @if together > 1 { "The worst of each " (together) " seconds: with the most errors, then with the longest response" }
                        @else { "Each second" }
                    }
                    thead {
                        tr {
                            th scope="col" { "second" }
                            @if has_due { th scope="col" { "due" } }
                            @for head in ["sent", "correct", "wrong", "failed", "under way", "p50", "p95", "p99", "max", "sent late, p99", "generator"] {
                                th scope="col" { (head) }
                            }
                        }
                    }
                    tbody {
                        @for second in record.seconds.chunks(together).filter_map(worst) {
                            tr {
                                th scope="row" { (second.at) " s" }
                                @if has_due { td { (second.due.map_or("–".to_owned(), |due| due.to_string())) } }
                                @for count in [second.sent, second.correct, second.wrong, second.failed, second.under_way] {
                                    td { (count) }
                                }
                                @for time in [second.p50_ms, second.p95_ms, second.p99_ms, second.max_ms, second.lag_p99_ms] {
                                    td { (ms(time)) }
                                }
                                td { (Percent(second.busy * 100.0)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn worst(seconds: &[LoadSecond]) -> Option<&LoadSecond> {
    seconds.iter().max_by(|a, b| {
        let errors = |second: &LoadSecond| second.wrong + second.failed;
        let longest = |second: &LoadSecond| second.max_ms.unwrap_or(0.0);
        errors(a).cmp(&errors(b)).then(longest(a).total_cmp(&longest(b)))
    })
}
