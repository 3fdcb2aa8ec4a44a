//! Where each fact is meant to hold, and how much it matters when it does not.

use serde_json::Value;

use crate::model::{Fact, FactClass, Facts, Severity};

use FactClass::{Local, Portable};
use Severity::{Critical, Info, Warning};

/// Says for the facts whose path matches where they hold and what a difference means.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// A path; `*` stands for any characters.
    pub pattern: &'static str,
    /// The section in which it is first recorded; a person may move it at review.
    pub class: FactClass,
    /// What it means that the fact is gone.
    pub missing: Severity,
    /// What it means that the fact has another value.
    pub changed: Severity,
    /// What it means that there is such a fact and nobody recorded it.
    pub unmanaged: Severity,
}

const fn rule(
    pattern: &'static str,
    class: FactClass,
    [missing, changed, unmanaged]: [Severity; 3],
) -> Rule {
    Rule { pattern, class, missing, changed, unmanaged }
}

/// Holds every rule; the first whose pattern matches decides.
///
/// Critical is what makes it another application or takes a wall down: image, command, user,
/// confinement, mounts, who reaches a port, a service too few or too many. A warning is what makes
/// it run worse. What only describes it is for information. Addresses and paths of one machine are
/// local.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    //    path                          class     missing    changed    unmanaged
    rule("service",                    Portable, [Critical, Critical, Critical]),
    rule("services",                   Portable, [Critical, Critical, Critical]),
    rule("image",                      Portable, [Critical, Critical, Critical]),
    rule("image_digest",               Portable, [Critical, Critical, Info]),
    rule("platform",                   Portable, [Warning,  Warning,  Info]),
    rule("pull_policy",                Portable, [Info,     Info,     Info]),
    rule("entrypoint",                 Portable, [Critical, Critical, Critical]),
    rule("command",                    Portable, [Critical, Critical, Critical]),
    rule("user",                       Portable, [Critical, Critical, Critical]),
    rule("working_dir",                Portable, [Warning,  Warning,  Warning]),
    rule("runtime",                    Portable, [Critical, Critical, Critical]),
    rule("init",                       Portable, [Warning,  Warning,  Info]),
    rule("tty",                        Portable, [Info,     Info,     Info]),
    rule("stdin_open",                 Portable, [Info,     Info,     Info]),
    rule("hostname",                   Portable, [Warning,  Warning,  Info]),
    rule("domainname",                 Portable, [Warning,  Warning,  Info]),
    rule("container_name",             Portable, [Warning,  Warning,  Info]),
    rule("environment.*",              Portable, [Critical, Critical, Warning]),
    rule("ports.*.host",               Local,    [Warning,  Warning,  Warning]),
    rule("ports.*.interface",          Portable, [Warning,  Critical, Warning]),
    rule("ports.*",                    Portable, [Critical, Warning,  Warning]),
    rule("networks.*.ipv4_address",    Local,    [Warning,  Warning,  Warning]),
    rule("networks.*.ipv6_address",    Local,    [Warning,  Warning,  Warning]),
    rule("networks.*.link_local_ips",  Local,    [Warning,  Warning,  Warning]),
    rule("networks.*.mac_address",     Local,    [Warning,  Warning,  Warning]),
    rule("networks.*.ipam",            Local,    [Warning,  Warning,  Warning]),
    rule("networks.*.internal",        Portable, [Critical, Critical, Warning]),
    rule("networks.*",                 Portable, [Critical, Warning,  Warning]),
    rule("mac_address",                Local,    [Warning,  Warning,  Warning]),
    rule("links",                      Portable, [Warning,  Warning,  Warning]),
    rule("external_links",             Portable, [Warning,  Warning,  Warning]),
    rule("dns*",                       Portable, [Warning,  Warning,  Warning]),
    rule("extra_hosts",                Portable, [Warning,  Warning,  Warning]),
    rule("mounts.*.source",            Local,    [Warning,  Warning,  Warning]),
    rule("mounts.*.propagation",       Portable, [Warning,  Warning,  Critical]),
    rule("mounts.*",                   Portable, [Critical, Critical, Critical]),
    rule("volumes_from",               Portable, [Critical, Critical, Critical]),
    rule("volumes.*.driver_opts.*",    Local,    [Warning,  Warning,  Warning]),
    rule("volumes.*",                  Portable, [Critical, Warning,  Info]),
    rule("secrets.*",                  Portable, [Critical, Critical, Warning]),
    rule("configs.*",                  Portable, [Critical, Critical, Warning]),
    rule("healthcheck.test",           Portable, [Warning,  Warning,  Info]),
    rule("healthcheck.probes",         Portable, [Warning,  Warning,  Info]),
    rule("healthcheck.disabled",       Portable, [Warning,  Warning,  Warning]),
    rule("healthcheck.*",              Portable, [Info,     Info,     Info]),
    rule("health.headers.*",           Portable, [Warning,  Warning,  Info]),
    rule("health.*",                   Portable, [Critical, Critical, Info]),
    rule("restart",                    Portable, [Warning,  Warning,  Warning]),
    rule("limits.*",                   Portable, [Warning,  Warning,  Warning]),
    rule("security.cap_drop",          Portable, [Critical, Critical, Info]),
    rule("security.security_opt",      Portable, [Critical, Critical, Info]),
    rule("security.read_only",         Portable, [Critical, Critical, Info]),
    rule("security.cgroup_parent",     Portable, [Warning,  Warning,  Warning]),
    rule("security.*",                 Portable, [Critical, Critical, Critical]),
    rule("sysctls.*",                  Portable, [Warning,  Warning,  Warning]),
    rule("depends_on.*",               Portable, [Warning,  Warning,  Info]),
    rule("profiles",                   Portable, [Warning,  Warning,  Info]),
    rule("replicas",                   Local,    [Warning,  Warning,  Info]),
    rule("deploy.labels.*",            Portable, [Info,     Info,     Info]),
    rule("deploy.*",                   Portable, [Warning,  Warning,  Info]),
    rule("build.*",                    Portable, [Info,     Info,     Info]),
    rule("logging.driver",             Portable, [Warning,  Warning,  Info]),
    rule("logging.*",                  Portable, [Info,     Info,     Info]),
    rule("labels.*",                   Portable, [Info,     Info,     Info]),
    rule("annotations.*",              Portable, [Info,     Info,     Info]),
    rule("*",                          Portable, [Warning,  Warning,  Warning]),
];

