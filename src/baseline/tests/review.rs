//! What waits, and what an answer does to the two files of a service.

use serde_json::{Value, json};

use crate::baseline::body::{Body, Figure};
use crate::baseline::file::{SnapshotFile, Standing};
use crate::baseline::folder::tests::empty;
use crate::baseline::folder::{Folder, Slot};
use crate::baseline::info::{Approval, Info};
use crate::baseline::review::{Awaiting, Entry, accept, answer, changes, pending, reject};
use crate::baseline::{Answer, Answers, Selection};
use crate::model::{Fact, FactClass};

use FactClass::{Local, Portable};

pub(super) fn body(facts: &[(&str, FactClass, Value)]) -> Body {
    let mut body = Body::default();
    body.snapshot.name = "api".to_owned();
    for (path, class, value) in facts {
        let fact = Fact { class: *class, value: value.clone() };
        body.snapshot.facts.insert((*path).to_owned(), fact);
    }
    body
}

pub(super) fn file(release: &str, body: Body) -> SnapshotFile {
    let info = Info {
        environment: "local".to_owned(),
        project: "shop".to_owned(),
        release: Some(release.to_owned()),
        ..Info::default()
    };
    SnapshotFile::draft(info, body)
}

fn user(name: &str) -> SnapshotFile {
    file("1.0.0", body(&[("user", Portable, json!(name))]))
}

pub(super) fn approval() -> Approval {
    Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() }
}

pub(super) fn named(words: &[&str]) -> Selection {
    Selection::Named(words.iter().map(|word| (*word).to_owned()).collect())
}

/// Gives a folder with these files of api.
pub(super) fn holding(
    accepted: Option<SnapshotFile>,
    recorded: &SnapshotFile,
) -> (Folder, tempfile::TempDir) {
    let (folder, home) = empty();
    if let Some(accepted) = accepted {
        folder.write(Slot::Accepted, &accepted.approved(&approval(), None)).unwrap();
    }
    folder.write(Slot::Pending, recorded).unwrap();
    (folder, home)
}

pub(super) fn accepted(folder: &Folder) -> SnapshotFile {
    folder.read(Slot::Accepted).unwrap().remove("api").unwrap()
}

pub(super) fn waiting_paths(folder: &Folder) -> Vec<String> {
    let waiting = pending(folder).unwrap().into_iter();
    waiting.flat_map(|review| review.changes).map(|change| change.path).collect()
}

#[test]
fn what_was_added_changed_moved_and_taken_away_is_shown_as_the_file_has_it() {
    let old = body(&[
        ("gone", Portable, json!(1)),
        ("changed", Portable, json!("a")),
        ("moved", Portable, json!("x")),
        ("same", Local, json!(true)),
    ]);
    let new = body(&[
        ("added", Local, json!([1])),
        ("changed", Portable, json!("b")),
        ("moved", Local, json!("x")),
        ("same", Local, json!(true)),
    ]);
    let shown = changes(Some(&old), &new).into_iter().map(|change| {
        let show = |entry: Option<Entry>| {
            entry.map_or("nothing".to_owned(), |e| format!("{} {}", e.section.word(), e.value))
        };
        format!("{}: {} -> {}", change.path, show(change.before), show(change.after))
    });
    insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r#"
    changed: portable "a" -> portable "b"
    gone: portable 1 -> nothing
    added: nothing -> local [1]
    moved: portable "x" -> local "x"
    "#);
}

