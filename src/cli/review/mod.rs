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
use crate::baseline::{self, Answer, Answers, Approval, BaselineError, Folder, PendingReview};
use crate::model::Exit;
use crate::report::{plural, wrap};
use session::{Answered, Question, Session};

pub(super) fn perform(
    context: &Context,
    shared: &Shared,
    args: &ReviewArgs,
) -> Result<Exit, CommandError> {
    let folder = Folder::of(&*settings_of(context, shared)?);
    let waiting = baseline::pending(&folder)?;
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
    let answered = ask(context, &folder, &waiting, &by)?;
    let left = baseline::pending(&folder)?;
    print(&summary(&waiting, &answered, &left));
    Ok(if left.is_empty() { Exit::Holds } else { Exit::Locked })
}

/// Asks about everything that waits, does what is answered at once, and gives what that was.
fn ask(
    context: &Context,
    folder: &Folder,
    waiting: &[PendingReview],
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
            let review = &waiting[settled.service];
            let approval = Approval { by: by.to_owned(), at: context.now() };
            match baseline::answer(folder, review, &settled.answers, &approval) {
                Ok(()) => answered.push(settled),
                // The others can still be answered; this one goes on waiting.
                Err(refusal @ (BaselineError::Meanwhile(_) | BaselineError::OnlyWhole { .. })) => {
                    let lines = wrap(&refusal.to_string(), context.width);
                    eprint(&inked(INCONCLUSIVE, &format!("\n{}", lines.join("\n"))));
                }
                Err(cause) => return Err(cause.into()),
            }
        }
    }
    Ok(answered)
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
        Question::Service(review) => {
            if !review.awaiting.is_pending() {
                keys.retain(|(_, key, _)| *key != "r");
            }
            if !review.whole {
                keys.push((STRONG, "f", "fact by fact"));
            }
            drawing::service(review, progress, context.width)
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
fn summary(waiting: &[PendingReview], answered: &[Answered], left: &[PendingReview]) -> String {
    let (mut accepted, mut rejected) = (Vec::new(), Vec::new());
    for Answered { service, answers } in answered {
        let name = &waiting[*service].service;
        match answers {
            Answers::Accept => accepted.push(name.clone()),
            Answers::Reject => rejected.push(name.clone()),
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
    let left: Vec<String> = left.iter().map(|review| review.service.clone()).collect();
    let lists = [("accepted", accepted), ("rejected", rejected), ("still waiting", left)];
    let lists = lists.iter().filter(|(_, list)| !list.is_empty());
    lists.map(|(word, list)| format!("{word}: {}", list.join(", "))).collect::<Vec<_>>().join("\n")
}
