//! Which names have a value at a step, and which of them were asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::config::Text;

/// The names that every case has: the release that runs, and a text that no other case has.
pub(super) const BUILT_IN: [&str; 2] = ["release", "unique"];

/// What gives the name of a service its value, which is its address.
pub(super) const SERVICE: &str = "a service";

/// Knows the names that can be used, and learns which of them are.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    known: BTreeMap<String, &'static str>,
    /// What a case defines for itself and must therefore use.
    own: Vec<Text>,
    used: RefCell<BTreeSet<String>>,
}

impl Names {
    /// Adds a name, saying what gives it its value; fails with what gives it one already.
    pub(super) fn add(&mut self, name: &str, what: &'static str) -> Result<(), &'static str> {
        match self.known.insert(name.to_owned(), what) {
            None => Ok(()),
            Some(earlier) => Err(earlier),
        }
    }

    /// Adds a name that has to be used before the case ends.
    pub(super) fn add_own(&mut self, name: &Text, what: &'static str) -> Result<(), &'static str> {
        self.add(&name.value, what)?;
        self.own.push(name.clone());
        Ok(())
    }

    /// Marks a name as used and tells whether it is known.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.used.borrow_mut().insert(name.to_owned());
        self.known.contains_key(name)
    }

    /// Gives every name that is known, for a remedy.
    pub(super) fn list(&self) -> String {
        let names: Vec<&str> = self.known.keys().map(String::as_str).collect();
        names.join(", ")
    }

    /// Gives the services whose addresses were used.
    pub(super) fn used_services(&self) -> Vec<String> {
        let used = self.used.borrow();
        let is_service = |name: &&String| self.known.get(*name) == Some(&SERVICE);
        used.iter().filter(is_service).cloned().collect()
    }

    /// Gives the first of the case's own names that nothing used.
    pub(super) fn first_unused(&self) -> Option<&Text> {
        let used = self.used.borrow();
        self.own.iter().find(|name| !used.contains(&name.value))
    }
}