#[test]
fn an_accepted_snapshot_names_its_approver_and_the_one_it_supersedes() {
    let (folder, _home) = empty();
    folder.write(Slot::Pending, &user("app")).unwrap();
    assert_eq!(pending(&folder).unwrap()[0].awaiting, Awaiting::New);
    assert_eq!(accept(&folder, &Selection::All, None, &approval()).unwrap(), ["api"]);
    let first = accepted(&folder);
    assert_eq!((first.standing(), &first.info.supersedes), (Standing::Approved, &None));
    assert!(pending(&folder).unwrap().is_empty());

    folder.write(Slot::Pending, &user("root")).unwrap();
    let waiting = pending(&folder).unwrap();
    assert_eq!((waiting[0].awaiting, waiting[0].changes.len()), (Awaiting::Changed, 1));
    accept(&folder, &named(&["api"]), None, &approval()).unwrap();
    let second = accepted(&folder);
    assert_eq!(second.info.supersedes, first.info.approval());
    assert_eq!(second.info.approved_by.as_deref(), Some("Ada"));
    assert!(folder.read(Slot::Pending).unwrap().is_empty());
}

#[test]
fn a_rejected_recording_leaves_what_was_accepted() {
    let (folder, _home) = empty();
    folder.write(Slot::Accepted, &user("app").approved(&approval(), None)).unwrap();
    folder.write(Slot::Pending, &user("root")).unwrap();
    assert_eq!(reject(&folder, &Selection::All).unwrap(), ["api"]);
    assert_eq!(accepted(&folder).body, user("app").body);
    assert!(pending(&folder).unwrap().is_empty());
}

#[test]
fn a_file_in_place_that_nobody_approved_waits_and_can_be_approved_there() {
    let (folder, _home) = empty();
    folder.write(Slot::Accepted, &user("app")).unwrap();
    let waiting = pending(&folder).unwrap();
    assert_eq!(waiting[0].awaiting, Awaiting::Unapproved);
    assert_eq!(waiting[0].file, "baselines/api.snap");
    accept(&folder, &Selection::All, None, &approval()).unwrap();
    assert!(pending(&folder).unwrap().is_empty());
}

#[test]
fn an_edit_after_the_approval_waits_for_a_new_one() {
    let (folder, _home) = empty();
    let mut edited = user("app").approved(&approval(), None);
    edited.body = user("root").body;
    folder.write(Slot::Accepted, &edited).unwrap();
    assert_eq!(pending(&folder).unwrap()[0].awaiting, Awaiting::Edited);
    assert!(reject(&folder, &Selection::All).unwrap().is_empty());
    accept(&folder, &Selection::All, None, &approval()).unwrap();
    let again = accepted(&folder);
    assert_eq!(
        (again.standing(), again.info.supersedes),
        (Standing::Approved, edited.info.approval())
    );
}

#[test]
fn a_service_that_does_not_wait_is_refused_before_anything_is_written() {
    let (folder, _home) = empty();
    folder.write(Slot::Pending, &user("app")).unwrap();
    let refusal = accept(&folder, &named(&["api", "web"]), None, &approval()).unwrap_err();
    assert_eq!(refusal.to_string(), "nothing of `web` waits for a review; waiting: api");
    assert!(folder.read(Slot::Accepted).unwrap().is_empty());
}

#[test]
fn only_the_chosen_changes_are_accepted_and_the_rest_goes_on_waiting() {
    let old = body(&[("user", Portable, json!("root")), ("restart", Portable, json!("no"))]);
    let new = body(&[
        ("user", Portable, json!("app")),
        ("ports.80/tcp", Portable, json!("published")),
        ("ports.80/tcp.host", Local, json!("127.0.0.1:80")),
    ]);
    let (folder, _home) = holding(Some(file("1.0.0", old)), &file("1.1.0", new.clone()));
    let names = accept(&folder, &named(&["api.ports"]), None, &approval()).unwrap();
    assert_eq!(names, ["api.ports.80/tcp", "api.ports.80/tcp.host"]);
    let part = accepted(&folder);
    assert_eq!(part.standing(), Standing::Approved);
    let paths: Vec<&String> = part.body.snapshot.facts.keys().collect();
    assert_eq!(paths, ["ports.80/tcp", "ports.80/tcp.host", "restart", "user"]);
    assert_eq!(part.body.snapshot.facts["user"].value, json!("root"));
    assert_eq!(part.info.release.as_deref(), Some("1.0.0"));
    assert_eq!(waiting_paths(&folder), ["restart", "user"]);

    accept(&folder, &named(&["api.user", "api.restart"]), None, &approval()).unwrap();
    let whole = accepted(&folder);
    assert_eq!((&whole.body, whole.info.release.as_deref()), (&new, Some("1.1.0")));
    assert_eq!(whole.info.supersedes, part.info.approval());
    assert!(folder.read(Slot::Pending).unwrap().is_empty());
}

