//! The proof mark itself: the answer, stamped large.

use maud::{Markup, html};

use super::style::of_verdict;
use super::{Report, visible};
use crate::model::Verdict;

/// Draws the stamp: a double ring with the tool's name and the day, and the verdict across it.
pub fn stamp(report: &Report<'_>) -> Markup {
    let verdict = report.judgement.verdict.word().to_uppercase();
    let decision = report.decision.map(|decision| decision.word().to_uppercase());
    let day = visible(report.run.started.split('T').next().unwrap_or_default());
    let said = decision.as_ref().map_or_else(
        || format!("verdict: {verdict}"),
        |decision| format!("verdict: {verdict}, decision: {decision}"),
    );
    // A long word is fitted into the band, whatever font the reader has.
    let (size, fit) = if verdict.len() > 6 { ("26", Some("204")) } else { ("48", None) };
    html! {
        svg.stamp.(of_verdict(report.judgement.verdict).word()) viewBox="0 0 240 240" role="img"
            aria-label=(said) {
            defs {
                path #upper d="M 38 120 A 82 82 0 0 1 202 120" {}
                path #lower d="M 27 120 A 93 93 0 0 0 213 120" {}
            }
            g transform="rotate(-8 120 120)" {
                circle.ring cx="120" cy="120" r="110" {}
                circle.ring.thin cx="120" cy="120" r="103" {}
                circle.ring.thin cx="120" cy="120" r="72" {}
                text.around { textPath href="#upper" startOffset="50%" { "PROOFMARK" } }
                text.around { textPath href="#lower" startOffset="50%" { "· " (day) " ·" } }
                path.emblem d=(emblem(report.judgement.verdict)) {}
                rect.band x="4" y="94" width="232" height="52" rx="4" {}
                text.verdict x="120" y="120" font-size=(size) textLength=[fit]
                    lengthAdjust="spacingAndGlyphs" { (verdict) }
                @if let Some(decision) = decision {
                    text.decision x="120" y="166" { (decision) }
                }
            }
        }
    }
}

/// Gives the strokes above the band: a tick, a cross, or a question mark.
const fn emblem(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "M 106 72 l 10 10 l 19 -22",
        Verdict::Fail => "M 109 60 l 22 22 M 131 60 l -22 22",
        Verdict::Inconclusive => "M 111 66 a 9 9 0 1 1 13 8 q -4 2 -4 6 M 120 86 l 0 0.1",
    }
}

/// Gives the icon of the page: a dot in the colour of the verdict, as a `data:` address.
pub fn icon(verdict: Verdict) -> String {
    let colour = match verdict {
        Verdict::Pass => "1a7f37",
        Verdict::Fail => "b3261e",
        Verdict::Inconclusive => "8a5a00",
    };
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E\
         %3Ccircle cx='4' cy='4' r='4' fill='%23{colour}'/%3E%3C/svg%3E"
    )
}
