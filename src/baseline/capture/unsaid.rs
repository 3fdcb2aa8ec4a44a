//! What files leave to the image and the engine, so that nobody takes their silence for a wish.

use serde_json::Value;

use crate::baseline::rules::matches;
use crate::model::Facts;

/// Matches the facts of a service that its files cannot or need not say.
pub(in crate::baseline) const UNSAID: &[&str] = &[
    "command",
    "entrypoint",
    "environment.*",
    "health.*",
    "healthcheck.*",
    "image_digest",
    "mounts.*",
    "ports.*",
    "stop.signal",
    "user",
    "working_dir",
];

/// Tells whether a fact that `said` does not hold can come from the image or the engine.
///
/// An image may expose a port and ask for a volume without a name; it can publish and mount nothing
/// else.
pub(in crate::baseline) fn is_left_open(path: &str, value: &Value, said: &Facts) -> bool {
    let text = value.as_str().unwrap_or_default();
    if path.starts_with("ports.") {
        return text == "exposed";
    }
    if path.starts_with("mounts.") {
        return text.starts_with("volume anonymous") || said.contains_key("volumes_from");
    }
    // An image has no check where the files switch it off.
    if path.starts_with("healthcheck.") && said.contains_key("healthcheck.disabled") {
        return false;
    }
    UNSAID.iter().any(|pattern| matches(pattern, path))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_image_may_expose_a_port_and_never_publishes_one() {
        let said = Facts::new();
        assert!(is_left_open("ports.80/tcp", &json!("exposed"), &said));
        assert!(!is_left_open("ports.80/tcp", &json!("published"), &said));
        assert!(is_left_open("mounts./data", &json!("volume anonymous writable"), &said));
        assert!(!is_left_open("mounts./data", &json!("bind writable"), &said));
        assert!(is_left_open("environment.PATH", &json!("set"), &said));
        assert!(!is_left_open("limits.memory", &json!("1GiB"), &said));
    }
}
