//! Commands and pages, where nothing but this host is there.

use super::{answered, one_step};
use crate::model::{CheckResult, Outcome, Reason};

async fn ran(step: &str) -> CheckResult {
    answered("", &one_step(step)).await.0
}

#[tokio::test]
async fn a_program_is_run_and_what_it_printed_is_judged_and_kept() {
    let case = "\
- name: a program speaks
  steps:
    - run: [sh, -c, 'read line; echo \"$line\"; echo $GREETING >&2; exit 3']
      stdin: '{\"id\": 7}'
      env: { GREETING: hello }
      expect: { exit: 3, stdout: '{\"id\": 7}', stderr: hello, json: { $.id: 7 } }
      capture: { id: $.id, word: { stderr: '^h(.*)o$' } }
    - run: [sh, -c, 'echo $0 $1', '${id}', '${word}']
      expect: { exit: 0, stdout: 7 ell }
";
    let (result, _) = answered("", case).await;
    assert_eq!(result.outcome, Outcome::Pass, "{}", result.message);
    assert_eq!(result.steps[0].received, "", "a case that holds lets go of what was said");

    let (result, _) = answered("", &case.replace("7 ell", "7 all")).await;
    assert_eq!(result.outcome, Outcome::Fail, "{}", result.message);
    let shown = &result.steps[0].received;
    assert_eq!(shown, "exit 3\n\nstdout:\n{\"id\": 7}\n\nstderr:\nhello");
}

#[tokio::test]
async fn a_program_that_does_not_end_has_failed_and_one_that_is_not_there_is_unknown() {
    let endless = "{ run: [sh, -c, 'sleep 600'], timeout: 100ms, expect: { exit: 0 } }";
    let result = ran(endless).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Fail, Some(Reason::TimedOut)));

    let result = ran("{ run: [no-such-program], expect: { exit: 0 } }").await;
    assert_eq!(
        (result.outcome, result.reason),
        (Outcome::Inconclusive, Some(Reason::Precondition))
    );
    assert!(result.message.contains("no-such-program"), "{}", result.message);
}

#[tokio::test]
async fn a_program_sees_neither_our_variables_nor_our_folder() {
    let step = "{ run: [sh, -c, 'pwd; env | cut -d= -f1 | sort'], expect: { stdout: x } }";
    let received = ran(step).await.steps.remove(0).received;
    let folder = std::env::temp_dir().canonicalize().unwrap();
    // The shell itself adds its folder.
    let seen = format!("exit 0\n\nstdout:\n{}\nPATH\nPWD", folder.display());
    assert_eq!(received, seen);
}

#[tokio::test]
async fn without_a_driver_a_page_is_unknown_and_the_remedy_is_said() {
    let result = ran("{ browser: '${api}/', expect: { title: The shop } }").await;
    assert_eq!(
        (result.outcome, result.reason),
        (Outcome::Inconclusive, Some(Reason::Precondition))
    );
    assert!(result.message.contains("apt-get install chromium"), "{}", result.message);
}

#[tokio::test]
async fn without_an_engine_no_command_is_performed_in_a_container() {
    let step = one_step("{ exec: [ls], on: api, expect: { exit: 0 } }");
    let (result, _) = answered("targets: [local]", &step).await;
    assert_eq!((result.outcome, result.reason), (Outcome::Inconclusive, Some(Reason::NotObserved)));
}
