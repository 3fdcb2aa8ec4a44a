//! Turns stand-ins back into the names of the variables.

use serde_json::{Map, Value};

use super::UNNAMED;
use super::stand_in::{StandIn, StandIns};

/// Stands for the name of a project that has none.
pub(super) const PROJECT_NAME: &str = "${COMPOSE_PROJECT_NAME}";

/// Knows what each stand-in is turned back into.
pub(super) struct Restored<'a> {
    stand_ins: &'a StandIns,
}

impl<'a> Restored<'a> {
    pub fn new(stand_ins: &'a StandIns) -> Self {
        Self { stand_ins }
    }

    /// Gives a text with the names in place of the stand-ins.
    pub fn text(&self, text: &str) -> String {
        // Compose writes each dollar twice that is none of its own.
        let text = self.replaced(&text.replace("$$", "$"), |shown| shown);
        text.replace(UNNAMED, PROJECT_NAME)
    }

    /// Gives a value with the names in place of the stand-ins.
    ///
    /// Where `blank`, the same value without the variables, is not what is left when they are taken
    /// out, the file has a default there; then that is the value.
    pub fn value(&self, value: &Value, blank: Option<&Value>) -> Value {
        match value {
            Value::String(text) => {
                let default = blank.and_then(Value::as_str);
                let default = default
                    .filter(|blank| self.replaced(blank, |_| "") != self.replaced(text, |_| ""));
                default.map_or_else(|| self.text(text), |default| self.text(default)).into()
            }
            Value::Number(number) => {
                let stands = self.stand_ins.iter().find(|known| {
                    known.as_number().map(f64::from) == number.as_f64() && number.as_f64().is_some()
                });
                stands.map_or_else(|| value.clone(), |known| known.shown().into())
            }
            Value::Array(entries) => {
                let blank = blank.and_then(Value::as_array);
                let blank = blank.filter(|blank| blank.len() == entries.len());
                let entry = |(index, entry): (usize, &Value)| {
                    self.value(entry, blank.and_then(|blank| blank.get(index)))
                };
                entries.iter().enumerate().map(entry).collect()
            }
            Value::Object(entries) => {
                let entry = |(key, entry): (&String, &Value)| {
                    (self.text(key), self.value(entry, blank.and_then(|blank| blank.get(key))))
                };
                entries.iter().map(entry).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    fn replaced(&self, text: &str, with: impl Fn(&str) -> &str) -> String {
        let mut text = text.to_owned();
        for (trace, shown) in self.stand_ins.iter().flat_map(StandIn::traces) {
            if text.contains(&trace) {
                text = text.replace(&trace, with(&shown));
            }
        }
        text
    }
}

/// Puts `${name}` wherever `on` and `off` differ.
pub(super) fn switch(restored: &mut Value, on: &Value, off: &Value, name: &str) {
    match (restored, on, off) {
        (Value::Object(restored), Value::Object(on), Value::Object(off)) => {
            for (key, on) in on {
                if let Some(restored) = restored.get_mut(key) {
                    switch(restored, on, off.get(key).unwrap_or(&Value::Null), name);
                }
            }
        }
        (Value::Array(restored), Value::Array(on), Value::Array(off)) => {
            for (index, on) in on.iter().enumerate() {
                if let Some(restored) = restored.get_mut(index) {
                    switch(restored, on, off.get(index).unwrap_or(&Value::Null), name);
                }
            }
        }
        (restored, on, off) if on != off => *restored = format!("${{{name}}}").into(),
        _ => {}
    }
}

/// Takes the value off every name that `uninterpolated` files only pass on: where the name stands
/// elsewhere too, its stand-in came through.
pub(super) fn pass_on(restored: &mut Value, uninterpolated: &Value) {
    for (service, said) in uninterpolated["services"].as_object().into_iter().flatten() {
        let environment = &said["environment"];
        let listed = environment.as_array().into_iter().flatten().filter_map(Value::as_str);
        let mapped = environment.as_object().into_iter().flatten();
        let mapped = mapped.filter(|(_, value)| value.is_null()).map(|(name, _)| name.as_str());
        for name in listed.filter(|entry| !entry.contains('=')).chain(mapped) {
            let value =
                restored.pointer_mut(&format!("/services/{}/environment", escaped(service)));
            let value = value.and_then(|environment| environment.get_mut(name));
            if let Some(value) = value.filter(|value| **value == format!("${{{name}}}")) {
                *value = Value::Null;
            }
        }
    }
}

/// Writes a name as a part of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Gives the names that services are passed on and nobody gives a value.
pub(super) fn passed_on(model: &Value) -> impl Iterator<Item = String> {
    let services = model["services"].as_object().into_iter().flatten();
    let environments = services.filter_map(|(_, service)| service["environment"].as_object());
    let empty = environments.flatten().filter(|(_, value)| value.is_null());
    empty.map(|(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_default_of_the_file_is_kept_beside_a_name_without_a_value() {
        let mut known = StandIns::new(String::new(), []);
        known.learn(r#"The "TAG" variable is not set"#);
        let model = json!({ "a": "x:proofmark-unset-58101", "b": "y:proofmark-unset-58101" });
        let blank = json!({ "a": "x:", "b": "y:latest" });
        let restored = Restored::new(&known).value(&model, Some(&blank));
        assert_eq!(restored, json!({ "a": "x:${TAG}", "b": "y:latest" }));
    }

    #[test]
    fn a_name_before_a_unit_is_found_in_what_compose_made_of_both() {
        let mut known = StandIns::new(String::new(), []);
        known.learn(r#"The "SIZE" variable is not set"#);
        known.advance("proofmark-unset-58101");
        known.advance("proofmark-unset-58101");
        let text = |text: &str| Restored::new(&known).text(text);
        assert_eq!(text("62385473716224"), "${SIZE}g");
        assert_eq!(text("60923314176"), "${SIZE}m");
        assert_eq!(text("59495424"), "${SIZE}k");
        assert_eq!(text("16h8m21s"), "${SIZE}s");
        assert_eq!(text("968h21m0s"), "${SIZE}m");
        assert_eq!(text("58101h0m0s"), "${SIZE}h");
        assert_eq!(text("58.101s"), "${SIZE}ms");
        assert_eq!(text("58101"), "${SIZE}");
    }

    #[test]
    fn a_name_that_is_only_passed_on_has_no_value_wherever_else_it_stands() {
        let mut restored = json!({ "services": { "db": { "environment": {
            "USER": "${USER}", "NAME": "${NAME}", "OWN": "${OWN}", "LEFT": null,
        } } } });
        let list = json!(["USER", "OWN=${OWN}", "LEFT"]);
        pass_on(&mut restored, &json!({ "services": { "db": { "environment": list } } }));
        let map = json!({ "NAME": null });
        pass_on(&mut restored, &json!({ "services": { "db": { "environment": map } } }));
        let expected = json!({ "USER": null, "NAME": null, "OWN": "${OWN}", "LEFT": null });
        assert_eq!(restored["services"]["db"]["environment"], expected);
        assert_eq!(passed_on(&restored).collect::<Vec<_>>(), ["USER", "NAME", "LEFT"]);
    }

    #[test]
    fn a_name_stands_in_keys_too() {
        let mut known = StandIns::new(String::new(), []);
        known.learn(r#"The "ROUTER" variable is not set"#);
        let model = json!({ "traefik.proofmark-unset-58101.rule": "Host" });
        let restored =
            Restored::new(&known).value(&model, Some(&json!({ "traefik..rule": "Host" })));
        assert_eq!(restored, json!({ "traefik.${ROUTER}.rule": "Host" }));
    }

    #[test]
    fn a_switch_is_found_by_what_it_changes() {
        let on = json!({ "privileged": true, "init": true, "tty": true });
        let off = json!({ "privileged": true, "tty": true });
        let mut restored = on.clone();
        switch(&mut restored, &on, &off, "INIT");
        assert_eq!(restored, json!({ "privileged": true, "init": "${INIT}", "tty": true }));
    }
}
