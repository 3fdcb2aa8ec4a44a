//! The compiled binary against the demo stack that `scripts/with-stack.sh` started.
//!
//! The trials run one after the other, in this order, because they deploy to the same stack. Without
//! a stack they are ignored and say how to get one.

#![expect(clippy::unwrap_used, reason = "a test may end by panicking")]

mod baseline;
mod deployments;
mod elsewhere;
mod killed;
mod objects;
mod pages;
mod shop;
mod verdicts;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};
use shop::Shop;

type Test = fn(&Shop);

fn main() -> ExitCode {
    let arguments = Arguments { test_threads: Some(1), ..Arguments::from_args() };
    let shop = Arc::new(Shop::from_environment());
    let trials: [(&str, Test); 19] = [
        ("the_committed_baseline_holds", baseline::the_committed_baseline_holds),
        (
            "recording_an_unchanged_stack_again_leaves_nothing_to_review",
            baseline::recording_an_unchanged_stack_again_leaves_nothing_to_review,
        ),
        ("a_recording_holds_no_secret", baseline::a_recording_holds_no_secret),
        ("what_runs_is_what_the_files_alone_say", baseline::what_runs_is_what_the_files_alone_say),
        ("a_changed_limit_is_drift", baseline::a_changed_limit_is_drift),
        (
            "a_drift_is_waived_until_its_day_and_is_none_where_it_is_expected",
            elsewhere::a_drift_is_waived_until_its_day_and_is_none_where_it_is_expected,
        ),
        (
            "the_stack_is_judged_by_its_urls_where_no_engine_is",
            elsewhere::the_stack_is_judged_by_its_urls_where_no_engine_is,
        ),
        (
            "a_page_that_is_wrong_leaves_a_picture_and_no_process",
            pages::a_page_that_is_wrong_leaves_a_picture_and_no_process,
        ),
        (
            "objects_are_kept_by_a_server_that_speaks_s3",
            objects::objects_are_kept_by_a_server_that_speaks_s3,
        ),
        (
            "a_page_that_shows_a_dialog_fails_and_says_what_it_shows",
            pages::a_page_that_shows_a_dialog_fails_and_says_what_it_shows,
        ),
        (
            "a_killed_unit_suite_leaves_nothing_that_the_next_one_does_not_remove",
            killed::a_killed_unit_suite_leaves_nothing_that_the_next_one_does_not_remove,
        ),
        (
            "a_killed_browser_leaves_no_folder_that_doctor_does_not_remove",
            killed::a_killed_browser_leaves_no_folder_that_doctor_does_not_remove,
        ),
        ("a_gate_says_the_same_in_every_format", verdicts::a_gate_says_the_same_in_every_format),
        (
            "arrivals_and_journeys_are_measured_and_answered_correctly",
            verdicts::arrivals_and_journeys_are_measured_and_answered_correctly,
        ),
        ("a_stopped_service_fails_the_gate", verdicts::a_stopped_service_fails_the_gate),
        ("two_deployments_never_overlap", deployments::two_deployments_never_overlap),
        ("a_good_release_is_promoted", deployments::a_good_release_is_promoted),
        (
            "a_release_that_exits_at_start_is_rolled_back",
            deployments::a_release_that_exits_at_start_is_rolled_back,
        ),
        (
            "a_release_without_authentication_is_rolled_back",
            deployments::a_release_without_authentication_is_rolled_back,
        ),
    ];
    let trials = trials.map(|(name, trial)| {
        let shop = Arc::clone(&shop);
        Trial::ignorable_test(name, move || {
            if let Some(reason) = shop.absent() {
                return Ok(Completion::ignored_with(reason));
            }
            trial(&shop);
            Ok(Completion::Completed)
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}
