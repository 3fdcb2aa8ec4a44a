//! A report for a service that shows findings beside the files: SARIF 2.1.0.
//!
//! What passed has its rule and no result, because most readers show every result as a problem.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactLocation, Invocation, Location, LogicalLocation, Message, MultiformatMessageString,
    Notification, PhysicalLocation, PropertyBag, Region, ReportingConfiguration,
    ReportingDescriptor, Result as Found, ResultKind, ResultLevel, Run as SarifRun,
    RunAutomationDetails, Sarif, Suppression, Tool, ToolComponent, Version,
};
use sha2::{Digest, Sha256};

use super::words::noticed;
use super::{Report, text, visible};
use crate::model::{Acceptance, Check, CheckResult, Outcome, Place, Reason, Run, Severity};

/// The address under which the format's public schema is known.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What a path may not hold as it is inside an address.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// Gives one run with a rule for each kind and name of a check, and a result for each that did not
/// pass.
pub fn render(report: &Report<'_>) -> String {
    let rules = Rules::of(report.run);
    let results: Vec<Found> =
        report.run.results.iter().filter_map(|result| found(report.run, result, &rules)).collect();
    let Run { tool, command, project, environment, .. } = report.run;
    let driver = ToolComponent::builder()
        .name("Proofmark")
        .version(shown(tool))
        .rules(rules.descriptors)
        .build();
    let category = format!("proofmark/{project}/{environment}/{command}/");
    let run = SarifRun::builder()
        .tool(Tool::from(driver))
        .invocations(vec![invocation(report)])
        .automation_details(RunAutomationDetails::builder().id(shown(&category)).build())
        .column_kind("unicodeCodePoints")
        .results(results)
        .build();
    let log =
        Sarif::builder().schema(SCHEMA).version(json!(Version::V2_1_0)).runs(vec![run]).build();
    text::json(&log)
}

/// Says how the run as a whole went; one that measured nothing was no successful execution.
fn invocation(report: &Report<'_>) -> Invocation {
    let Report { run, judgement, decision } = report;
    let because = judgement.because.join("; ");
    let nothing = report.looks_like_success();
    let notifications = nothing.then(|| {
        vec![Notification::builder().message(said(&because)).level(json!("error")).build()]
    });
    let known = [
        ("verdict", Some(judgement.verdict.word().to_owned())),
        ("decision", decision.map(|decision| decision.word().to_owned())),
        ("phase", run.phase.map(|phase| phase.word().to_owned())),
        ("release", run.release.as_deref().map(shown)),
    ];
    Invocation::builder()
        .execution_successful(!nothing)
        .exit_code(i64::from(judgement.verdict.exit().code()))
        .start_time_utc(shown(&run.started))
        .tool_execution_notifications(notifications.unwrap_or_default())
        .properties(bag(known))
        .build()
}

/// Holds a rule for each kind and name, in the order in which the plan first has them.
struct Rules {
    descriptors: Vec<ReportingDescriptor>,
    places: BTreeMap<String, i64>,
}

impl Rules {
    fn of(run: &Run) -> Self {
        let (mut descriptors, mut places) = (Vec::new(), BTreeMap::new());
        for CheckResult { check, .. } in &run.results {
            let id = rule_id(check);
            if places.contains_key(&id) {
                continue;
            }
            places.insert(id.clone(), i64::try_from(descriptors.len()).unwrap_or(-1));
            let severity = ReportingConfiguration::builder().level(json!(level(check.severity)));
            descriptors.push(
                ReportingDescriptor::builder()
                    .id(id)
                    .short_description(MultiformatMessageString::from(&shown(&check.name)))
                    .default_configuration(severity.build())
                    .properties(PropertyBag::builder().tags(vec![check.kind.to_string()]).build())
                    .build(),
            );
        }
        Self { descriptors, places }
    }
}

fn rule_id(check: &Check) -> String {
    shown(&format!("{}/{}", check.kind, check.name))
}

const fn level(severity: Severity) -> ResultLevel {
    match severity {
        Severity::Critical => ResultLevel::Error,
        Severity::Warning => ResultLevel::Warning,
        Severity::Info => ResultLevel::Note,
    }
}

