//! Which names have a value at a step, and which of them were asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::Text;

/// The names that every case has: the release that runs, and a text that no other case has.
pub(super) const BUILT_IN: [&str; 2] = ["release", "unique"];

/// What gives the name of a service its value, which is its address.
pub(super) const SERVICE: &str = "a service";

/// Is what each of many cases can name, whatever it adds for itself.
pub(super) type Common = Arc<BTreeMap<String, &'static str>>;

/// Knows the names that can be used, and learns which of them are.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    common: Common,
    added: BTreeMap<String, &'static str>,
    /// What a case defines for itself and must therefore use.
    own: Vec<Text>,
    used: RefCell<BTreeSet<String>>,
}

impl Names {
    /// Knows what is common to many cases; none of it need be used.
    pub(super) fn beyond(common: &Common) -> Self {
        Self { common: Arc::clone(common), ..Self::default() }
    }

    /// Gives all that is known for cases to add to.
    pub(super) fn as_common(&self) -> Common {
        let all = self.common.iter().chain(&self.added);
        Arc::new(all.map(|(name, what)| (name.clone(), *what)).collect())
    }

    /// Adds a name, saying what gives it its value; fails with what gives it one already.
    pub(super) fn add(&mut self, name: &str, what: &'static str) -> Result<(), &'static str> {
        if let Some(earlier) = self.what(name) {
            return Err(earlier);
        }
        self.added.insert(name.to_owned(), what);
        Ok(())
    }

    /// Adds a name that has to be used before the case ends.
    pub(super) fn add_own(&mut self, name: &Text, what: &'static str) -> Result<(), &'static str> {
        self.add(&name.value, what)?;
        self.own.push(name.clone());
        Ok(())
    }

    /// Marks a name as used and tells whether it is known.
    pub(super) fn is_known(&self, name: &str) -> bool {
        let mut used = self.used.borrow_mut();
        if !used.contains(name) {
            used.insert(name.to_owned());
        }
        self.what(name).is_some()
    }

    /// Gives every name that is known, for a remedy.
    pub(super) fn list(&self) -> String {
        let names: BTreeSet<&str> =
            self.common.keys().chain(self.added.keys()).map(String::as_str).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }

    /// Gives the services whose addresses were used.
    pub(super) fn used_services(&self) -> Vec<String> {
        let used = self.used.borrow();
        used.iter().filter(|name| self.what(name) == Some(SERVICE)).cloned().collect()
    }

    /// Gives the first of the case's own names that nothing used.
    pub(super) fn first_unused(&self) -> Option<&Text> {
        let used = self.used.borrow();
        self.own.iter().find(|name| !used.contains(&name.value))
    }

    fn what(&self, name: &str) -> Option<&'static str> {
        self.added.get(name).or_else(|| self.common.get(name)).copied()
    }
}
