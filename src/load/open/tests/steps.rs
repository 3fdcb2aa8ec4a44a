//! Rates that are raised until something breaks.

use super::*;

/// Performs a load by steps, again where a host that is busy with other tests did not let a rate be offered, which says
/// nothing of the server.
async fn offered(steps: &Workload) -> LoadRecord {
    for _ in 0..8 {
        let record = performed(steps).await;
        if record.steps.iter().all(|step| step.unoffered.is_none()) {
            return record;
        }
    }
    panic!("this host offers no rate");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_that_is_raised_ends_at_the_first_step_that_is_too_much() {
    let mut raised = workload(serve(Way::Narrow(ms(10))).await, 1.0, ms(1000));
    let stage = |rate| Stage { from: Rate(rate), to: Rate(rate), lasts: ms(1000) };
    arrivals(&mut raised).schedule.stages = [20.0, 300.0, 600.0, 900.0].map(stage).to_vec();
    raised.bounds.response = vec![ResponseBound { request: None, share: 0.95, limit: ms(400) }];
    raised.ends = Ends::WhenBroken;
    let record = offered(&raised).await;
    let said = record.generator.aborted.clone().unwrap();
    assert!(said.contains("p95 was over 400 ms"), "{said}");
    assert!((2..4).contains(&record.steps.len()), "{:?}", record.steps);
    assert_eq!(record.steps[0].broken, None);
    assert!(record.sustained().is_some_and(|rate| rate < Rate(600.0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rate_at_which_nothing_is_answered_is_told_as_that() {
    let mut hung = workload(serve(Way::Silent).await, 1.0, ms(1000));
    let stage = |rate| Stage { from: Rate(rate), to: Rate(rate), lasts: ms(2000) };
    arrivals(&mut hung).schedule.stages = [20.0, 40.0].map(stage).to_vec();
    hung.bounds.response = vec![ResponseBound { request: None, share: 0.95, limit: ms(400) }];
    hung.ends = Ends::WhenBroken;
    let record = offered(&hung).await;
    assert_eq!(record.steps.len(), 1, "{:?}", record.steps);
    let said = record.steps[0].broken.as_deref().unwrap();
    assert!(said.starts_with("not one of 40 requests was answered, and "), "{said}");
    assert!(said.ends_with(" had waited longer than 400 ms"), "{said}");
    assert!(record.is_reached());
}
