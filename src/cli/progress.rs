//! What is under way, for a person who waits: on stderr, so that results can be piped.

use std::io::Write;
use std::time::Duration;

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::live;
use super::style::{DIM, ink, inked, symbol};
use crate::model::{
    Attempt, Check, CheckResult, Counts, Kind, LoadMoment, Outcome, Severity, show_duration,
};
use crate::report::visible;
use crate::runner::Event;

/// How many names of what is under way are shown.
const MOST_NAMES: usize = 3;
const TICK: Duration = Duration::from_millis(100);

/// Shows how far a command came.
///
/// On a terminal it draws bars and takes them away again. Elsewhere it only tells what a log needs:
/// a line for each check that does not hold, for each long step, and for each narrated line.
pub struct Progress {
    output: Output,
    run: Option<ProgressBar>,
    /// The load that is under way.
    load: Option<ProgressBar>,
    under_way: UnderWay,
}

enum Output {
    Bars { bars: MultiProgress, is_styled: bool },
    Lines(Box<dyn Write + Send>),
}

impl Progress {
    /// Shows progress on stderr: with bars where a person watches, else in plain lines.
    #[must_use]
    pub fn on_stderr(is_watched: bool) -> Self {
        Self::on(if is_watched {
            Output::Bars {
                bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
                is_styled: AutoStream::choice(&std::io::stderr()) != ColorChoice::Never,
            }
        } else {
            Output::Lines(Box::new(anstream::stderr()))
        })
    }

    fn on(output: Output) -> Self {
        Self { output, run: None, load: None, under_way: UnderWay::default() }
    }

    /// Takes in what the runner tells.
    pub fn observe(&mut self, event: &Event<'_>) {
        match event {
            Event::Planned(checks) => {
                self.under_way = UnderWay::default();
                self.run = self.bar(*checks);
            }
            // A log has no place for names that come and go.
            Event::Started(check) if self.run.is_some() => self.under_way.begin(check),
            Event::Started(_) => {}
            Event::Measured(_, moment) => self.watch(moment),
            Event::Slow(check, after) => {
                let told =
                    format!("{} is still under way after {}", check.id, show_duration(*after));
                self.mention(&told);
            }
            Event::Retried(check, attempt) => {
                let Attempt { number, outcome, message, .. } = attempt;
                self.mention(&format!("{}: attempt {number} {outcome}: {message}", check.id));
            }
            Event::Revealed(checks) => {
                if let Some(bar) = &self.run {
                    bar.inc_length(*checks as u64);
                }
            }
            Event::Finished(result) => {
                if result.check.kind == Kind::Load
                    && let Some(load) = self.load.take()
                {
                    load.finish_and_clear();
                }
                self.under_way.end(result);
                self.notice(result);
            }
        }
        self.draw();
    }

    /// Shows that one long step is under way, until what it gives back is dropped.
    #[must_use = "the spinner is gone once this is dropped"]
    pub fn spinner(&mut self, message: &str) -> Spinner {
        let message = one_line(message);
        match &mut self.output {
            Output::Bars { bars, .. } => {
                let style = style("{spinner} {wide_msg} {elapsed}");
                let bar =
                    bars.add(ProgressBar::no_length().with_style(style).with_message(message));
                bar.enable_steady_tick(TICK);
                Spinner(bar)
            }
            Output::Lines(lines) => {
                write_line(lines, &message);
                Spinner(ProgressBar::hidden())
            }
        }
    }

    /// Prints a line, above the bars where there are any.
    pub fn narrate(&mut self, line: &str) {
        match &mut self.output {
            Output::Bars { bars, .. } => bars.suspend(|| write_line(&mut anstream::stderr(), line)),
            Output::Lines(lines) => write_line(lines, line),
        }
    }

    fn bar(&self, checks: usize) -> Option<ProgressBar> {
        let Output::Bars { bars, .. } = &self.output else { return None };
        let style =
            style("{elapsed:>4} {bar:24.cyan/dim} {pos}/{len}  {prefix}\n     {wide_msg:.dim}")
                .progress_chars("━━─");
        let bar = bars.add(ProgressBar::new(checks as u64).with_style(style));
        bar.enable_steady_tick(TICK);
        Some(bar)
    }

