//! What holds for every record.

use proptest::prelude::*;

use super::*;

fn request() -> impl Strategy<Value = RequestRecord> {
    let unfinished = (0..50_u64, 0..=100_u64);
    let counts = (0..5000_u64, 0..5000_u64, unfinished, 0..200_u64, 0..3000_u64, any::<bool>());
    counts.prop_map(|(wrong, failed, (unfinished, overdue), count, ms, has_correct)| {
        RequestRecord {
            name: "products".into(),
            // In the warm-up, so that none of them was measured.
            correct: if has_correct { count * 50 } else { 0 },
            wrong,
            failed,
            unfinished,
            overdue: unfinished * overdue / 100,
            measured: 0,
            response: times(count, ms),
            service: times(count, ms),
            lag: times(count, ms / 7),
            first_byte: times(count, ms / 2),
        }
    })
}

proptest! {
    #[test]
    fn no_record_without_a_measured_correct_response_passes_anything(
        requests in proptest::collection::vec(request(), 0..4),
        busy in 0.0..1.0_f64,
        due in proptest::option::of(0..10_000_u64),
        reached: bool,
        aborted: bool,
        measured_ms in 0.0..20_000.0_f64,
        cpu in 0.0..100.0_f64,
        limits in proptest::sample::select(vec!["", "limits: { p50: 1h, errors: 99%, throughput: 0/s }", "limits: { samples: 1 }"]),
    ) {
        let mut record = LoadRecord { measured_ms, requests, ..well() };
        record.generator = GeneratorRecord { busy, due, sent: due.unwrap_or(9), reached, ..GeneratorRecord::default() };
        record.generator.aborted = aborted.then(|| "it was stopped".to_owned());
        record.resources = BTreeMap::from([("api".to_owned(), vec![reading(-1.0, cpu, cpu), reading(1500.0, cpu, cpu)])]);
        let case = with(limits);
        for aspect in aspects().iter().chain(&[Aspect::Errors(Of::Request("products".into()))]) {
            let finding = found(aspect, &record, &case);
            prop_assert_ne!(finding.outcome, Outcome::Pass, "{}: {}", aspect, finding.message);
        }
    }

    #[test]
    fn a_doubted_load_passes_nothing_and_excuses_no_error_that_is_certain(
        correct in 300..5000_u64,
        failed in 0..5000_u64,
        overdue in 0..50_u64,
        busy in 0.0..1.0_f64,
        sent in 0..1000_u64,
        aborted: bool,
    ) {
        let mut record = well();
        let request = record.requests.remove(0);
        record.requests = vec![RequestRecord { correct, failed, overdue, unfinished: overdue, ..request }];
        record.generator = GeneratorRecord { busy, due: Some(1000), sent, reached: true, ..GeneratorRecord::default() };
        record.generator.aborted = aborted.then(|| "it was stopped".to_owned());
        let case = with("");
        let is_doubted = busy > 0.85 || sent < 990 || aborted;
        for aspect in aspects() {
            let finding = found(&aspect, &record, &case);
            prop_assert!(!is_doubted || finding.outcome != Outcome::Pass, "{}: {}", aspect, finding.message);
        }
        // The interval of one in twenty is wholly over one in a hundred with as many as these.
        if failed * 20 > correct {
            prop_assert_eq!(found(&Aspect::Errors(Of::All), &record, &case).outcome, Outcome::Fail);
        }
    }
}
