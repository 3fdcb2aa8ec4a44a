//! Answers in parts and in any order end where one answer to everything does.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::review::{accepted, approval, body, file, holding, named, waiting_paths};
use crate::baseline::body::{Body, Figure};
use crate::baseline::folder::{Folder, Slot};
use crate::baseline::{Answer, Answers, Selection, accept, answer, pending, reject};
use crate::model::{Fact, FactClass};

use FactClass::{Local, Portable};

fn bodies() -> impl Strategy<Value = Body> {
    let fact = (any::<bool>(), 0_u8..3);
    let facts = prop::collection::btree_map("[ab](\\.[ab]){0,2}", fact, 0..6);
    (facts, prop::option::of(1.0_f64..9.0)).prop_map(|(facts, median)| {
        let mut body = body(&[]);
        for (path, (portable, value)) in facts {
            let class = if portable { Portable } else { Local };
            body.snapshot.facts.insert(path, Fact { class, value: value.into() });
        }
        let figure = |median| Figure { median, min: median, max: median };
        body.figures.extend(median.map(|median| ("memory.bytes".to_owned(), figure(median))));
        body
    })
}

/// Answers what waits by one path after the other, in an order that `seed` gives.
fn answer_each(folder: &Folder, mut seed: usize, answer: impl Fn(&Selection)) {
    loop {
        let paths = waiting_paths(folder);
        let Some(path) = paths.get(seed % paths.len().max(1)) else { break };
        answer(&named(&[&format!("api.{path}")]));
        seed /= 2;
    }
}

proptest! {
    // Each case writes files.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn accepting_part_by_part_ends_where_accepting_all_does(
        old in prop::option::of(bodies()), new in bodies(), seed in any::<usize>(),
    ) {
        let both = || holding(old.clone().map(|old| file("1.0.0", old)), &file("1.1.0", new.clone()));
        let (all, _all) = both();
        let (parts, _parts) = both();
        if !waiting_paths(&all).is_empty() {
            accept(&all, &Selection::All, None, &approval()).unwrap();
            answer_each(&parts, seed, |part| drop(accept(&parts, part, None, &approval()).unwrap()));
            let bare = |folder: &Folder| {
                let mut file = accepted(folder);
                file.info.supersedes = None;
                file.render()
            };
            prop_assert_eq!(bare(&parts), bare(&all));
            prop_assert!(parts.read(Slot::Pending).unwrap().is_empty());
        }
    }

    #[test]
    fn rejecting_everything_in_any_order_leaves_what_was_accepted_untouched(
        old in bodies(), new in bodies(), seed in any::<usize>(), whole in any::<bool>(),
    ) {
        let (folder, _home) = holding(Some(file("1.0.0", old)), &file("1.1.0", new));
        let before = accepted(&folder);
        if whole {
            reject(&folder, &Selection::All).unwrap();
        } else {
            answer_each(&folder, seed, |part| drop(reject(&folder, part).unwrap()));
        }
        prop_assert_eq!(accepted(&folder), before);
        prop_assert!(pending(&folder).unwrap().is_empty());
    }

    #[test]
    fn what_is_accepted_and_what_waits_make_up_what_was_recorded(
        old in bodies(), new in bodies(), answers in prop::collection::vec(0_u8..3, 12),
    ) {
        let (folder, _home) = holding(Some(file("1.0.0", old.clone())), &file("1.0.0", new.clone()));
        let Some(shown) = pending(&folder).unwrap().pop() else { return Ok(()) };
        let each: BTreeMap<String, Answer> = shown
            .changes
            .iter()
            .zip(answers)
            .filter_map(|(change, answer)| match answer {
                0 => Some((change.path.clone(), Answer::Accept(None))),
                1 => Some((change.path.clone(), Answer::Reject)),
                _ => None,
            })
            .collect();
        answer(&folder, &shown, &Answers::Each(each.clone()), &approval()).unwrap();
        let (after, waits) = (accepted(&folder).body, waiting_paths(&folder));
        for change in &shown.changes {
            let (from, waiting) = match each.get(&change.path) {
                Some(Answer::Accept(_)) => (&new, false),
                Some(Answer::Reject) => (&old, false),
                None => (&old, true),
            };
            let entry = |body: &Body| body.entries().remove(&*change.path);
            prop_assert_eq!(entry(&after), entry(from));
            prop_assert_eq!(waits.contains(&change.path), waiting);
        }
    }
}