    /// Shows how a load goes: on a terminal as it is now, in a log from time to time.
    fn watch(&mut self, moment: &LoadMoment) {
        match &mut self.output {
            Output::Bars { bars, is_styled } => {
                let new = || bars.add(ProgressBar::no_length().with_style(style("{msg}")));
                let lines = live::lines(moment, columns()).join("\n");
                let load = self.load.get_or_insert_with(new);
                load.set_message(if *is_styled { lines } else { strip_str(&lines).to_string() });
            }
            Output::Lines(lines) => {
                if let Some(line) = live::line(moment) {
                    write_line(lines, &line);
                }
            }
        }
    }

    /// Tells in a log what is no result yet.
    fn mention(&mut self, told: &str) {
        if let Output::Lines(lines) = &mut self.output {
            write_line(lines, &inked(DIM, &one_line(told)));
        }
    }

    /// Tells in a log what a person would see in the counts.
    fn notice(&mut self, result: &CheckResult) {
        let Output::Lines(lines) = &mut self.output else { return };
        let told = result.check.severity != Severity::Info;
        if told && matches!(result.outcome, Outcome::Fail | Outcome::Inconclusive) {
            let symbol = inked(ink(result.outcome), symbol(result.outcome));
            let told = one_line(&format!("{}: {}", result.check.id, result.message));
            write_line(lines, &format!("{symbol} {told}"));
        }
    }

    fn draw(&mut self) {
        let (Some(bar), Output::Bars { is_styled, .. }) = (&self.run, &self.output) else { return };
        let tally = self.under_way.tally();
        let done = self.under_way.counts.total();
        bar.set_prefix(if *is_styled { tally } else { strip_str(&tally).to_string() });
        bar.set_message(self.under_way.names());
        bar.set_position(done as u64);
        if bar.length() == Some(done as u64) {
            bar.finish_and_clear();
            self.run = None;
        }
    }
}

/// Shows a long step while it lives.
#[derive(Debug)]
pub struct Spinner(ProgressBar);

impl Drop for Spinner {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Keeps what has begun and what came of the rest.
#[derive(Default)]
struct UnderWay {
    counts: Counts,
    /// Identity and name of each, in the order in which they began.
    checks: Vec<(String, String)>,
}

impl UnderWay {
    fn begin(&mut self, check: &Check) {
        let name = one_line(&format!("{}: {}", check.group, check.name));
        self.checks.push((check.id.clone(), name));
    }

    fn end(&mut self, result: &CheckResult) {
        if let Some(at) = self.checks.iter().position(|(id, _)| *id == result.check.id) {
            self.checks.remove(at);
        }
        self.counts.add(result.outcome);
    }

    fn tally(&self) -> String {
        let Counts { pass, fail, inconclusive, .. } = self.counts;
        [(pass, Outcome::Pass), (fail, Outcome::Fail), (inconclusive, Outcome::Inconclusive)]
            .map(|(count, outcome)| {
                let style = if count > 0 { ink(outcome) } else { DIM };
                inked(style, &format!("{} {count}", symbol(outcome)))
            })
            .join("  ")
    }

