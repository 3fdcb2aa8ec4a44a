//! What is recorded of a service, topic by topic, and read twice: as its files ask for it and as its
//! container shows it. Both readings of a topic stand in one file and give the same paths and values,
//! so that one can be held against the other.

mod confinement;
mod environment;
mod healthcheck;
mod intent;
mod labels;
mod limits;
mod logging;
mod mounts;
mod networks;
mod ports;
mod process;
mod project;
mod reading;
mod target;
mod unsaid;
mod value;

use super::rules::put;
use crate::model::{Fact, Facts, Mask};

pub(super) use environment::is_passed_on;
pub(super) use project::of_files as project_of_files;
pub(super) use reading::{Around, Asked, Shown};
pub(super) use target::{Grounds, capture, observe, said_replicas};
pub(super) use unsaid::{UNSAID, is_left_open};
pub(super) use value::bytes_above_zero;

/// Is one topic in its two readings.
struct Topic {
    of_files: fn(&mut Facts, &Asked<'_>),
    of_container: fn(&mut Facts, &Shown<'_>),
}

macro_rules! topics {
    ($($topic:ident),* $(,)?) => {
        [$(Topic { of_files: $topic::of_files, of_container: $topic::of_container }),*]
    };
}

const TOPICS: [Topic; 10] = topics![
    process,
    environment,
    healthcheck,
    ports,
    networks,
    mounts,
    limits,
    confinement,
    logging,
    labels,
];

/// Gives what the files say of a service. What they leave to the image or the engine is not said.
pub(super) fn of_files(asked: &Asked<'_>) -> Facts {
    let mut facts = Facts::new();
    for topic in &TOPICS {
        (topic.of_files)(&mut facts, asked);
    }
    intent::of_files(&mut facts, asked);
    sealed(facts, asked.mask)
}

/// Gives what a container says of its service, and what only the files can say.
///
/// Nothing in it differs between two starts of the same configuration: no identity, address or
/// time, every list in a fixed order. What an engine fills in by itself is left out or brought to
/// one form.
pub(super) fn of_container(shown: &Shown<'_>) -> Facts {
    let mut facts = Facts::new();
    for topic in &TOPICS {
        (topic.of_container)(&mut facts, shown);
    }
    intent::of_files(&mut facts, shown.asked);
    sealed(facts, shown.asked.mask)
}

/// Gives facts through the mask once more, so that a topic that forgot it gives nothing away. The tag
/// of an image may be a revision, which only looks random.
fn sealed(facts: Facts, mask: &Mask) -> Facts {
    let through = |(path, Fact { class, value }): (String, Fact)| {
        let value = match value.as_str() {
            Some(image) if path.starts_with("image") => mask.known(image).into(),
            _ => mask.value(&value),
        };
        (mask.known(&path), Fact { class, value })
    };
    facts.into_iter().map(through).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_stays_in_an_images_tag_and_goes_where_it_may_be_a_token() {
        const REVISION: &str = "4fd6b831cd3104fd6b831cd3104fd6b831cd3104";
        let mut facts = Facts::new();
        put(&mut facts, "image", format!("shop/api:{REVISION}"));
        put(&mut facts, "hostname", REVISION);
        let sealed = sealed(facts, &Mask::default());
        assert_eq!(sealed["image"].value, format!("shop/api:{REVISION}"));
        assert_eq!(sealed["hostname"].value, "***");
    }
}