/// Gives the rule for `path`.
#[must_use]
pub fn rule_for(path: &str) -> &'static Rule {
    let first = path.bytes().next();
    // Every fact is asked for its rule several times, and most rules are told apart by one letter.
    let may_be = |rule: &&Rule| {
        let begins = rule.pattern.bytes().next();
        begins == first || begins == Some(b'*')
    };
    let mut rules = RULES.iter().filter(may_be);
    rules.find(|rule| matches(rule.pattern, path)).expect("the last rule matches every path")
}

/// Writes a fact down in the section that the rules give it.
pub(super) fn put(facts: &mut Facts, path: impl Into<String>, value: impl Into<Value>) {
    let path = path.into();
    let class = rule_for(&path).class;
    facts.insert(path, Fact { class, value: value.into() });
}

/// Tells whether a path is what a pattern stands for.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == path };
    let Some(rest) = path.strip_prefix(before) else { return false };
    if !after.contains('*') {
        return rest.ends_with(after);
    }
    rest.char_indices().any(|(at, _)| matches(after, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_special_rule_stands_first() {
        assert_eq!(rule_for("ports.8000/tcp.host").class, Local);
        assert_eq!(rule_for("ports.8000/tcp").class, Portable);
        assert_eq!(rule_for("mounts./etc/shop.yaml.source").class, Local);
        assert_eq!(rule_for("healthcheck.test").missing, Warning);
        assert_eq!(rule_for("security.privileged").changed, Critical);
    }

    #[test]
    fn a_star_stands_for_any_characters_wherever_it_is() {
        assert!(matches("volumes.*.driver_opts.*", "volumes.db.data.driver_opts.o"));
        assert!(!matches("volumes.*.driver_opts.*", "volumes.db.driver"));
        assert!(matches("FEATURE_*", "FEATURE_") && matches("*", ""));
        assert!(!matches("a*a", "a"));
    }

    #[test]
    fn a_path_that_no_rule_names_is_portable_and_a_warning() {
        let rule = rule_for("something.else");
        assert_eq!((rule.pattern, rule.changed), ("*", Warning));
    }

    #[test]
    fn no_rule_is_hidden_behind_an_earlier_one() {
        for (index, rule) in RULES.iter().enumerate() {
            let path = rule.pattern.replace('*', "x");
            let first = RULES.iter().position(|rule| matches(rule.pattern, &path));
            assert_eq!(first, Some(index), "{} never decides", rule.pattern);
        }
    }
}
