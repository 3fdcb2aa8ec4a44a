//! What cannot be written or kept hides nothing that was found out.

use crate::project::{Project, Said};
use crate::shop::Shop;

/// Makes a project with one case that expects this status of a service that answers 200.
fn project(shop: &Shop, status: u16) -> Project {
    let project = Project::with_settings(&format!(
        "project: shop\nbase: {{ access: http, services: {{ shop: {{ url: \"{}\" }} }} }}\n\
         environments: {{ local: {{}} }}\n",
        shop.url
    ));
    let step = format!("{{ get: '${{shop}}/', expect: {{ status: {status} }} }}");
    project.file(
        "suites/e2e/s.yaml",
        &format!("suite: s\nlevel: e2e\ncases: [{{ name: it answers, steps: [{step}] }}]\n"),
    );
    project
}

fn test(project: &Project, reports: &[&str]) -> Said {
    let reports = reports.iter().flat_map(|file| ["--report", file]);
    project.run(&["test"].into_iter().chain(reports).collect::<Vec<_>>())
}

#[test]
fn a_history_that_cannot_be_used_is_told_after_the_results_and_the_reports() {
    let shop = Shop::taking(0);
    for (status, word, code) in [(200, "PASS", 3), (201, "FAIL", 1)] {
        let project = project(&shop, status);
        project.file(
            ".proofmark/history.db",
            "this is no history of anything, and long enough to be read",
        );
        let said = test(&project, &["out.xml"]);
        assert_eq!(said.code, code, "{}{}", said.stdout, said.stderr);
        assert!(said.stdout.contains(word), "{}", said.stdout);
        assert!(said.stderr.contains("history.db cannot be used"), "{}", said.stderr);
        assert!(project.path().join("out.xml").exists(), "{}", said.stderr);
    }
}

#[test]
fn a_report_that_cannot_be_written_keeps_no_other_from_being_written() {
    let shop = Shop::taking(0);
    let project = project(&shop, 200);
    project.file("taken", "a file where a folder would have to be");
    let said = test(&project, &["taken/out.xml", "out.json"]);
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("PASS"), "{}", said.stdout);
    assert!(said.stderr.contains("taken/out.xml"), "{}", said.stderr);
    assert!(project.path().join("out.json").exists(), "{}", said.stderr);
    assert!(project.path().join(".proofmark/history.db").exists(), "{}", said.stderr);
}