#[test]
fn rejected_changes_leave_the_pending_file_and_the_last_one_takes_it_along() {
    let old = body(&[("user", Portable, json!("root")), ("restart", Portable, json!("no"))]);
    let new = body(&[("user", Portable, json!("app")), ("init", Portable, json!(true))]);
    let (folder, _home) = holding(Some(file("1.0.0", old.clone())), &file("1.0.0", new));
    reject(&folder, &named(&["api.restart", "api.user"])).unwrap();
    assert_eq!(waiting_paths(&folder), ["init"]);
    reject(&folder, &named(&["api.init"])).unwrap();
    assert!(folder.read(Slot::Pending).unwrap().is_empty());
    assert_eq!(accepted(&folder).body, old);
}

#[test]
fn a_fact_is_accepted_in_the_class_that_was_named_and_waits_no_more() {
    let new = body(&[("user", Portable, json!("app")), ("image", Portable, json!("shop:1"))]);
    let (folder, _home) = holding(None, &file("1.0.0", new));
    accept(&folder, &named(&["api.user"]), Some(Local), &approval()).unwrap();
    assert_eq!(accepted(&folder).body, body(&[("user", Local, json!("app"))]));
    assert_eq!(waiting_paths(&folder), ["image"]);
    accept(&folder, &Selection::All, Some(Local), &approval()).unwrap();
    let image = &accepted(&folder).body.snapshot.facts["image"];
    assert_eq!(image.class, Local);
}

#[test]
fn what_was_measured_has_no_class_to_be_named() {
    let mut new = body(&[]);
    let figure = Figure { median: 2.0, min: 1.0, max: 3.0 };
    new.figures.insert("memory.bytes".to_owned(), figure);
    let (folder, _home) = holding(None, &file("1.0.0", new));
    let refusal = accept(&folder, &named(&["api.memory"]), Some(Local), &approval()).unwrap_err();
    insta::assert_snapshot!(refusal, @"`memory.bytes` is measured and has no class; accept it without `--as`");
}

#[test]
fn a_digest_is_never_kept_under_a_release_it_is_not_of() {
    let digest = |value: &str| {
        body(&[("image_digest", Portable, json!(value)), ("user", Portable, json!(value))])
    };
    let release = |file: &SnapshotFile| file.info.release.clone().unwrap();
    let both = || holding(Some(file("1.0.0", digest("a"))), &file("1.1.0", digest("b")));

    let (folder, _home) = both();
    accept(&folder, &named(&["api.image_digest"]), None, &approval()).unwrap();
    assert_eq!(release(&accepted(&folder)), "1.1.0");

    let (folder, _home) = both();
    reject(&folder, &named(&["api.image_digest"])).unwrap();
    accept(&folder, &Selection::All, None, &approval()).unwrap();
    assert_eq!(release(&accepted(&folder)), "1.0.0");
}

#[test]
fn a_part_of_an_edited_file_cannot_be_approved_with_the_rest_unseen() {
    let (folder, _home) = holding(None, &user("app"));
    let mut edited = user("root").approved(&approval(), None);
    edited.body = user("nobody").body;
    folder.write(Slot::Accepted, &edited).unwrap();
    assert!(pending(&folder).unwrap()[0].whole);
    let refusal = accept(&folder, &named(&["api.user"]), None, &approval()).unwrap_err();
    insta::assert_snapshot!(refusal, @"`api` can only be answered as a whole, because nobody approved the file in place as it is; answer for `api`");
    assert_eq!(accepted(&folder).body, edited.body);
    accept(&folder, &named(&["api"]), None, &approval()).unwrap();
    assert_eq!(accepted(&folder).body, user("app").body);
}

