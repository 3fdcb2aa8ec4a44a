//! The body of a snapshot: facts in two sections, measured figures in a third.

use std::collections::BTreeMap;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_saphyr::{FlowMap, FlowSeq};
use sha2::{Digest, Sha256};

use super::file::RESTORE;
use crate::config::{Source, Spanned, Text, read_yaml_as};
use crate::model::{Diagnostic, Fact, FactClass, Place, Snapshot, hexadecimal};

/// Names the part of a snapshot's body in which an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// Holds on every target.
    Portable,
    /// Holds only where it was recorded.
    Local,
    /// Was measured where it was recorded, with its spread.
    Performance,
}

impl Section {
    /// The word for it, as the file has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Local => "local",
            Self::Performance => "performance",
        }
    }
}

impl From<FactClass> for Section {
    fn from(class: FactClass) -> Self {
        match class {
            FactClass::Portable => Self::Portable,
            FactClass::Local => Self::Local,
        }
    }
}

/// Holds a measured number with its spread; the unit ends its name, as in `health.response_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// The middle of the samples.
    #[serde(serialize_with = "without_point_zero")]
    pub median: f64,
    /// The lowest sample.
    #[serde(serialize_with = "without_point_zero")]
    pub min: f64,
    /// The highest sample.
    #[serde(serialize_with = "without_point_zero")]
    pub max: f64,
}

impl Figure {
    /// Gives the figure of `samples`; none of no samples.
    #[must_use]
    pub fn of(mut samples: Vec<f64>) -> Option<Self> {
        samples.sort_by(f64::total_cmp);
        let (min, max) = (*samples.first()?, *samples.last()?);
        let middle = samples.len() / 2;
        let median = if samples.len().is_multiple_of(2) {
            f64::midpoint(samples[middle - 1], samples[middle])
        } else {
            samples[middle]
        };
        let rounded = |number: f64| (number * 100.0).round() / 100.0;
        Some(Self { median: rounded(median), min: rounded(min), max: rounded(max) })
    }

    /// Gives the highest median that the recorded spread still explains.
    ///
    /// The spread is widened by the largest of its own width, half the median, and `floor`: twenty
    /// requests in a row do not show how slow the next twenty may be on a busy machine.
    #[must_use]
    pub fn upper_bound(self, floor: f64) -> f64 {
        self.max + self.slack(floor)
    }

    /// Tells whether `median` lies within the spread, widened on both sides as
    /// [`Figure::upper_bound`] widens it.
    #[must_use]
    pub fn explains(self, median: f64, floor: f64) -> bool {
        (self.min - self.slack(floor)..=self.upper_bound(floor)).contains(&median)
    }

    fn slack(self, floor: f64) -> f64 {
        (self.max - self.min).max(self.median / 2.0).max(floor)
    }
}

/// Maps each figure's name to what was measured.
pub type Figures = BTreeMap<String, Figure>;

/// Holds what one snapshot file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Body {
    /// The service and its facts.
    pub snapshot: Snapshot,
    /// What was measured.
    pub figures: Figures,
}

impl Body {
    /// Writes it as YAML, one entry a line, so that a person can move a line to another section.
    ///
    /// The same body gives the same bytes.
    #[must_use]
    pub fn render(&self) -> String {
        written(self)
    }

    /// Gives the digest that an approval covers: of the entries and their sections, whatever
    /// comments and spaces stand around them.
    #[must_use]
    pub fn digest(&self) -> String {
        digest_of(&self.render())
    }

    /// Gives every entry with the section in which it stands.
    #[must_use]
    pub fn entries(&self) -> BTreeMap<&str, (Section, Value)> {
        let facts = &self.snapshot.facts;
        let facts =
            facts.iter().map(|(path, f)| (path.as_str(), (f.class.into(), f.value.clone())));
        let figures = self.figures.iter().map(|(name, figure)| {
            let value = serde_json::to_value(figure).expect("a figure is three numbers");
            (name.as_str(), (Section::Performance, value))
        });
        facts.chain(figures).collect()
    }

