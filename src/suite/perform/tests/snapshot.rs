//! Answers held against what was reviewed.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use super::{ground, server, settings};
use crate::config::{Settings, Source};
use crate::model::{CheckResult, Outcome, Reason, Redactor};
use crate::runner::{self, Options};
use crate::suite::{Fixtures, Ground, Level, SnapshotUpdate, planned_cases, read_suite};

const SUITE: &str = "\
suite: s
level: e2e
secrets: [token]
cases:
  - name: an order is as it was reviewed
    steps:
      - post: ${api}/orders
        expect: { status: 201 }
        capture: { token: $.token }
      - post: ${api}/orders?${token}
        expect: { status: 404 }
      - post: ${api}/orders
        expect: { snapshot: order, redact: { $.id: '[id]' } }
";

async fn performed(folder: &Path, update: SnapshotUpdate) -> CheckResult {
    let (url, _) = server().await;
    let settings = Settings { root: folder.to_owned(), ..settings() };
    let suite =
        read_suite(&Source::new("s.yaml", SUITE), Level::E2e, &settings, &Fixtures::default())
            .unwrap();
    let ground = (*ground(&url)).clone();
    let ground = std::sync::Arc::new(Ground { root: folder.to_owned(), update, ..ground });
    let tasks = planned_cases(&[suite]).into_iter().map(|case| case.task(&ground)).collect();
    let (options, stop) = (Options::default(), CancellationToken::new());
    runner::run(tasks, &options, Redactor::default(), &stop, |_| {}).await.remove(0)
}

#[tokio::test]
async fn an_answer_that_nobody_reviewed_is_unknown_and_is_kept_only_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let result = performed(folder.path(), SnapshotUpdate::Never).await;
    assert_eq!(
        (result.outcome, result.reason),
        (Outcome::Inconclusive, Some(Reason::MissingBaseline))
    );
    assert!(result.message.contains("`proofmark test --update`"), "{}", result.message);
    assert!(!folder.path().join("snapshots").exists());
}

#[tokio::test]
async fn what_is_kept_for_a_review_holds_neither_a_secret_nor_what_is_redacted() {
    let folder = tempfile::tempdir().unwrap();
    let result = performed(folder.path(), SnapshotUpdate::Pending).await;
    assert_eq!(result.outcome, Outcome::Inconclusive);
    let pending = folder.path().join("snapshots/s__order.snap.new");
    insta::assert_snapshot!(std::fs::read_to_string(pending).unwrap(), @r#"
    ---
    source: s.yaml
    expression: post ${api}/orders
    ---
    {
      "id": "[id]",
      "state": "pending",
      "token": "***"
    }
    "#);
}

#[tokio::test]
async fn an_answer_passes_once_it_was_accepted_and_fails_with_its_lines_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    performed(folder.path(), SnapshotUpdate::Accepted).await;
    let result = performed(folder.path(), SnapshotUpdate::Never).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);

    let accepted = folder.path().join("snapshots/s__order.snap");
    let text = std::fs::read_to_string(&accepted).unwrap();
    std::fs::write(&accepted, text.replace("pending", "confirmed")).unwrap();
    let result = performed(folder.path(), SnapshotUpdate::Never).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::Changed)));
    let lines = &result.steps.last().unwrap().failures;
    assert_eq!(lines[2..4], ["-   \"state\": \"confirmed\",", "+   \"state\": \"pending\","]);
}
