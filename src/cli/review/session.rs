//! What a person is asked next, and what each key answers.

use std::collections::BTreeMap;

use crate::baseline::{Answer, Answers, Change, Entry, PendingReview, Section};
use crate::cli::waiting::Waiting;
use crate::model::FactClass;

/// Is one thing that a person is asked about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Question<'r> {
    /// A service as a whole, or an answer of a step.
    Whole(&'r Waiting),
    /// One change of it, and the class into which it was put.
    Fact(&'r PendingReview, &'r Change, Option<FactClass>),
}

/// Is what a person answered about what waits at this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    pub at: usize,
    pub answers: Answers,
}

/// Goes through what waits, one after the other.
#[derive(Debug)]
pub(super) struct Session<'r> {
    waiting: &'r [Waiting],
    at: usize,
    facts: Option<Facts>,
}

/// Holds how far a person came in a service that is answered fact by fact.
#[derive(Debug, Default)]
struct Facts {
    at: usize,
    classes: BTreeMap<usize, FactClass>,
    answers: BTreeMap<String, Answer>,
}

impl<'r> Session<'r> {
    /// Begins with the first.
    pub fn new(waiting: &'r [Waiting]) -> Self {
        Self { waiting, at: 0, facts: None }
    }

    /// Gives what is asked now; nothing once all is answered or the person left.
    pub fn question(&self) -> Option<Question<'r>> {
        let waiting = self.waiting.get(self.at)?;
        Some(match (&self.facts, waiting.by_fact()) {
            (None, _) | (_, None) => Question::Whole(waiting),
            (Some(facts), Some(review)) => {
                let class = facts.classes.get(&facts.at).copied();
                Question::Fact(review, review.changes.get(facts.at)?, class)
            }
        })
    }

    /// Says how far it is: the place among all that waits, or among the facts of a service, and how many
    /// there are.
    pub fn progress(&self) -> (usize, usize) {
        match &self.facts {
            None => (self.at + 1, self.waiting.len()),
            Some(facts) => (facts.at + 1, self.changes().len()),
        }
    }

    /// Gives the changes of the service that is asked about.
    fn changes(&self) -> &'r [Change] {
        self.waiting[self.at].by_fact().map_or(&[], |review| &review.changes)
    }

    /// Takes a key and gives what it settled; a key that means nothing here settles nothing.
    pub fn press(&mut self, key: char) -> Vec<Answered> {
        match self.question() {
            None => Vec::new(),
            Some(Question::Whole(waiting)) => self.press_at_whole(key, waiting),
            Some(Question::Fact(_, change, _)) => self.press_at_fact(key, change),
        }
    }

    fn press_at_whole(&mut self, key: char, waiting: &Waiting) -> Vec<Answered> {
        match key {
            'a' => self.answer(Some(Answers::Accept)),
            'r' if waiting.is_pending() => self.answer(Some(Answers::Reject)),
            's' => self.answer(None),
            'A' => self.answer_rest(|_| Some(Answers::Accept)),
            // A file in place is no pending one: only version control takes it back.
            'R' => self.answer_rest(|waiting| waiting.is_pending().then_some(Answers::Reject)),
            'S' | 'q' => self.answer_rest(|_| None),
            'f' if waiting.by_fact().is_some() => {
                self.facts = Some(Facts::default());
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Answers this one, or passes over it, and goes on to the next.
    fn answer(&mut self, answers: Option<Answers>) -> Vec<Answered> {
        let at = self.at;
        self.at += 1;
        answers.map(|answers| Answered { at, answers }).into_iter().collect()
    }

    fn answer_rest(&mut self, answer: fn(&Waiting) -> Option<Answers>) -> Vec<Answered> {
        let waiting = self.waiting;
        waiting[self.at..].iter().flat_map(|one| self.answer(answer(one))).collect()
    }

    fn press_at_fact(&mut self, key: char, change: &Change) -> Vec<Answered> {
        let all = self.changes();
        let facts = self.facts.as_mut().expect("a fact is asked about");
        match key {
            'a' => facts.answer(all, 1, |class| Some(Answer::Accept(class))),
            'r' => facts.answer(all, 1, |_| Some(Answer::Reject)),
            's' => facts.answer(all, 1, |_| None),
            'A' => facts.answer(all, all.len(), |class| Some(Answer::Accept(class))),
            'R' => facts.answer(all, all.len(), |_| Some(Answer::Reject)),
            'S' => facts.answer(all, all.len(), |_| None),
            'c' => facts.turn(change),
            'b' if facts.at == 0 => self.facts = None,
            'b' => facts.at -= 1,
            'q' => {
                let settled = self.end_facts();
                self.at = self.waiting.len();
                return settled;
            }
            _ => {}
        }
        match &self.facts {
            Some(facts) if facts.at == all.len() => self.end_facts(),
            _ => Vec::new(),
        }
    }

    /// Gives what was answered of this service's facts, and goes on to the next service.
    fn end_facts(&mut self) -> Vec<Answered> {
        let answers = self.facts.take().map(|facts| facts.answers).unwrap_or_default();
        self.answer((!answers.is_empty()).then_some(Answers::Each(answers)))
    }
}

impl Facts {
    /// Answers the next `count` changes, or passes over them.
    fn answer(
        &mut self,
        all: &[Change],
        count: usize,
        answer: fn(Option<FactClass>) -> Option<Answer>,
    ) {
        for change in all.iter().skip(self.at).take(count) {
            match answer(self.classes.get(&self.at).copied()) {
                Some(answer) => drop(self.answers.insert(change.path.clone(), answer)),
                None => drop(self.answers.remove(&change.path)),
            }
            self.at += 1;
        }
    }

    /// Puts a fact into the other class; what was measured, and what is gone, has none.
    fn turn(&mut self, change: &Change) {
        let recorded = match &change.after {
            Some(Entry { section: Section::Portable, .. }) => FactClass::Portable,
            Some(Entry { section: Section::Local, .. }) => FactClass::Local,
            Some(Entry { section: Section::Performance, .. }) | None => return,
        };
        let class = self.classes.entry(self.at).or_insert(recorded);
        *class = match class {
            FactClass::Portable => FactClass::Local,
            FactClass::Local => FactClass::Portable,
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::baseline::Awaiting;
    use crate::model::Severity;

    fn change(path: &str, section: Section) -> Change {
        let after = Some(Entry { section, value: json!(1) });
        Change { path: path.to_owned(), before: None, after, severity: Severity::Warning }
    }

    fn waits(service: &str, awaiting: Awaiting) -> Waiting {
        Waiting::Service(PendingReview {
            service: service.to_owned(),
            awaiting,
            file: String::new(),
            environment: "local".to_owned(),
            project: "shop".to_owned(),
            release: None,
            replaces: None,
            whole: !awaiting.is_pending(),
            changes: vec![
                change("image", Section::Portable),
                change("ports", Section::Local),
                change("rss", Section::Performance),
            ],
        })
    }

    fn three() -> Vec<Waiting> {
        vec![
            waits("api", Awaiting::Changed),
            waits("cache", Awaiting::Edited),
            waits("db", Awaiting::New),
        ]
    }

    /// Presses each key and tells what it settled, and what is asked after the last.
    fn pressed(keys: &str) -> String {
        let waiting = three();
        let mut session = Session::new(&waiting);
        let mut told = Vec::new();
        for key in keys.chars() {
            for Answered { at, answers } in session.press(key) {
                let answers = match answers {
                    Answers::Accept => "accept".to_owned(),
                    Answers::Reject => "reject".to_owned(),
                    Answers::Each(each) => {
                        let each = each.iter().map(|(path, answer)| match answer {
                            Answer::Accept(None) => format!("+{path}"),
                            Answer::Accept(Some(class)) => {
                                format!("+{path} {}", Section::from(*class).word())
                            }
                            Answer::Reject => format!("-{path}"),
                        });
                        each.collect::<Vec<_>>().join(" ")
                    }
                };
                told.push(format!("{}: {answers}", waiting[at].name()));
            }
        }
        told.push(match session.question() {
            None => "end".to_owned(),
            Some(Question::Whole(waiting)) => format!("{}?", waiting.name()),
            Some(Question::Fact(review, change, _)) => {
                format!("{}.{}?", review.service, change.path)
            }
        });
        told.join("; ")
    }

    #[test]
    fn each_service_is_accepted_rejected_or_skipped_in_turn() {
        assert_eq!(pressed(""), "api?");
        assert_eq!(pressed("ass"), "api: accept; end");
        assert_eq!(pressed("rar"), "api: reject; cache: accept; db: reject; end");
    }

    #[test]
    fn a_capital_answers_everything_that_follows() {
        assert_eq!(pressed("sA"), "cache: accept; db: accept; end");
        assert_eq!(pressed("S"), "end");
    }

    #[test]
    fn a_file_in_place_cannot_be_rejected_and_has_no_single_facts() {
        assert_eq!(pressed("srf"), "cache?");
        assert_eq!(pressed("R"), "api: reject; db: reject; end");
    }

    #[test]
    fn who_leaves_keeps_what_was_answered_before() {
        assert_eq!(pressed("aq"), "api: accept; end");
        assert_eq!(pressed("faq"), "api: +image; end");
        assert_eq!(pressed("fq"), "end");
    }

    #[test]
    fn the_facts_of_a_service_are_answered_one_by_one_and_settled_together() {
        assert_eq!(pressed("far"), "api.rss?");
        assert_eq!(pressed("fars"), "api: +image -ports; cache?");
        assert_eq!(pressed("frA"), "api: -image +ports +rss; cache?");
        assert_eq!(pressed("fsS"), "cache?");
    }

    #[test]
    fn a_fact_is_accepted_in_the_class_into_which_it_was_turned() {
        assert_eq!(pressed("fcacaca"), "api: +image local +ports portable +rss; cache?");
        assert_eq!(pressed("fccaS"), "api: +image portable; cache?");
    }

    #[test]
    fn going_back_answers_anew_and_leads_out_of_the_facts_at_the_first() {
        assert_eq!(pressed("fab"), "api.image?");
        assert_eq!(pressed("fabrS"), "api: -image; cache?");
        assert_eq!(pressed("fabba"), "api: accept; cache?");
    }

    #[test]
    fn a_key_that_means_nothing_changes_nothing() {
        assert_eq!(pressed("xbc"), "api?");
        assert_eq!(pressed("fxf"), "api.image?");
        assert_eq!(pressed("AAAq"), "api: accept; cache: accept; db: accept; end");
    }
}
