//! Suites that are read, and what they mean. What is refused stands in `fixtures/broken/suites`.

use std::time::Duration;

use super::read_suite;
use crate::config::{Settings, Source, Variables};
use crate::model::{Diagnostic, Percent, Rate, Spread, Stage};
use crate::protocol::TlsOptions;
use crate::suite::{
    Action, Fixtures, Level, LoadLimits, Offer, SecretName, Subject, Suite, TimeStatistic,
};

fn settings() -> Settings {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("proofmark.yaml");
    let text = "\
project: p
base:
  groups: { mails: { at_most: 2 } }
  services:
    api: { port: 8000 }
    worker: { port: 8001 }
    db: { protocol: postgres }
    cache: { protocol: redis }
environments: { local: {} }
";
    std::fs::write(&file, text).unwrap();
    crate::config::load(&file, "local", &Variables::new()).unwrap()
}

fn read(text: &str, folder: Level) -> Result<Suite, String> {
    read_suite(&Source::new("s.yaml", text), folder, &settings(), &Fixtures::default())
        .map_err(|refusal: Diagnostic| refusal.render(false))
}

const ORDERS: &str = r#"
suite: orders
level: e2e
tags: [checkout, critical]
targets: [local, staging]
secrets: [ORDERS_TOKEN, session]
timeout: 2m
cases:
  - name: a shopper can place an order
    tags: [smoke]
    serial: stock
    steps:
      - name: place the order
        post: ${api}/orders
        headers: { Authorization: "Bearer ${ORDERS_TOKEN}" }
        json: { sku: mug-01, quantity: 2 }
        expect:
          status: 201
          json: { $.id: { is: uuid }, $.state: pending, $.lines: { length: 1 } }
          time: { below: 300ms }
        capture: { order_id: $.id, session: { header: set-cookie } }
      - name: the worker confirms it
        get: ${api}/orders/${order_id}
        headers: { Cookie: "${session}" }
        until: { json: { $.state: confirmed } }
        give_up_if: { status: [401, 403, 404] }
        every: 500ms
        within: 20s
      - sql: select state, total_cents from orders where id = $1
        on: db
        args: ["${order_id}"]
        expect: { rows: 1, row: { state: confirmed, total_cents: { above: 0 } } }
      - redis: [GET, "order:${order_id}"]
        on: cache
        expect: { reply: { exists: true } }
      - container: worker
        expect: { state: running, health: healthy, restarts: 0, logs: { lacks: "Traceback" } }
    cleanup:
      - delete: ${api}/orders/${order_id}
        expect: { status: [204, 404] }
"#;

#[test]
fn a_workflow_means_what_it_says() {
    let suite = read(ORDERS, Level::E2e).unwrap();
    let environment_only = [SecretName { name: "ORDERS_TOKEN".to_owned(), file: None }];
    assert_eq!(suite.secrets, environment_only, "what a case captures is not asked for");
    assert!(suite.allows("staging") && !suite.allows("production"));

    let case = &suite.cases[0];
    assert_eq!(case.tags, ["checkout", "critical", "smoke"]);
    assert_eq!(
        (case.limit, case.claims[0].name.as_str()),
        (Duration::from_secs(120), "suite:stock")
    );
    let names: Vec<&str> = case.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "place the order",
            "the worker confirms it",
            "sql select state, total_cents from orders where id = $1",
            "redis GET order:${order_id}",
            "container worker",
        ]
    );
    let subjects: Vec<String> = case.steps[0]
        .expect
        .iter()
        .flat_map(|e| &e.demands)
        .map(|demand| demand.subject.to_string())
        .collect();
    assert_eq!(subjects, ["status", "$.id", "$.state", "$.lines", "time"]);
    let until = case.steps[1].until.as_ref().unwrap();
    assert_eq!(until.within, Duration::from_secs(20));
    assert!(case.steps[1].expect.is_none());
    assert!(matches!(&case.steps[2].action, Action::Sql { service, .. } if service == "db"));
    let session = &case.steps[0].captures[1];
    assert!(session.is_secret && matches!(session.from.subject, Subject::Header(_)));
}

#[test]
fn a_case_claims_what_it_uses_alone_and_a_place_in_its_group() {
    let step = "[{ get: '${api}/', expect: { status: 200 } }]";
    let text = format!(
        "suite: s\nlevel: e2e\nserial: db\ngroup: mails\ncases:\n\
         - {{ name: a, steps: {step} }}\n- {{ name: b, serial: [db, cache], steps: {step} }}\n"
    );
    let suite = read(&text, Level::E2e).unwrap();
    let claims = |at: usize| {
        let claims = suite.cases[at].claims.iter();
        claims.map(|claim| format!("{} {}", claim.name, claim.at_most)).collect::<Vec<_>>()
    };
    assert_eq!(claims(0), ["suite:db 1", "group:mails 2"]);
    assert_eq!(claims(1), ["suite:db 1", "suite:cache 1", "group:mails 2"]);
}

#[test]
fn every_step_knows_its_line() {
    let suite = read(ORDERS, Level::E2e).unwrap();
    let steps = suite.cases[0].all_steps();
    let lines: Vec<u32> = steps.map(|step| step.place.line).collect();
    let text: Vec<&str> = ORDERS.lines().collect();
    assert_eq!(lines.len(), 6);
    for line in lines {
        assert!(text[line as usize - 1].trim_start().starts_with("- "), "line {line}");
    }
}