/// Gives what SARIF calls an outcome: `open` is what could not be told, `review` what waits for a
/// person.
const fn kind(result: &CheckResult) -> ResultKind {
    match (result.outcome, result.reason) {
        (Outcome::Pass, _) => ResultKind::Pass,
        (Outcome::Fail | Outcome::Waived, _) => ResultKind::Fail,
        (Outcome::Inconclusive, Some(Reason::MissingBaseline)) => ResultKind::Review,
        (Outcome::Skipped, Some(Reason::NotAllowed | Reason::LeftOut)) => ResultKind::NotApplicable,
        (Outcome::Inconclusive | Outcome::Skipped, _) => ResultKind::Open,
    }
}

fn found(run: &Run, result: &CheckResult, rules: &Rules) -> Option<Found> {
    let (check, evidence) = (&result.check, &result.evidence);
    let kind = kind(result);
    let level = match kind {
        ResultKind::Pass => return None,
        ResultKind::Fail => level(check.severity),
        _ => ResultLevel::None,
    };
    let known = [
        ("severity", Some(check.severity.to_string())),
        ("reason", result.reason.map(Reason::word)),
        ("expected", evidence.expected.as_deref().map(shown)),
        ("actual", evidence.actual.as_deref().map(shown)),
        ("source", evidence.source.as_deref().map(shown)),
        ("noticed", Some(noticed(result).join(", ")).filter(|noticed| !noticed.is_empty())),
    ];
    let rule = rule_id(check);
    let built = Found::builder()
        .rule_index(rules.places.get(&rule).copied().unwrap_or(-1))
        .rule_id(rule)
        .kind(kind)
        .level(level)
        .message(said(&format!("{}: {}", check.group, result.message)))
        .locations(vec![location(run, check)])
        .partial_fingerprints(BTreeMap::from([(
            "proofmarkCheck/v1".to_owned(),
            fingerprint(run, check),
        )]))
        .suppressions(suppressions(result))
        .properties(bag(known))
        .build();
    Some(built)
}

/// Gives what tells this check from every other one, and is the same from run to run.
fn fingerprint(run: &Run, check: &Check) -> String {
    let identity = [&run.project, &run.environment, &check.id].map(String::as_str).join("\0");
    BASE64_STANDARD.encode(Sha256::digest(identity))
}

fn suppressions(result: &CheckResult) -> Vec<Suppression> {
    let waiver = result.waiver.as_deref().filter(|_| result.outcome == Outcome::Waived);
    let suppressed = |waiver: &Acceptance| {
        let Acceptance { reason, owner, expires, place } = waiver;
        Suppression::builder()
            .kind(json!("external"))
            .status(json!("accepted"))
            .justification(shown(&format!("{owner}, until {expires}: {reason}")))
            .location(Location::builder().physical_location(physical(place)).build())
            .build()
    };
    waiver.map(suppressed).into_iter().collect()
}

/// Names the service or suite, and the line of the file that says so, where one does.
fn location(run: &Run, check: &Check) -> Location {
    let service = LogicalLocation::builder()
        .name(shown(&check.group))
        .fully_qualified_name(shown(&format!("{}/{}", run.project, check.group)))
        .kind("resource")
        .build();
    let place = Location::builder().logical_locations(vec![service]);
    match &check.place {
        Some(at) => place.physical_location(physical(at)).build(),
        None => place.build(),
    }
}

fn physical(place: &Place) -> PhysicalLocation {
    let file = utf8_percent_encode(&place.file, NOT_IN_A_PATH).to_string();
    let region = Region::builder()
        .start_line(i64::from(place.line.max(1)))
        .start_column(i64::from(place.column.max(1)));
    PhysicalLocation::builder()
        .artifact_location(ArtifactLocation::builder().uri(file).uri_base_id("%SRCROOT%").build())
        .region(region.build())
        .build()
}

fn bag<const N: usize>(known: [(&str, Option<String>); N]) -> PropertyBag {
    let known =
        known.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?))));
    PropertyBag::builder().additional_properties(known.collect::<BTreeMap<_, _>>()).build()
}

fn said(text: &str) -> Message {
    Message::builder().text(shown(text)).build()
}

