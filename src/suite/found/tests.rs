//! Reports in the form in which well-known runners write them, from `fixtures/reports`.

use proptest::prelude::*;

use super::{FoundReport, read_junit, read_tap};

fn sample(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reports");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// Writes what a report shows, a line a case.
fn shown(report: &FoundReport) -> String {
    let mut lines: Vec<String> = Vec::new();
    for case in &report.cases {
        let finding = &case.finding;
        let took = case.elapsed.as_secs_f64() * 1000.0;
        lines
            .push(format!("{} {} ({took:.1} ms): {}", finding.outcome, case.name, finding.message));
        lines.extend(finding.evidence.source.iter().map(|source| format!("  at {source}")));
        let printed = finding.steps.iter().map(|step| step.received.as_str());
        lines.extend(printed.map(|printed| format!("  printed {printed:?}")));
    }
    lines.extend(report.broken.iter().map(|why| format!("broken: {why}")));
    lines.join("\n")
}

fn junit(name: &str) -> String {
    shown(&read_junit(&sample(name)))
}

fn tap(name: &str) -> String {
    shown(&read_tap(&sample(name)))
}

#[test]
fn a_report_of_pytest_has_its_failures_its_broken_fixtures_and_what_it_left_out() {
    insta::assert_snapshot!(junit("pytest.xml"), @r#"
    pass test_orders: test_total (1.0 ms): passed
    fail test_orders.TestOrders: test_place (1.0 ms): AssertionError: assert 'pending' == 'confirmed'
      printed "placing an order"
    pass test_orders.TestOrders: test_sku[mug] (1.0 ms): passed
    pass test_orders.TestOrders: test_sku[a b] (1.0 ms): passed
    skipped test_orders: test_skip (0.0 ms): no network here
    skipped test_orders: test_known (0.0 ms): known bug 12
    fail test_orders: test_db (0.0 ms): failed on setup with "RuntimeError: no database at db:5432"
    "#);
    let report = read_junit(&sample("pytest.xml"));
    let details = report.cases[1].finding.evidence.actual.as_deref().unwrap();
    assert!(details.contains(">       assert order[\"state\"] == \"confirmed\"\nE       Asser"));
}

#[test]
fn a_report_of_playwright_has_its_names_with_their_file_once() {
    insta::assert_snapshot!(junit("playwright.xml"), @r#"
    pass checkout.spec.ts: checkout › a basket is paid (812.0 ms): passed
    fail checkout.spec.ts: checkout › the receipt shows the total (1092.0 ms): checkout.spec.ts:14:3 the receipt shows the total
      printed "[[ATTACHMENT|test-results/checkout-receipt/test-failed-1.png]]"
    skipped checkout.spec.ts: checkout › a voucher is taken off (0.0 ms): left out by its own runner
    "#);
}

#[test]
fn a_report_of_jest_says_nothing_twice() {
    insta::assert_snapshot!(junit("jest.xml"), @r"
    pass totals adds up (3.0 ms): passed
    pass totals adds up (2.0 ms): passed
    fail totals rounds to cents (4.0 ms): Error: expect(received).toBe(expected) // Object.is equality
    ");
}

#[test]
fn a_report_of_hurl_has_files_for_cases() {
    insta::assert_snapshot!(junit("hurl.xml"), @r"
    pass tests/health.hurl (12.0 ms): passed
    fail tests/orders.hurl (34.0 ms): Assert status code
    fail tests/away.hurl (2.0 ms): HTTP connection
    ");
}

#[test]
fn a_report_of_goss_is_one_suite_without_a_root_around_it() {
    insta::assert_snapshot!(junit("goss.xml"), @r#"
    pass goss: Port tcp:8000 listening (1.0 ms): passed
    fail goss: Process worker running (4.0 ms): Process: worker: running:
      printed "Process: worker: running:\nExpected\n    false\nto equal\n    true"
    skipped goss: Service nginx enabled (0.0 ms): left out by its own runner
    "#);
}

#[test]
fn a_report_of_k6_has_thresholds_for_cases() {
    insta::assert_snapshot!(junit("k6.xml"), @r"
    pass k6 thresholds: http_req_duration - p(95)<500 (0.0 ms): passed
    fail k6 thresholds: http_req_failed - rate<0.01 (0.0 ms): failed
    ");
}

#[test]
fn a_report_of_maven_tells_what_passed_only_at_its_second_try() {
    insta::assert_snapshot!(junit("maven.xml"), @r"
    pass shop.OrdersTest: confirms (400.0 ms): passed after its own runner saw it fail 1×
    fail shop.OrdersTest: ships (1200100.0 ms): Connection refused
    skipped shop.OrdersTest: refunds (1.0 ms): until the bank answers
    pass shop.OrdersTest: bills (200.0 ms): passed
    ");
}

#[test]
fn a_report_of_phpunit_is_read_at_every_depth() {
    insta::assert_snapshot!(junit("phpunit.xml"), @r"
    pass CartTest: testAdd with data set #0 (4.0 ms): passed
      at tests/CartTest.php:12
    fail CartTest: testAdd with data set #1 (4.0 ms): PHPUnit\Framework\ExpectationFailedException
      at tests/CartTest.php:12
    pass CartTest: testEmpty (2.0 ms): passed
      at tests/CartTest.php:20
    ");
}

#[test]
fn a_stream_of_node_has_subtests_for_cases_and_not_their_parent_beside_them() {
    insta::assert_snapshot!(tap("node.tap"), @r"
    pass orders › adds up (1.3 ms): passed
    fail orders › is confirmed (2.4 ms): Expected values to be strictly equal:
    skipped orders › later (0.2 ms): left out by its own runner
    skipped orders › someday (0.2 ms): to do
    pass lone # one (0.2 ms): passed
    ");
}

#[test]
fn a_stream_of_perl_has_what_is_to_do_and_what_is_skipped() {
    insta::assert_snapshot!(tap("perl.tap"), @r"
    pass one (0.0 ms): passed
    fail two (0.0 ms): Failed test 'two'
    skipped three (0.0 ms): to do: later
    skipped test 4 (0.0 ms): no network
    ");
}

#[test]
fn a_stream_with_noise_and_a_parent_that_failed_by_itself_is_read() {
    insta::assert_snapshot!(tap("bats.tap"), @r"
    pass the shop answers in 41ms (0.0 ms): passed
    fail the worker confirms (312.5 ms): (in test file worker.bats, line 7)
    fail broken before it began (0.0 ms): it failed
    ");
}

#[test]
fn what_is_no_report_says_why() {
    let why = |text: &str| {
        let report = read_junit(text);
        assert!(report.cases.is_empty(), "{text}");
        report.broken.unwrap()
    };
    insta::assert_snapshot!(why(""), @"it is empty");
    insta::assert_snapshot!(why("<html><body>502 Bad Gateway</body></html>"), @"line 1: `html` is not the root of a JUnit report");
    insta::assert_snapshot!(why("Traceback (most recent call last):"), @"it is empty");
    insta::assert_snapshot!(why("<testsuites>\n<testsuite>\n</testsuites>"), @"line 3: ill-formed document: expected `</testsuite>`, but `</testsuites>` was found");
    insta::assert_snapshot!(why("<testsuite><testcase name='a'/>"), @"it ends in the middle");
}

#[test]
fn failures_that_are_counted_and_not_shown_break_a_report() {
    let text = "<testsuites><testsuite name='orders' tests='2' errors='1'>\
                <testcase name='a'/></testsuite></testsuites>";
    insta::assert_snapshot!(shown(&read_junit(text)), @r"
    pass orders: a (0.0 ms): passed
    broken: `orders` counts 1 that failed, and shows none of them
    ");
    let text = "<testsuite name='orders' errors='1'><error message='cannot be collected'/>\
                <testcase name='a' status='notrun'/></testsuite>";
    insta::assert_snapshot!(shown(&read_junit(text)), @r"
    fail orders (0.0 ms): cannot be collected
    skipped orders: a (0.0 ms): left out by its own runner
    ");
}

#[test]
fn an_entity_that_a_document_type_defines_is_not_expanded() {
    let text = "<!DOCTYPE t [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>\
                <testsuite><testcase name='x'><failure>&a; &lt;b&gt; &#65;</failure></testcase></testsuite>";
    insta::assert_snapshot!(shown(&read_junit(text)), @"fail x (0.0 ms): &a; <b> A");
}

#[test]
fn a_stream_that_is_not_whole_shows_what_it_has_and_says_so() {
    let read = |text: &str| shown(&read_tap(text));
    insta::assert_snapshot!(read("1..3\nok 1 - a\nok 2 - b\n"), @r"
    pass a (0.0 ms): passed
    pass b (0.0 ms): passed
    broken: it plans 3 and shows 2
    ");
    insta::assert_snapshot!(read("ok 1 - a\n"), @r"
    pass a (0.0 ms): passed
    broken: it has no plan, so that nobody knows whether it is whole
    ");
    insta::assert_snapshot!(read("1..2\nok 1 - a\nBail out! the database is gone\n"), @r"
    pass a (0.0 ms): passed
    broken: its runner bailed out: the database is gone
    ");
    insta::assert_snapshot!(read("1..1\n    ok 1 - deep\n"), @"broken: it ends within a subtest");
    insta::assert_snapshot!(read("segmentation fault\n"), @"broken: it holds no test point");
    insta::assert_snapshot!(read("1..0 # Skipped: no network\n"), @"skipped the whole plan (0.0 ms): no network");
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "([<>/&;a-z ='\"#\\\\0-9.-]|\n|ok |not ok |    |---|testcase){0,60}") {
        read_junit(&text);
        read_tap(&text);
    }

    #[test]
    fn no_report_that_was_cut_off_is_taken_for_whole(at in any::<prop::sample::Index>()) {
        for name in ["pytest.xml", "playwright.xml", "maven.xml", "phpunit.xml"] {
            let text = sample(name);
            let whole = text.trim_end();
            let mut end = at.index(whole.len());
            while !whole.is_char_boundary(end) {
                end -= 1;
            }
            let report = read_junit(&whole[..end]);
            prop_assert!(report.broken.is_some() && report.cases.is_empty(), "{name} up to {end}");
        }
    }
}
