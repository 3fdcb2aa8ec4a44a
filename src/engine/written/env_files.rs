//! Environment files that a project names and does not have: usual in a public one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Value, json};

use super::plain_path;

/// Knows which services name which environment files, and which of those are not there.
#[derive(Debug, Default)]
pub(super) struct EnvFiles {
    of_services: BTreeMap<String, Vec<String>>,
    changed: BTreeSet<String>,
    absent: BTreeSet<String>,
    known: bool,
}

impl EnvFiles {
    pub fn are_known(&self) -> bool {
        self.known
    }

    /// Reads them off a model that was not interpolated.
    pub fn know(&mut self, model: &Value) {
        self.known = true;
        for (service, said) in model["services"].as_object().into_iter().flatten() {
            let named = said["env_file"].as_array().into_iter().flatten();
            let path = |file: &Value| file.as_str().or(file["path"].as_str()).map(str::to_owned);
            self.of_services.insert(service.clone(), named.filter_map(path).collect());
        }
    }

    /// Takes the file at `path` out of every service that names it; tells whether one did.
    ///
    /// A name with a variable in it cannot be compared, so where no other fits those are taken out.
    pub fn drop(&mut self, folder: &Path, path: &Path) -> bool {
        let missing = plain_path(&folder.join(path));
        let is_it = |file: &String| plain_path(&folder.join(file)) == missing;
        let dropped = self.take_out(is_it) || self.take_out(|file| file.contains('$'));
        if dropped {
            // Compose says it as the file does, or whole.
            let shown = if path.is_relative() { path } else { &missing };
            let shown = shown.strip_prefix(folder).unwrap_or(shown);
            let shown = shown.strip_prefix(".").unwrap_or(shown);
            self.absent.insert(shown.display().to_string());
        }
        dropped
    }

    fn take_out(&mut self, is_it: impl Fn(&String) -> bool) -> bool {
        let mut dropped = false;
        for (service, files) in &mut self.of_services {
            let before = files.len();
            files.retain(|file| !is_it(file));
            if files.len() < before {
                self.changed.insert(service.clone());
                dropped = true;
            }
        }
        dropped
    }

    pub fn absent(&self) -> Vec<String> {
        self.absent.iter().cloned().collect()
    }

    /// Gives a Compose file that takes the environment files off the services that name an absent one.
    pub fn without(&self) -> String {
        let services = self.changed.iter().map(|service| {
            let service = Value::from(service.as_str());
            format!("  {service}: {{ env_file: !reset [] }}\n")
        });
        format!("services:\n{}", services.collect::<String>())
    }

    /// Gives a Compose file that puts those back which are there.
    pub fn with(&self) -> String {
        let left = |service: &String| {
            (service.clone(), json!({ "env_file": self.of_services[service.as_str()] }))
        };
        let services: BTreeMap<String, Value> = self.changed.iter().map(left).collect();
        json!({ "services": services }).to_string()
    }
}

/// Finds the path of an environment file that Compose did not find.
pub(super) fn missing(words: &str) -> Option<String> {
    static MISSING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:env file|Failed to load) (?P<path>\S[^:\n]*?)(?: not found)?: ")
            .expect("the pattern is a constant that a test compiles")
    });
    words.lines().find_map(|line| Some(MISSING.captures(line)?["path"].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_file_is_taken_out_and_the_others_stay() {
        let mut files = EnvFiles::default();
        files.know(&json!({ "services": {
            "api": { "env_file": [{ "path": "./have.env" }, { "path": "../x/miss.env" }] },
            "web": { "env_file": ["./have.env"] },
        } }));
        assert!(files.drop(Path::new("/shop/app"), Path::new("/shop/x/miss.env")));
        assert_eq!(files.without(), "services:\n  \"api\": { env_file: !reset [] }\n");
        assert_eq!(files.with(), r#"{"services":{"api":{"env_file":["./have.env"]}}}"#);
        assert!(!files.drop(Path::new("/shop/app"), Path::new("/shop/x/other.env")));
    }

    #[test]
    fn the_absent_file_is_named_in_the_words_of_old_and_new_versions() {
        let old = "Failed to load /a/b.env: open /a/b.env: no such file or directory";
        let new = "env file /a/b.env not found: stat /a/b.env: no such file or directory";
        assert_eq!(missing(old).as_deref(), Some("/a/b.env"));
        assert_eq!(missing(new).as_deref(), Some("/a/b.env"));
        assert_eq!(missing("services.a must be a mapping"), None);
    }
}