fn shown(text: &str) -> String {
    visible(text).into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::report::Format;
    use crate::report::tests::{empty, rendered, sample};

    fn log(run: &Run) -> Value {
        serde_json::from_str(&rendered(Format::Sarif, run)).unwrap()
    }

    fn asked_of(program: &str, arguments: &[&str]) -> String {
        let mut command = Command::new(program);
        let asked = command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        String::from_utf8(asked.unwrap().stdout).unwrap()
    }

    /// Reads the public schema where the crate that is made from it has it.
    fn public_schema() -> Value {
        let host = asked_of("rustc", &["--print", "host-tuple"]);
        let only = ["--offline", "--locked", "--filter-platform", host.trim()];
        let metadata = ["metadata", "--format-version", "1"].into_iter().chain(only);
        let metadata = asked_of(env!("CARGO"), &metadata.collect::<Vec<_>>());
        let metadata: Value = serde_json::from_str(&metadata).unwrap();
        let mut packages = metadata["packages"].as_array().unwrap().iter();
        let package = packages.find(|package| package["name"] == "serde-sarif").unwrap();
        let manifest = Path::new(package["manifest_path"].as_str().unwrap());
        let schema = manifest.with_file_name("src").join("schema.json");
        let text = std::fs::read_to_string(schema).unwrap();
        // The public schema's pattern of a language has a bracket too many, which a strict reader refuses.
        serde_json::from_str(&text.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$")).unwrap()
    }

    #[test]
    fn the_public_schema_accepts_every_log() {
        let schema = jsonschema::validator_for(&public_schema()).unwrap();
        for run in [sample(), empty()] {
            let mut log = log(&run);
            schema.validate(&log).unwrap();
            log["runs"][0]["tool"]["driver"]["name"] = Value::Null;
            assert!(!schema.is_valid(&log));
        }
    }

    #[test]
    fn each_outcome_is_of_the_kind_that_the_format_has_for_it() {
        let run = sample();
        let log = log(&run);
        let results = log["runs"][0]["results"].as_array().unwrap();
        let counts = run.counts();
        assert_eq!(results.len(), counts.total() - counts.pass);
        let of = |rule: &str| {
            let found = results.iter().find(|result| result["ruleId"] == rule).unwrap();
            let words = ["kind", "level"].map(|key| found[key].as_str().unwrap().to_owned());
            (words.join(" "), found["suppressions"].as_array().unwrap().len())
        };
        assert_eq!(of("drift/ports.8000.published"), ("fail error".to_owned(), 0));
        assert_eq!(of("health/memory stays under 80%"), ("fail warning".to_owned(), 0));
        assert_eq!(of("drift/environment.FEATURE_FLAGS"), ("fail error".to_owned(), 1));
        assert_eq!(of("health/answers PING"), ("open none".to_owned(), 0));
        assert_eq!(
            of("integration/an order reaches the database"),
            ("notApplicable none".to_owned(), 0)
        );
        let review = |result: &&Value| result["kind"] == "review";
        assert_eq!(results.iter().filter(review).count(), 1);
    }

    #[test]
    fn every_result_points_at_its_rule_and_no_two_have_one_fingerprint() {
        let log = log(&sample());
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
        let mut fingerprints = std::collections::BTreeSet::new();
        for result in log["runs"][0]["results"].as_array().unwrap() {
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"]);
            let fingerprint = &result["partialFingerprints"]["proofmarkCheck/v1"];
            assert!(fingerprints.insert(fingerprint.as_str().unwrap()));
        }
    }

    #[test]
    fn a_fingerprint_is_of_the_check_and_not_of_what_came_of_it() {
        let mut later = sample();
        later.started = "2027-01-01T00:00:00Z".to_owned();
        for result in &mut later.results {
            result.message.push_str(", again");
            result.check.place = None;
        }
        let of = |log: &Value| {
            let results = log["runs"][0]["results"].as_array().unwrap();
            results.iter().map(|result| result["partialFingerprints"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(of(&log(&later)), of(&log(&sample())));
    }

    #[test]
    fn a_file_name_is_an_address_whatever_it_holds() {
        let place = Place::new("suites/a b%#?.yaml", 0, 0);
        let at = serde_json::to_value(physical(&place)).unwrap();
        assert_eq!(at["artifactLocation"]["uri"], "suites/a%20b%25%23%3F.yaml");
        assert_eq!(at["region"]["startLine"], 1);
    }
}
