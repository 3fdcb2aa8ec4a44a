//! `proofmark review`: each pending snapshot in turn, with insta's words and keys.

pub(super) mod drawing;
mod session;

use console::{Key, Term};

use super::approver::approver;
use super::args::{OutputFormat, ReviewArgs, Shared};
use super::context::Context;
use super::error::CommandError;
use super::output::{eprint, print, settings_of};
use super::pending;
use super::style::{DIM, FAIL, INCONCLUSIVE, PASS, STRONG, inked};
use super::waiting::Waiting;
use crate::baseline::{self, Answer, Answers, Approval, BaselineError, Folder};
use crate::config::Settings;
use crate::model::Exit;
use crate::report::{plural, wrap};
use crate::suite::SnapshotError;
use session::{Answered, Question, Session};

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &ReviewArgs,
) -> Result<Exit, CommandError> {
    let settings = settings_of(context, shared)?;
    let waiting = Waiting::all(&settings)?;
    let may_write = context.refuse_ci(args.in_ci, "asked");
    let asks = context.interactive && shared.format != OutputFormat::Json && may_write.is_ok();
    if !asks || waiting.is_empty() {
        let exit = pending::list(context, shared.format, &waiting);
        match may_write {
            _ if waiting.is_empty() => {}
            Err(in_ci) => eprint(&in_ci.to_string()),
            Ok(()) => eprint(
                "there is no terminal to ask on; answer with `proofmark accept` or `proofmark reject`",
            ),
        }
        return Ok(exit);
    }
    let by = approver(context, &args.approver)?;
    let answered = ask(context, &settings, &waiting, &by)?;
    let left = Waiting::all(&settings)?;
    print(&summary(&waiting, &answered, &left));
    Ok(if left.is_empty() { Exit::Holds } else { Exit::Locked })
}

/// Asks about everything that waits, does what is answered at once, and gives what that was.
fn ask(
    context: &Context,
    settings: &Settings,
    waiting: &[Waiting],
    by: &str,
) -> Result<Vec<Answered>, CommandError> {
    let mut session = Session::new(waiting);
    let mut answered = Vec::new();
    let mut shown = None;
    while let Some(question) = session.question() {
        if shown != Some(question) {
            show(context, question, session.progress());
            shown = Some(question);
        }
        for settled in session.press(key()?) {
            let approval = Approval { by: by.to_owned(), at: context.now() };
            match settle(settings, &waiting[settled.at], &settled.answers, &approval) {
                Ok(()) => answered.push(settled),
                // The others can still be answered; this one goes on waiting.
                Err(
                    refusal @ (CommandError::Baseline(
                        BaselineError::Meanwhile(_) | BaselineError::OnlyWhole { .. },
                    )
                    | CommandError::Snapshot(SnapshotError::Meanwhile(_))),
                ) => {
                    let lines = wrap(&refusal.to_string(), context.width);
                    eprint(&inked(INCONCLUSIVE, &format!("\n{}", lines.join("\n"))));
                }
                Err(cause) => return Err(cause),
            }
        }
    }
    Ok(answered)
}

/// Does what a person answered.
fn settle(
    settings: &Settings,
    waiting: &Waiting,
    answers: &Answers,
    approval: &Approval,
) -> Result<(), CommandError> {
    match (waiting, answers) {
        (Waiting::Service(review), _) => {
            baseline::answer(&Folder::of(settings), review, answers, approval)?;
        }
        (Waiting::Snapshot(snapshot), Answers::Reject) => snapshot.reject(settings)?,
        (Waiting::Snapshot(snapshot), _) => snapshot.accept(settings)?,
    }
    Ok(())
}

/// Waits for a key that is a character; Escape leaves, as `q` does.
fn key() -> Result<char, CommandError> {
    loop {
        match Term::stderr().read_key().map_err(CommandError::Terminal)? {
            Key::Char(key) => return Ok(key),
            Key::Escape => return Ok('q'),
            _ => {}
        }
    }
}

fn show(context: &Context, question: Question<'_>, progress: (usize, usize)) {
    let mut keys = vec![(PASS, "a", "accept"), (FAIL, "r", "reject"), (INCONCLUSIVE, "s", "skip")];
    let drawn = match question {
        Question::Whole(waiting) => {
            if !waiting.is_pending() {
                keys.retain(|(_, key, _)| *key != "r");
            }
            if waiting.by_fact().is_some() {
                keys.push((STRONG, "f", "fact by fact"));
            }
            drawing::whole(waiting, progress, context.width)
        }
        Question::Fact(review, change, class) => {
            keys.extend([(STRONG, "c", "other class"), (STRONG, "b", "back")]);
            drawing::fact(review, change, class, progress, context.width)
        }
    };
    keys.push((STRONG, "q", "quit"));
    let keys = keys.iter().map(|(ink, key, word)| format!("{} {word}", inked(*ink, key)));
    let keys = keys.collect::<Vec<_>>().join("  ");
    print(&format!("\n{drawn}"));
    eprint(&format!("\n{keys}  {}", inked(DIM, "A R S all the rest")));
}

/// Says what was answered, and what goes on waiting.
fn summary(waiting: &[Waiting], answered: &[Answered], left: &[Waiting]) -> String {
    let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
    for Answered { at, answers } in answered {
        let name = waiting[*at].name();
        match answers {
            Answers::Accept => accepted.push(name.to_owned()),
            Answers::Reject => rejected.push(name.to_owned()),
            Answers::Each(each) => {
                let rejects = each.values().filter(|answer| **answer == Answer::Reject).count();
                for (count, list) in
                    [(each.len() - rejects, &mut accepted), (rejects, &mut rejected)]
                {
                    if count > 0 {
                        list.push(format!("{} of {name}", plural(count, "change")));
                    }
                }
            }
        }
    }
    let left: Vec<String> = left.iter().map(|one| one.name().to_owned()).collect();
    let lists = [("accepted", accepted), ("rejected", rejected), ("still waiting", left)];
    let lists = lists.iter().filter(|(_, list)| !list.is_empty());
    lists.map(|(word, list)| format!("{word}: {}", list.join(", "))).collect::<Vec<_>>().join("\n")
}
