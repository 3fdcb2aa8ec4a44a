//! Takes the steps of cases over into the load cases that name them.

use super::case::{Case, Suite};
use super::expectation::Subject;
use super::load_case::{Borrowed, Given, Journey};
use super::load_request::LoadRequest;
use super::read::finish;
use crate::config::{Source, nearest};
use crate::model::Diagnostic;

/// Gives every journey that is a case of another suite the steps of that case, and looks at what is known only then.
///
/// Each suite comes with its file; at most one refusal a file.
pub(super) fn borrow(read: &mut [(Suite, Source)]) -> Vec<Diagnostic> {
    let lenders: Vec<Suite> = read.iter().map(|(suite, _)| suite.clone()).collect();
    let mut refusals = Vec::new();
    for (suite, source) in read {
        let targets = suite.targets.clone();
        let borrowed = suite.load.iter_mut().try_for_each(|case| {
            let mut has_borrowed = false;
            for journey in &mut case.journeys {
                if let Some(borrowed) = journey.borrowed.take() {
                    has_borrowed = true;
                    take_over(journey, &borrowed, &lenders, targets.as_deref()).map_err(
                        |(message, help)| source.refuse(borrowed.span, message).help(help),
                    )?;
                }
            }
            if has_borrowed { finish(case, source) } else { Ok(()) }
        });
        refusals.extend(borrowed.err());
    }
    refusals
}

/// Gives `journey` the steps of its case, or says what is wrong with that and how to mend it.
fn take_over(
    journey: &mut Journey,
    borrowed: &Borrowed,
    lenders: &[Suite],
    targets: Option<&[String]>,
) -> Result<(), (String, String)> {
    let (suite, case) = found(borrowed, lenders)?;
    let name = &case.name;
    let not_allowed = targets.unwrap_or_default().iter().find(|target| !suite.allows(target));
    if let Some(target) = not_allowed {
        return Err((
            format!("the suite `{}` does not allow {target}, which this one names", suite.name),
            format!("take {target} out of these `targets`, or add it to those of `{}`", suite.name),
        ));
    }
    let remedy = || {
        "a case is made under load where it is HTTP requests, each with an `expect`; write its steps out here".to_owned()
    };
    if let Some(fixture) = case.fixtures.first() {
        let message =
            format!("`{name}` needs the fixture `{}`, and a load prepares nothing", fixture.name);
        return Err((message, remedy()));
    }
    if case.code.is_some() {
        return Err((format!("`{name}` is a function, and not steps"), remedy()));
    }
    let mut steps = Vec::with_capacity(case.steps.len());
    for step in case.all_steps() {
        let mut taken = step.clone();
        // How long it may take under load is said by limits.
        let demands = taken.expect.iter_mut().map(|expect| &mut expect.demands);
        demands.for_each(|demands| demands.retain(|demand| demand.subject != Subject::Time));
        let mut request = LoadRequest::of(taken)
            .map_err(|why| (format!("the step `{}` of `{name}` {why}", step.name), remedy()))?;
        if !steps.is_empty() {
            request.think = borrowed.between;
        }
        steps.push(request);
    }
    journey.steps = steps;
    let values = suite.values.iter().chain(&case.row).cloned().collect();
    journey.given = Some(Given { secrets: suite.secrets.clone(), values });
    Ok(())
}

fn found<'s>(
    borrowed: &Borrowed,
    lenders: &'s [Suite],
) -> Result<(&'s Suite, &'s Case), (String, String)> {
    let Borrowed { suite: wanted, case: name, .. } = borrowed;
    let suites: Vec<&Suite> = lenders.iter().filter(|suite| suite.name == *wanted).collect();
    if suites.is_empty() {
        let known: Vec<&str> = lenders.iter().map(|suite| suite.name.as_str()).collect();
        return Err((format!("there is no suite `{wanted}`"), near(wanted, &known, "suites")));
    }
    let cases =
        || suites.iter().flat_map(|suite| suite.cases.iter().map(move |case| (*suite, case)));
    cases().find(|(_, case)| case.name == *name).ok_or_else(|| {
        let known: Vec<&str> = cases().map(|(_, case)| case.name.as_str()).collect();
        (format!("the suite `{wanted}` has no case `{name}`"), near(name, &known, "cases"))
    })
}

