//! What an environment is expected to show in place of what was recorded.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::layer::Layer;
use super::resolve::{Resolver, Stratum};
use super::settings::{ExpectedFact, ExpectedService};
use super::{Content, Node, Source, Text};
use crate::model::{Diagnostic, Template};

/// The name that stands for the running release, as in a recorded image.
const RELEASE: &str = "release";

/// Joins what every layer expects: the nearest one that names a fact, or takes a whole service away,
/// says what is meant.
pub(super) fn read(
    resolver: &Resolver<'_>,
) -> Result<BTreeMap<String, ExpectedService>, Diagnostic> {
    let mut expected: BTreeMap<String, ExpectedService> = BTreeMap::new();
    // A service that some layer takes away is not what the layers below it say of it.
    let mut closed = BTreeSet::new();
    for Stratum { source, layer } in &resolver.strata {
        for (service, node) in services(source, layer)? {
            let facts = facts(resolver, source, service, node)?;
            if closed.contains(&service.value) {
                continue;
            }
            let at = service.at;
            let Some(facts) = facts else {
                closed.insert(service.value.clone());
                expected.entry(service.value.clone()).or_insert_with(|| {
                    resolver.note(source, &format!("expect.{}", service.value), "null", at);
                    ExpectedService { at, facts: None }
                });
                continue;
            };
            let nearer = expected
                .entry(service.value.clone())
                .or_insert(ExpectedService { at, facts: Some(BTreeMap::new()) });
            let nearer = nearer.facts.get_or_insert_default();
            for (path, fact) in facts {
                nearer.entry(path).or_insert_with_key(|path| {
                    let value = fact.value.as_ref().map_or("null".to_owned(), shown);
                    let name = format!("expect.{}.{path}", service.value);
                    resolver.note(source, &name, &value, fact.at);
                    fact
                });
            }
        }
    }
    Ok(expected)
}

/// Gives what one layer says, by service.
fn services<'l>(source: &Source, layer: &'l Layer) -> Result<&'l [(Text, Node)], Diagnostic> {
    match layer.expect.as_ref().map(|node| (&node.value, node)) {
        None => Ok(&[]),
        Some((Content::Map(services), _)) => Ok(services),
        Some((other, node)) => Err(source
            .refuse(node.at, format!("`expect` is {}", other.described()))
            .help("write what differs, by service: `expect: { api: { replicas: 3 } }`")),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Reads what is expected of one service; none where it is not to be there.
fn facts(
    resolver: &Resolver<'_>,
    source: &Source,
    service: &Text,
    node: &Node,
) -> Result<Option<BTreeMap<String, ExpectedFact>>, Diagnostic> {
    let name = &service.value;
    let entries = match &node.value {
        Content::Null => return Ok(None),
        Content::Map(entries) if !entries.is_empty() => entries,
        other => {
            let is = if matches!(other, Content::Map(_)) { "nothing" } else { other.described() };
            let refusal = source.refuse(node.at, format!("`expect.{name}` is {is}"));
            return Err(refusal.help(format!(
                "write the facts that differ, `{name}: {{ replicas: 3 }}`, or `{name}: null` for a service that is not there"
            )));
        }
    };
    let mut facts = BTreeMap::new();
    for (path, node) in entries {
        let value = match &node.value {
            Content::Null => None,
            content => Some(value(resolver, source, &path.value, node, content)?),
        };
        facts.insert(path.value.clone(), ExpectedFact { key: path.at, at: node.at, value });
    }
    Ok(Some(facts))
}

/// Reads a value and fills the `${NAME}`s in its texts.
fn value(
    resolver: &Resolver<'_>,
    source: &Source,
    path: &str,
    node: &Node,
    content: &Content,
) -> Result<Value, Diagnostic> {
    match content {
        Content::Text(text) => {
            let named = |name: &str| match name {
                RELEASE => Some(format!("${{{RELEASE}}}")),
                _ => resolver.variables.get(name).cloned(),
            };
            let filled = Template::parse(text).and_then(|template| template.render(named));
            filled.map(Value::from).map_err(|cause| source.refuse(node.at, cause.to_string()))
        }
        Content::List(items) => {
            let item = |item: &Node| value(resolver, source, path, item, &item.value);
            items.iter().map(item).collect()
        }
        Content::Map(entries) => {
            let inner = entries.first().map_or("…", |(key, _)| key.value.as_str());
            let refusal = source.refuse(node.at, format!("`{path}` is a map"));
            Err(refusal.help(format!("a fact is one path and one value: `{path}.{inner}: …`")))
        }
        content => Ok(content.into()),
    }
}