    /// Reads the body of the file about `service`, with the place of each entry.
    ///
    /// # Errors
    ///
    /// When there is an unknown section or key, a path that is there twice, or another service.
    pub fn read(source: &Source, service: &str) -> Result<(Self, Places), Diagnostic> {
        let raw: Raw = read_yaml_as(source, RESTORE)?;
        if raw.service.value != service {
            let refusal = format!("the body is about `{}`", raw.service.value);
            return Err(source
                .refuse(raw.service.at, refusal)
                .help(format!("the file's name says `{service}`: write `service: {service}`")));
        }
        let mut body = Self::default();
        let mut places = Places::new();
        let sections = [(FactClass::Portable, raw.portable), (FactClass::Local, raw.local)];
        for (class, entries) in sections {
            for (path, Spanned { value, at }) in entries.unwrap_or_default() {
                if places.contains_key(&path) {
                    return Err(source
                        .refuse(at, format!("`{path}` is recorded twice"))
                        .help("keep it under `portable` or under `local`, not both"));
                }
                places.insert(path.clone(), source.place(at));
                body.snapshot.facts.insert(path, Fact { class, value });
            }
        }
        for (name, Spanned { value, at }) in raw.performance.unwrap_or_default() {
            if places.insert(name.clone(), source.place(at)).is_some() {
                return Err(source.refuse(at, format!("`{name}` is recorded twice")));
            }
            body.figures.insert(name, value);
        }
        body.snapshot.name = raw.service.value;
        Ok((body, places))
    }
}

/// Gives the digest of a body that is written as `text`.
pub(super) fn digest_of(text: &str) -> String {
    format!("sha256:{}", hexadecimal(&Sha256::digest(text)))
}

/// Maps each entry to its line.
pub type Places = BTreeMap<String, Place>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    service: Text,
    portable: Option<BTreeMap<String, Spanned<Value>>>,
    local: Option<BTreeMap<String, Spanned<Value>>>,
    performance: Option<BTreeMap<String, Spanned<Figure>>>,
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts_of = |class: FactClass| -> BTreeMap<&String, OneLine<'_>> {
            let facts = self.snapshot.facts.iter().filter(|(_, fact)| fact.class == class);
            facts.map(|(path, fact)| (path, OneLine(&fact.value))).collect()
        };
        let figures: BTreeMap<&String, FlowMap<&Figure>> =
            self.figures.iter().map(|(name, figure)| (name, FlowMap(figure))).collect();
        let mut body = serializer.serialize_struct("Body", 4)?;
        body.serialize_field("service", &self.snapshot.name)?;
        for class in [FactClass::Portable, FactClass::Local] {
            let facts = facts_of(class);
            if !facts.is_empty() {
                body.serialize_field(Section::from(class).word(), &facts)?;
            }
        }
        if !figures.is_empty() {
            body.serialize_field(Section::Performance.word(), &figures)?;
        }
        body.end()
    }
}

/// Writes a value as the file has it, on one line.
#[must_use]
pub fn notation(value: &Value) -> String {
    written(&OneLine(value)).trim_end().to_owned()
}

fn written(data: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
    serde_saphyr::to_string_with_options(data, options)
        .expect("text, numbers and lists can always be written as YAML")
}

/// Writes a value on one line.
struct OneLine<'v>(&'v Value);

impl Serialize for OneLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(_) => FlowSeq(self.0).serialize(serializer),
            Value::Object(_) => FlowMap(self.0).serialize(serializer),
            scalar => scalar.serialize(serializer),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde calls")]
