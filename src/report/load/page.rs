//! A load case on a page for a browser.

use maud::{Markup, html};

use super::by_rate::by_rate;
use super::by_second::by_second;
use super::numbers::{about, generator, rate, shown};
use super::{Case, cases, pictures, resources};
use crate::model::{LoadRecord, RequestRecord, Run};
use crate::report::plot::figure;
use crate::report::visible;

/// Gives a section for each load case of a run.
pub fn page(run: &Run) -> Markup {
    html! { @for case in cases(run) { (section(&case)) } }
}

fn section(case: &Case<'_>) -> Markup {
    let Case { suite, name, index, record } = case;
    let id = |what: &str| format!("load{index}-{what}");
    let wide = [
        ("times", pictures::response_times(record)),
        ("spectrum", pictures::spectrum(record)),
        ("rate", pictures::throughput(record)),
    ];
    let small = pictures::generator(record).into_iter().chain(
        record
            .resources
            .iter()
            .flat_map(|(service, readings)| resources::pictures(record, service, readings)),
    );
    html! {
        section.under-load aria-labelledby=(id("name")) {
            h3 #(id("name")) { (visible(suite)) " · " (visible(name)) }
            p { (visible(&about(record))) "." }
            @if let Some(aborted) = &record.generator.aborted {
                p.aborted { "Ended before its time: " (visible(aborted)) }
            }
            @if !record.troubles.is_empty() {
                ul.troubles { @for trouble in &record.troubles { li { (visible(trouble)) } } }
            }
            (requests(record))
            (by_rate(record))
            @for (what, plot) in &wide { (figure(plot, &id(what))) }
            p.generator { (generator(record)) }
            div.several {
                @for (plot, number) in small.zip(0_u32..) { (figure(&plot, &id(&number.to_string()))) }
            }
            @if !record.resources.is_empty() { (resources::table(record)) }
            (by_second(record))
        }
    }
}

const HEAD: [&str; 15] = [
    "request",
    "sent",
    "wrong",
    "failed",
    "unfinished",
    "correct a second",
    "p50",
    "p95",
    "p99",
    "p99.9",
    "max",
    "mean",
    "service p95",
    "first byte p95",
    "measured",
];

fn requests(record: &LoadRecord) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="requests" {
            table.numbers {
                caption {
                    "Times of what was due in the measured time, from when it was due to its last byte; service and first byte of \
                     correct responses, from when they were sent. A percentile stands where there were as many as it needs."
                }
                thead { tr { @for head in HEAD { th scope="col" { (head) } } } }
                tbody {
                    @for request in &record.requests { (row(record, request)) }
                }
                @if record.requests.len() > 1 { tfoot { (row(record, &record.all())) } }
            }
        }
    }
}

fn row(record: &LoadRecord, request: &RequestRecord) -> Markup {
    let [name, cells @ ..] = in_full(record, request);
    html! {
        tr {
            th scope="row" { (visible(&name)) }
            @for (cell, head) in cells.iter().zip(&HEAD[1..]) {
                @let is_wrong = matches!(*head, "wrong" | "failed" | "unfinished") && cell != "0";
                td.fail[is_wrong] { (cell) }
            }
        }
    }
}

/// Gives everything that is known of a request, as text.
fn in_full(record: &LoadRecord, request: &RequestRecord) -> [String; HEAD.len()] {
    let times = &request.response;
    [
        request.name.clone(),
        request.sent().to_string(),
        request.wrong.to_string(),
        request.failed.to_string(),
        request.unfinished.to_string(),
        rate(record, request).map_or_else(|| "–".to_owned(), |rate| rate.to_string()),
        shown(times.percentile(0.5)),
        shown(times.percentile(0.95)),
        shown(times.percentile(0.99)),
        shown(times.percentile(0.999)),
        shown(times.max()),
        shown(times.mean()),
        shown(request.service.percentile(0.95)),
        shown(request.first_byte.percentile(0.95)),
        times.count().to_string(),
    ]
}