#[test]
fn a_local_fact_of_another_place_is_answered_with_all_the_others() {
    let facts = |user: &str, port: &str| {
        body(&[
            ("user", Portable, json!(user)),
            ("ports.80/tcp.host", Local, json!(port)),
            ("ports.81/tcp.host", Local, json!(port)),
        ])
    };
    let mut elsewhere = file("1.0.0", facts("app", "0.0.0.0:80"));
    elsewhere.info.environment = "staging".to_owned();
    let both = || holding(Some(file("1.0.0", facts("root", "127.0.0.1:80"))), &elsewhere);
    let (folder, _home) = both();
    let one = named(&["api.ports.80/tcp.host"]);
    let refusal = accept(&folder, &one, None, &approval()).unwrap_err();
    insta::assert_snapshot!(refusal, @"`api` can only be answered as a whole, because `ports.80/tcp.host` holds only where it was recorded: environment local of project shop before, staging of shop now; answer for `api`");
    accept(&folder, &named(&["api.user"]), None, &approval()).unwrap();
    assert_eq!(accepted(&folder).info.environment, "local");
    accept(&folder, &named(&["api.ports"]), None, &approval()).unwrap();
    assert_eq!(accepted(&folder).info.environment, "staging");

    let (folder, _home) = both();
    reject(&folder, &named(&["api.ports"])).unwrap();
    accept(&folder, &named(&["api"]), None, &approval()).unwrap();
    assert_eq!(accepted(&folder).info.environment, "local");
    assert_eq!(accepted(&folder).body, facts("app", "127.0.0.1:80"));
}

#[test]
fn a_file_in_place_is_not_rejected_but_left_to_version_control() {
    let (folder, _home) = empty();
    folder.write(Slot::Accepted, &user("app")).unwrap();
    let refusal = reject(&folder, &named(&["api"])).unwrap_err();
    insta::assert_snapshot!(refusal, @"baselines/api.snap is in place and not pending; take it back with version control, or accept it");
}

#[test]
fn an_answer_to_what_was_recorded_anew_meanwhile_is_not_taken() {
    let (folder, _home) = holding(Some(user("root")), &user("app"));
    let shown = pending(&folder).unwrap().remove(0);
    folder.write(Slot::Pending, &user("mallory")).unwrap();
    let refusal = answer(&folder, &shown, &Answers::Accept, &approval()).unwrap_err();
    insta::assert_snapshot!(refusal, @"`api` was recorded or answered anew while it was looked at; review it again");
    assert_eq!(accepted(&folder).body, user("root").body);
}

#[test]
fn one_look_at_a_service_leaves_one_approval_whatever_its_facts_were_answered() {
    let old = body(&[("a", Portable, json!(1)), ("b", Portable, json!(1))]);
    let new = body(&[("a", Portable, json!(2)), ("b", Portable, json!(2)), ("c", Local, json!(2))]);
    let (folder, _home) = holding(Some(file("1.0.0", old)), &file("1.0.0", new));
    let before = accepted(&folder).info.approval();
    let shown = pending(&folder).unwrap().remove(0);
    let each = [("a", Answer::Accept(Some(Local))), ("b", Answer::Reject)];
    let each = each.map(|(path, answer)| (path.to_owned(), answer));
    answer(&folder, &shown, &Answers::Each(each.into()), &approval()).unwrap();
    let after = accepted(&folder);
    assert_eq!(after.body, body(&[("a", Local, json!(2)), ("b", Portable, json!(1))]));
    assert_eq!(after.info.supersedes, before);
    assert_eq!(waiting_paths(&folder), ["c"]);
}

#[test]
fn a_crash_between_the_two_files_leaves_nothing_to_answer_again() {
    let (folder, _home) = holding(None, &user("app"));
    let file = user("app").approved(&approval(), None);
    folder.write(Slot::Accepted, &file).unwrap();
    assert!(pending(&folder).unwrap().is_empty());
}