#[expect(clippy::cast_possible_truncation, reason = "only a whole number is cast")]
fn without_point_zero<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        serializer.serialize_i64(*number as i64)
    } else {
        serializer.serialize_f64(*number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn fact(class: FactClass, value: Value) -> Fact {
        Fact { class, value }
    }

    fn of_api(facts: impl IntoIterator<Item = (&'static str, Fact)>) -> Body {
        let facts = facts.into_iter().map(|(path, fact)| (path.to_owned(), fact)).collect();
        let snapshot = Snapshot { name: "api".to_owned(), facts };
        let figure = Figure { median: 3.2, min: 2.0, max: 9.75 };
        Body { snapshot, figures: Figures::from([("health.response_ms".to_owned(), figure)]) }
    }

    #[test]
    fn each_entry_stands_on_one_line_of_its_section() {
        let body = of_api([
            ("image", fact(FactClass::Portable, json!("shop/api:${release}"))),
            ("command", fact(FactClass::Portable, json!(["python", "-m", "api", ""]))),
            ("security.privileged", fact(FactClass::Portable, json!(false))),
            ("ports.8000/tcp.host", fact(FactClass::Local, json!("127.0.0.1:18200"))),
        ]);
        insta::assert_snapshot!(body.render(), @r#"
        service: api
        portable:
          command: [python, -m, api, ""]
          image: shop/api:${release}
          security.privileged: false
        local:
          ports.8000/tcp.host: 127.0.0.1:18200
        performance:
          health.response_ms: {median: 3.2, min: 2, max: 9.75}
        "#);
    }

    #[test]
    fn a_place_names_the_line_on_which_a_fact_stands() {
        let text = "service: api\nportable:\n  user: root\nlocal:\n";
        let (body, places) = Body::read(&Source::new("api.snap", text), "api").unwrap();
        assert_eq!(places["user"].to_string(), "api.snap:3:9");
        assert_eq!(body.snapshot.facts["user"].class, FactClass::Portable);
    }

    #[test]
    fn what_nobody_could_have_meant_is_refused_with_its_place() {
        let refused = |text: &str| {
            let diagnostic = Body::read(&Source::new("api.snap", text), "api").unwrap_err();
            format!("{} at {}", diagnostic.message, diagnostic.place().unwrap())
        };
        insta::assert_snapshot!(
            [
                "service: api\nportabel:\n  user: root\n",
                "service: api\nportable:\n  user: root\n  user: app\n",
                "service: api\nportable:\n  user: root\nlocal:\n  user: root\n",
                "service: api\nperformance:\n  memory.bytes: {median: 3}\n",
                "portable: {}\n",
                "service: api\nportable: [user]\n",
            ]
            .map(refused)
            .join("\n"),
            @r"
        there is no key `portabel` here at api.snap:2:1
        `user` is given twice at api.snap:4:3
        `user` is recorded twice at api.snap:5:9
        `min` is missing here at api.snap:3:17
        `service` is missing here at api.snap:1:1
        a map belongs here, not a list at api.snap:2:11
        "
        );
    }

    #[test]
    fn a_median_within_the_widened_spread_is_explained_and_one_outside_is_not() {
        let figure = Figure { median: 40.0, min: 30.0, max: 60.0 };
        assert!(figure.explains(90.0, 20.0));
        assert!(!figure.explains(90.1, 20.0));
        assert!(figure.explains(0.0, 20.0));
        assert!(!figure.explains(130.0, 60.0));
    }

    #[test]
    fn the_median_of_an_even_number_of_samples_lies_between_the_middle_two() {
        let figure = Figure::of(vec![4.0, 1.0, 2.004, 3.0]).unwrap();
        assert_eq!(figure, Figure { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(Figure::of(Vec::new()), None);
    }

    fn values() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[-:#'\"{}\\[\\], a-z0-9~&*!|>%@`\\n\\t]{0,12}".prop_map(Value::from),
        ];
        prop_oneof![scalar.clone(), prop::collection::vec(scalar, 0..4).prop_map(Value::from)]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_the_same_and_written_the_same_again(
            facts in prop::collection::btree_map("[ -~]{1,20}", (any::<bool>(), values()), 0..6),
        ) {
            let facts = facts.into_iter().map(|(path, (portable, value))| {
                let class = if portable { FactClass::Portable } else { FactClass::Local };
                (path, Fact { class, value })
            });
            let snapshot = Snapshot { name: "api".to_owned(), facts: facts.collect() };
            let body = Body { snapshot, figures: Figures::new() };
            let text = body.render();
            let (read, places) = Body::read(&Source::new("api.snap", text.clone()), "api").unwrap();
            prop_assert_eq!(&read, &body);
            prop_assert_eq!(read.render(), text);
            prop_assert_eq!(places.len(), body.snapshot.facts.len());
        }

        #[test]
        fn no_bytes_make_the_reader_panic(text in ".{0,200}") {
            drop(Body::read(&Source::new("api.snap", text), "api"));
        }
    }
}