    fn names(&self) -> String {
        let names = self.checks.iter().take(MOST_NAMES).map(|(_, name)| name.as_str());
        let shown = names.collect::<Vec<_>>().join(" · ");
        match self.checks.len().saturating_sub(MOST_NAMES) {
            0 => shown,
            more => format!("{shown} and {more} more"),
        }
    }
}

/// Gives how many columns what is shown may take.
fn columns() -> usize {
    console::Term::stderr().size_checked().map_or(80, |(_, columns)| columns.into())
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates are constants that tests draw")
}

fn one_line(text: &str) -> String {
    visible(text).replace(['\n', '\t'], " ")
}

/// Writes a line where it can; progress that cannot be shown is no reason to stop the work.
fn write_line(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::model::{Finding, LoadSecond, Reason};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Log {
        fn text(&self) -> String {
            let bytes = self.0.lock().unwrap().clone();
            strip_str(std::str::from_utf8(&bytes).unwrap()).to_string()
        }
    }

    fn check(name: &str) -> Check {
        Check::new(Kind::Health, "api", name)
    }

    fn finish(progress: &mut Progress, name: &str, finding: Finding) {
        progress.observe(&Event::Started(&check(name)));
        progress.observe(&Event::Finished(&CheckResult::new(check(name), finding, 0.0, 1.0)));
    }

    #[test]
    fn without_a_terminal_only_what_does_not_hold_and_what_is_narrated_is_told() {
        let log = Log::default();
        let mut progress = Progress::on(Output::Lines(Box::new(log.clone())));
        progress.observe(&Event::Planned(3));
        finish(&mut progress, "one", Finding::pass("fine"));
        finish(&mut progress, "two", Finding::fail(Reason::Unhealthy, "503\nverdict \x1b[2JPASS"));
        finish(&mut progress, "three", Finding::inconclusive(Reason::Unreachable, "refused"));
        drop(progress.spinner("backing up"));
        progress.narrate("backed up");
        assert_eq!(
            log.text(),
            "✗ health/api/two: 503 verdict \\u{1b}[2JPASS\n\
             ? health/api/three: refused\nbacking up\nbacked up\n"
        );
    }

    fn load_at(at: u32) -> LoadMoment {
        let second = LoadSecond { at, correct: 50, ..LoadSecond::default() };
        LoadMoment { case: "shoppers".to_owned(), lasts: 30.0, second, ..LoadMoment::default() }
    }

    #[test]
    fn a_load_is_told_to_a_log_every_ten_seconds() {
        let log = Log::default();
        let mut progress = Progress::on(Output::Lines(Box::new(log.clone())));
        let check = check("shoppers");
        for at in 0..25 {
            progress.observe(&Event::Measured(&check, &load_at(at)));
        }
        let told = "load shoppers: 10.00 s of 30.00 s, 50.0/s correct, 0 under way";
        assert!(log.text().starts_with(told), "{}", log.text());
        assert_eq!(log.text().lines().count(), 2);
    }

    #[test]
    fn on_a_terminal_a_load_is_shown_until_its_check_has_a_result() {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let mut progress = Progress::on(Output::Bars { bars, is_styled: false });
        let check = Check::new(Kind::Load, "shop", "shoppers: errors");
        progress.observe(&Event::Planned(2));
        progress.observe(&Event::Started(&check));
        progress.observe(&Event::Measured(&check, &load_at(3)));
        let load = progress.load.clone().unwrap();
        assert!(load.message().contains("shoppers  4.00 s of 30.00 s"), "{}", load.message());
        let result = CheckResult::new(check, Finding::pass("none"), 0.0, 1.0);
        progress.observe(&Event::Finished(&result));
        assert!(load.is_finished() && progress.load.is_none());
    }

    #[test]
    fn on_a_terminal_the_bar_goes_once_every_check_was_answered() {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let mut progress = Progress::on(Output::Bars { bars, is_styled: false });
        progress.observe(&Event::Planned(2));
        finish(&mut progress, "one", Finding::pass("fine"));
        let bar = progress.run.clone().unwrap();
        assert_eq!((bar.position(), bar.prefix()), (1, "✓ 1  ✗ 0  ? 0".to_owned()));
        finish(&mut progress, "two", Finding::fail(Reason::Unhealthy, "503"));
        assert!(bar.is_finished() && progress.run.is_none());
        let spinner = progress.spinner("bringing up");
        assert_eq!(spinner.0.message(), "bringing up");
    }

    #[test]
    fn a_plan_without_checks_leaves_no_bar_behind() {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let mut progress = Progress::on(Output::Bars { bars, is_styled: false });
        progress.observe(&Event::Planned(0));
        assert!(progress.run.is_none());
    }

    #[test]
    fn of_many_names_the_oldest_are_shown_and_the_rest_counted() {
        let mut under_way = UnderWay::default();
        for name in ["a", "b", "c", "d", "e"] {
            under_way.begin(&check(name));
        }
        assert_eq!(under_way.names(), "api: a · api: b · api: c and 2 more");
    }
}