fn near(word: &str, known: &[&str], what: &str) -> String {
    match nearest(word, known) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => format!("it has no {what}"),
        None => format!("its {what} are {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::folder::tests::project;
    use crate::suite::read_folder;

    const SHOP: &str = "\
suite: orders
level: e2e
targets: [local]
vars: { email: 'ann-${unique}@shop.test', sku: mug-01 }
cases:
  - name: a shopper can place an order
    steps:
      - name: sign up
        post: http://127.0.0.1/accounts
        json: { email: '${email}' }
        expect: { status: 201, time: { below: 1s } }
        capture: { account: $.id }
      - name: place
        post: http://127.0.0.1/accounts/${account}/orders
        form: { sku: '${sku}' }
        expect: { status: 201 }
  - name: the worker confirms it
    steps:
      - get: http://127.0.0.1/orders
        until: { status: 200 }
        within: 5s
";

    fn load(journey: &str) -> String {
        format!(
            "suite: ordering\nlevel: load\ntargets: [local]\nload:\n  - name: orders\n    journeys:\n      \
             - {journey}\n    users: 2\n    think: 40ms\n    hold: 5s\n    limits_of: {{ place: {{ p95: 200ms }} }}\n"
        )
    }

    fn read(journey: &str) -> Result<Vec<Suite>, Vec<String>> {
        let files = [("suites/e2e/orders.yaml", SHOP), ("suites/load/l.yaml", &load(journey))];
        let (_folder, settings) = project(&files);
        read_folder(&settings)
            .map_err(|refusals| refusals.iter().map(|one| one.render(false)).collect())
    }

    #[test]
    fn a_case_of_http_steps_becomes_a_journey_with_its_values_and_without_its_times() {
        let suites = read("{ case: a shopper can place an order, of: orders, weight: 2 }").unwrap();
        let case = &suites.iter().find(|suite| suite.name == "ordering").unwrap().load[0];
        let journey = &case.journeys[0];
        let names: Vec<&str> = journey.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!((journey.weight, names), (2, vec!["sign up", "place"]));
        assert_eq!(journey.steps[0].expect.demands.len(), 1);
        assert_eq!(journey.steps[1].think.as_millis(), 40);
        let values: Vec<&str> =
            journey.given.as_ref().unwrap().values.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(values, ["email", "sku"]);
    }

    #[test]
    fn a_case_that_is_not_there_or_cannot_be_made_under_load_is_refused_by_name() {
        let refused = |journey| read(journey).unwrap_err().join("\n");
        let waits = refused("{ case: the worker confirms it, of: orders }");
        assert!(
            waits.contains(
                "the step `get http://127.0.0.1/orders` of `the worker confirms it` is repeated"
            ),
            "{waits}"
        );
        assert!(waits.contains("suites/load/l.yaml:7:17"), "{waits}");
        let unknown = refused("{ case: a shopper can place orders, of: orders }");
        assert!(unknown.contains("has no case") && unknown.contains("did you mean"), "{unknown}");
        assert!(refused("{ case: a, of: baskets }").contains("there is no suite `baskets`"));
    }

    #[test]
    fn a_limit_of_a_request_that_the_case_does_not_have_is_refused() {
        let text = load("{ case: a shopper can place an order, of: orders }");
        let files = [
            ("suites/e2e/orders.yaml", SHOP),
            ("suites/load/l.yaml", &text.replace("place:", "pay:")),
        ];
        let (_folder, settings) = project(&files);
        let refusal = read_folder(&settings).unwrap_err()[0].render(false);
        assert!(refusal.contains("this load has no request `pay`"), "{refusal}");
        assert!(refusal.contains("sign up"), "{refusal}");
    }

    #[test]
    fn a_case_is_not_made_under_load_where_its_own_suite_does_not_allow_it() {
        let text = load("{ case: a shopper can place an order, of: orders }");
        let text = text.replace("targets: [local]", "targets: [local, staging]");
        let (_folder, settings) =
            project(&[("suites/e2e/orders.yaml", SHOP), ("suites/load/l.yaml", &text)]);
        let refusal = read_folder(&settings).unwrap_err()[0].render(false);
        assert!(refusal.contains("the suite `orders` does not allow staging"), "{refusal}");
    }
}