#[test]
fn a_load_section_becomes_load_cases_with_their_units() {
    let suite = read(
        "\
suite: browsing
level: load
targets: [local]
vars: { sku: mug-01 }
load:
  - name: steady
    requests:
      - name: products
        get: ${api}/products
        weight: 3
        expect: { status: 200, json: { $: { length: { above: 0 } } } }
      - post: ${api}/orders
        headers: { X-Sku: \"${sku}\" }
        json: { sku: \"${sku}\" }
        expect: { status: [201, 401] }
    users: 4
    ramp: 2s
    hold: 10s
    warm_up: 3s
    limits: { p95: { below: 300ms }, throughput: 20/s, errors: 1%, samples: 60 }
    limits_of: { products: { p99.9: 200ms } }
",
        Level::Load,
    )
    .unwrap();
    let case = &suite.load[0];
    let seconds = Duration::from_secs;
    let offer = Offer::Users { users: 4, ramp: seconds(2), hold: seconds(10), think: seconds(0) };
    assert_eq!((&case.offer, case.warm_up), (&offer, seconds(3)));
    assert_eq!(
        case.limits,
        LoadLimits {
            times: vec![(TimeStatistic::P95, Duration::from_millis(300))],
            throughput: Some(Rate(20.0)),
            errors: Some(Percent(1.0)),
            samples: Some(60),
            ..LoadLimits::default()
        }
    );
    let of_products = &case.limits_of[0];
    assert_eq!(of_products.request, "products");
    assert_eq!(of_products.limits.times, [(TimeStatistic::P999, Duration::from_millis(200))]);
    let requests: Vec<(&str, u32)> =
        case.journeys.iter().map(|one| (one.name.as_str(), one.weight)).collect();
    assert_eq!(requests, [("products", 3), ("post ${api}/orders", 1)]);

    let names = |name: &str| match name {
        "api" => Some("http://127.0.0.1:8000".into()),
        "sku" => Some("mug-01".into()),
        _ => None,
    };
    let filled = case.requests().nth(1).unwrap().fill(&names).unwrap();
    assert_eq!(filled.url, "http://127.0.0.1:8000/orders");
    assert_eq!(filled.body.as_deref(), Some(r#"{"sku":"mug-01"}"#));
    let has = |name: &str, value: &str| filled.headers.contains(&(name.into(), value.into()));
    assert!(has("x-sku", "mug-01") && has("content-type", "application/json"), "{filled:?}");
}

#[test]
fn arrivals_are_stages_each_of_which_begins_where_the_one_before_ended() {
    let offer = |keys: &str| {
        let text = format!(
            "suite: s\nlevel: load\ntargets: [local]\nload:\n  - name: c\n    requests: [{{ get: \"${{api}}/\", expect: {{ status: 200 }} }}]\n    {keys}\n"
        );
        read(&text, Level::Load).unwrap().load.remove(0).offer
    };
    let stage = |from, to, seconds| Stage {
        from: Rate(from),
        to: Rate(to),
        lasts: Duration::from_secs(seconds),
    };
    let Offer::Arrivals { schedule, connections } = offer(
        "arrivals: { stages: [{ to: 200/s, over: 10s }, { for: 60s }, { to: 400/s, for: 5s }, { to: 0/s, over: 5s }], spread: poisson, connections: 50 }",
    ) else {
        panic!("arrivals")
    };
    let wanted = [
        stage(0.0, 200.0, 10),
        stage(200.0, 200.0, 60),
        stage(400.0, 400.0, 5),
        stage(400.0, 0.0, 5),
    ];
    assert_eq!((schedule.stages.as_slice(), connections), (&wanted[..], 50));
    assert!(matches!(schedule.spread, Spread::Poisson { .. }));
    let Offer::Stress { steps, .. } =
        offer("stress: { from: 50/s, by: 50/s, every: 10s, up_to: 199/s }")
    else {
        panic!("stress")
    };
    let rates: Vec<f64> = steps.rates().map(|rate| rate.0).collect();
    assert_eq!(rates, [50.0, 100.0, 150.0]);
}

#[test]
fn a_step_trusts_whom_its_suite_trusts_unless_it_says_otherwise() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let text = format!(
        "\
suite: trust
level: e2e
tls: {{ ca: {file} }}
cases:
  - name: a case
    steps:
      - get: ${{api}}/
        expect: {{ status: 200 }}
      - get: ${{api}}/
        tls: {{ verify: false }}
        expect: {{ status: 200 }}
      - tls: ${{api}}
        expect: {{ verified: true }}
      - tls: ${{api}}
        server_name: shop.example
        ca: {file}
        expect: {{ verified: true }}
"
    );
    let suite = read(&text, Level::E2e).unwrap();
    let of_the_suite = TlsOptions { ca: Some(file.into()), ..TlsOptions::default() };
    let of_its_own = TlsOptions { verify: false, ..TlsOptions::default() };
    let trusted: Vec<Option<&TlsOptions>> = suite.cases[0]
        .steps
        .iter()
        .map(|step| match &step.action {
            Action::Http(action) => action.options.tls.as_ref(),
            Action::Tls(action) => Some(&action.options),
            other => panic!("{other:?}"),
        })
        .collect();
    let suites = Some(&of_the_suite);
    assert_eq!(trusted, [suites, Some(&of_its_own), suites, suites]);
}

#[test]
fn a_unit_suite_knows_its_own_service_and_no_other() {
    let unit = |steps: &str| {
        let text = format!(
            "suite: db\nlevel: unit\nservice: db\nenvironment: {{ PASSWORD: \"${{password}}\" }}\n\
             cases:\n- name: a case\n  steps:\n  - {steps}\n"
        );
        read(&text, Level::Unit)
    };
    let suite = unit("{ sql: select 1, on: db, expect: { rows: 1 } }").unwrap();
    assert_eq!(suite.alone.as_ref().map(|alone| alone.service.as_str()), Some("db"));
    let refusal = unit("{ get: '${api}/health', expect: { status: 200 } }").unwrap_err();
    assert!(refusal.contains("nothing gives `${api}` a value"), "{refusal}");
}
