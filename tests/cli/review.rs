//! The review without a terminal: what waits is told, and answered by name.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::project::{Project, Said, said};

fn baselines(project: &Project) -> BTreeMap<String, String> {
    let folder = std::fs::read_dir(project.path().join("baselines")).unwrap();
    folder
        .map(|file| file.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn in_ci(project: &Project, arguments: &[&str]) -> Said {
    said(&project.command(arguments).env("CI", "true").output().unwrap())
}

#[test]
fn what_waits_is_listed_with_every_change_and_an_exit_code_of_its_own() {
    let project = Project::of_what_waits();
    let listed = project.run(&["pending"]);
    assert_eq!(listed.code, 5, "{}", listed.stderr);
    insta::assert_snapshot!(listed.stdout);
    let json = project.run(&["pending", "--format", "json"]);
    assert_eq!(json.code, 5);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json[0]["changes"][1]["path"], "image_digest");
    assert_eq!(json[0]["changes"][1]["severity"], "critical");
    assert_eq!(json[0]["changes"][1]["after"]["section"], "portable");
    assert_eq!(json[1]["awaiting"], "edited");
}

#[test]
fn a_review_without_a_terminal_lists_the_same_and_says_how_to_answer() {
    let project = Project::of_what_waits();
    let review = project.run(&["review"]);
    assert_eq!((review.code, review.stdout), (5, project.run(&["pending"]).stdout));
    assert!(review.stderr.contains("`proofmark accept`"), "{}", review.stderr);
}

#[test]
fn parts_are_answered_until_nothing_waits() {
    let project = Project::of_what_waits();
    let accepted = project.run(&["accept", "api.user", "api.limits", "db", "--by", "Grace"]);
    assert_eq!(accepted.stdout, "accepted: api.limits.memory, api.user, db\n");
    let api = &baselines(&project)["api.snap"];
    for line in [
        "  user: app",
        "  limits.memory: 256MiB",
        "  approved_by: Grace",
        "  image_digest: sha256:0a",
    ] {
        assert!(api.lines().any(|found| found == line), "{line} is not in {api}");
    }
    let rejected = project.run(&["reject", "api", "storage", "worker", "worker.image"]);
    assert_eq!(rejected.stdout, "rejected: api, storage, worker, worker.image\n");
    assert_eq!(project.run(&["pending"]).code, 5);
    assert_eq!(project.run(&["accept", "cache"]).code, 0);
    let pending = project.run(&["pending"]);
    assert_eq!((pending.code, &*pending.stdout), (0, "nothing waits for a review\n"));
    let left = ["api.snap", "cache.snap", "db.snap", "storage.snap", "worker.snap"];
    assert!(baselines(&project).keys().eq(left), "{:?}", baselines(&project).keys());
}

#[test]
fn facts_are_recorded_in_the_class_that_was_named() {
    let project = Project::of_what_waits();
    assert_eq!(project.run(&["accept", "api.user", "--as", "local"]).code, 0);
    let api = &baselines(&project)["api.snap"];
    assert!(api.split("\nlocal:\n").nth(1).unwrap().contains("user: app"), "{api}");
    assert_eq!(project.run(&["accept", "db", "--as", "global"]).code, 2);
}

#[test]
fn nothing_is_written_where_ci_is_set_unless_that_was_said() {
    let project = Project::of_what_waits();
    let before = baselines(&project);
    for (arguments, code) in
        [(&["accept", "--all"][..], 2), (&["reject", "--all"], 2), (&["review"], 5)]
    {
        let said = in_ci(&project, arguments);
        assert_eq!(said.code, code, "{arguments:?}: {}", said.stderr);
        assert!(said.stderr.contains("because CI is set"), "{}", said.stderr);
        assert!(said.stderr.contains("`--in-ci`"), "{}", said.stderr);
    }
    assert_eq!(baselines(&project), before);
    assert_eq!(in_ci(&project, &["accept", "--all", "--in-ci"]).code, 0);
    assert_ne!(baselines(&project), before);
}

#[test]
fn the_approver_is_who_was_named_or_whom_git_knows_or_the_user() {
    let approver = |arguments: &[&str], git: &str, user: Option<&str>| {
        let project = Project::of_what_waits();
        project.file(".gitconfig", git);
        let mut command = project.command(&["accept", "db"]);
        command.args(arguments).env("HOME", project.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("GIT_CEILING_DIRECTORIES", project.path());
        match user {
            Some(user) => command.env("USER", user),
            None => command.env_remove("USER").env("PATH", ""),
        };
        let said = said(&command.output().unwrap());
        let file = baselines(&project).remove("db.snap");
        let line =
            file.iter().flat_map(|text| text.lines()).find(|line| line.contains("approved_by"));
        line.map_or(said.stderr, |line| line.trim().to_owned())
    };
    let git = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n";
    let by = ["--by", "Grace"];
    assert_eq!(approver(&by, git, Some("root")), "approved_by: Grace");
    assert_eq!(approver(&[], git, Some("root")), "approved_by: Ada Lovelace <ada@example.com>");
    assert_eq!(approver(&[], "", Some("ada")), "approved_by: ada");
    let nobody = "error: nobody is named who answers for the baseline; give `--by NAME`\n";
    assert_eq!(approver(&[], "", None), nobody);
}

#[test]
fn an_acceptance_killed_at_any_moment_leaves_every_file_whole() {
    let header =
        "---\nexpression: S\ninfo: { status: draft, environment: local, project: shop }\n---\n";
    let project = Project::with_settings("project: shop\nenvironments: { local: {} }\n");
    let service = |index: usize| format!("s{index:03}");
    let facts = (0..200).map(|index| format!("  labels.l{index}: value\n"));
    let facts = facts.collect::<Vec<_>>().concat();
    for index in 0..24 {
        let name = service(index);
        let text = format!("{header}service: {name}\nportable:\n{facts}")
            .replace("S\n", &format!("{name}\n"));
        project.file(&format!("baselines/{name}.snap.new"), &text);
    }
    let mut waiting = Vec::new();
    for pause in [0, 3, 6, 12, 25, 50, 100] {
        let mut accepting = project.command(&["accept", "--all", "--by", "Ada"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        let _ = accepting.kill();
        accepting.wait().unwrap();
        let pending = project.run(&["pending", "--format", "json"]);
        assert!(matches!(pending.code, 0 | 5), "{}", pending.stderr);
        let left: Value = serde_json::from_str(&pending.stdout).unwrap();
        waiting.push(left.as_array().unwrap().len());
    }
    assert!(waiting.is_sorted_by(|before, after| before >= after), "{waiting:?}");
    project.run(&["accept", "--all", "--by", "Ada"]);
    assert_eq!(project.run(&["pending"]).code, 0);
    assert_eq!(baselines(&project).len(), 24);
}

const ANSWER: &str = "---\nsource: suites/e2e/orders.yaml\nexpression: place the order\n---\n";

/// Makes a project in which an answer of a step waits that differs from the accepted one.
fn with_an_answer() -> Project {
    let project = Project::of_what_waits();
    let suite = "suite: orders\nlevel: e2e\ncases:\n  - name: one\n    steps:\n      - get: http://127.0.0.1:9/\n        expect: { snapshot: placed }\n";
    project.file("suites/e2e/orders.yaml", suite);
    for (name, body) in
        [("placed.snap", "one\ntwo\n"), ("placed.snap.new", "one\n2\n"), ("gone.snap", "old\n")]
    {
        project.file(&format!("suites/e2e/snapshots/orders__{name}"), &format!("{ANSWER}{body}"));
    }
    project
}

#[test]
fn the_answer_of_a_step_waits_among_the_services_and_is_answered_by_name() {
    let project = with_an_answer();
    let json = project.run(&["pending", "--format", "json"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let last = json.as_array().unwrap().last().unwrap();
    assert_eq!(last["snapshot"], "e2e/orders__placed");
    assert_eq!((&last["before"], &last["after"]), (&"one\ntwo".into(), &"one\n2".into()));
    let listed = project.run(&["pending"]).stdout;
    let (_, drawn) = listed.split_once("e2e/orders__placed").unwrap();
    assert!(
        drawn.contains("- two") && drawn.contains("+ 2") && drawn.contains("place the order"),
        "{drawn}"
    );

    let unknown = project.run(&["accept", "e2e/nothing", "--by", "Grace"]);
    assert_eq!(unknown.code, 4);
    assert!(unknown.stderr.contains("these do: e2e/orders__placed"), "{}", unknown.stderr);

    let accepted = project.run(&["accept", "e2e/orders__placed", "--by", "Grace"]);
    assert_eq!((accepted.code, &*accepted.stdout), (0, "accepted: e2e/orders__placed\n"));
    let file = project.path().join("suites/e2e/snapshots/orders__placed.snap");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{ANSWER}one\n2\n"));
    assert!(!file.with_extension("snap.new").exists());
}

#[test]
fn a_class_for_the_answer_of_a_step_is_refused_by_its_file_and_nothing_is_accepted() {
    let project = with_an_answer();
    let before = baselines(&project);
    let answer = "e2e/orders__placed";
    for chosen in [&[answer][..], &["api.user", answer], &["--all"]] {
        let refused =
            project.run(&[&["accept", "--as", "local", "--by", "Grace"], chosen].concat());
        assert_eq!(refused.code, 2, "{chosen:?}: {}", refused.stdout);
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused.stderr, @r"error: `--as` records facts in a class, and the answer of a step has none: e2e/orders__placed (suites/e2e/snapshots/orders__placed.snap.new); accept answers without `--as`, and name the services or facts that it is meant for");
        }
    }
    assert_eq!(baselines(&project), before);
    assert!(project.path().join("suites/e2e/snapshots/orders__placed.snap.new").exists());
    assert_eq!(project.run(&["accept", answer, "--by", "Grace"]).code, 0);
    assert_eq!(project.run(&["accept", "--all", "--as", "local", "--by", "Grace"]).code, 0);
}

#[test]
fn all_that_waits_is_rejected_with_the_answers_of_steps() {
    let project = with_an_answer();
    let accepted = project.run(&["accept", "--all", "--by", "Grace"]);
    assert!(accepted.stdout.trim_end().ends_with("e2e/orders__placed"), "{}", accepted.stdout);
    let project = with_an_answer();
    let rejected = project.run(&["reject", "e2e/orders__placed"]);
    assert_eq!((rejected.code, &*rejected.stdout), (0, "rejected: e2e/orders__placed\n"));
    let file = project.path().join("suites/e2e/snapshots/orders__placed.snap");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{ANSWER}one\ntwo\n"));
    let in_ci = in_ci(&project, &["reject", "e2e/orders__placed"]);
    assert_eq!(in_ci.code, 2, "{}", in_ci.stderr);
}

#[test]
fn snapshots_that_no_step_names_are_listed_and_deleted() {
    let project = with_an_answer();
    let listed = project.run(&["pending", "--unreferenced"]);
    assert_eq!(listed.code, 5, "{}", listed.stderr);
    assert!(
        listed.stdout.ends_with("suites/e2e/snapshots/orders__gone.snap\n"),
        "{}",
        listed.stdout
    );
    let deleted = project.run(&["reject", "--unreferenced"]);
    let said = "deleted: suites/e2e/snapshots/orders__gone.snap\n";
    assert_eq!((deleted.code, &*deleted.stdout), (0, said), "{}", deleted.stderr);
    assert_eq!(project.run(&["pending", "--unreferenced"]).code, 0);
    assert_eq!(project.run(&["reject", "--unreferenced"]).code, 4);
    assert!(project.path().join("suites/e2e/snapshots/orders__placed.snap.new").exists());
}
