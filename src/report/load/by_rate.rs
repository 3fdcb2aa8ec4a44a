//! The rates of a stress as a table: how each went, and which was too much.

use maud::{Markup, html};

use super::numbers::shown;
use crate::model::{LoadRecord, Millis, Percent, Rate, StepRecord};
use crate::report::visible;

/// Gives a table of the rates that were offered one after the other; nothing of a load without such.
pub fn by_rate(record: &LoadRecord) -> Markup {
    let ms = |time: Option<f64>| shown(time.map(Millis));
    html! {
        @if !record.steps.is_empty() {
            div.scroll tabindex="0" role="region" aria-label="numbers by rate" {
                table.numbers {
                    caption { (visible(&held(record))) }
                    thead {
                        tr {
                            @for head in ["offered", "due", "correct", "wrong", "failed", "p50", "p95", "p99", "max", "sent late, p99", "generator", "came to"] {
                                th scope="col" { (head) }
                            }
                        }
                    }
                    tbody {
                        @for step in &record.steps {
                            tr {
                                th scope="row" { (Rate(step.rate)) }
                                @for count in [step.due, step.correct, step.wrong, step.failed] { td { (count) } }
                                @for time in [step.p50_ms, step.p95_ms, step.p99_ms, step.max_ms, step.lag_p99_ms] {
                                    td { (ms(time)) }
                                }
                                td { (Percent(step.busy * 100.0)) }
                                td.fail[step.broken.is_some()] { (visible(came_to(step))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Says up to which rate every limit was kept.
pub fn held(record: &LoadRecord) -> String {
    match record.sustained() {
        Some(rate) => format!("Every limit was kept up to {rate}"),
        None => "No rate kept every limit".to_owned(),
    }
}

/// Says what a rate came to.
pub fn came_to(step: &StepRecord) -> &str {
    let said = [&step.unoffered, &step.untold, &step.broken].into_iter().find_map(Option::as_deref);
    said.unwrap_or("kept every limit")
}
