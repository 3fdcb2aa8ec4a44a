//! Keys as a keyboard names them: `Enter`, `Control+a`.

use std::fmt;
use std::str::FromStr;

use thirtyfour::Key;
use thiserror::Error;

/// Is a key, perhaps with others held down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    shown: String,
    typed: String,
}

/// Says that a text names no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is no key; write a character, Enter, Tab, Escape, ArrowDown, … or `Control+a`")]
pub struct KeysError(String);

impl Keys {
    /// Gives what is sent to the browser.
    pub(super) fn typed(&self) -> &str {
        &self.typed
    }
}

impl FromStr for Keys {
    type Err = KeysError;

    fn from_str(text: &str) -> Result<Self, KeysError> {
        let error = || KeysError(text.to_owned());
        // The last `+` may be the key itself.
        let (held, key) = match text.strip_suffix("++") {
            Some(held) => (Some(held), "+"),
            None => match text.rsplit_once('+').filter(|(_, key)| !key.is_empty()) {
                Some((held, key)) => (Some(held), key),
                None => (None, text),
            },
        };
        let mut typed = String::new();
        for name in held.into_iter().flat_map(|held| held.split('+')) {
            typed.push(held_down(name).ok_or_else(error)?.value());
        }
        let mut characters = key.chars();
        match (named(key), characters.next(), characters.next()) {
            (Some(key), ..) => typed.push(key.value()),
            (None, Some(character), None) => typed.push(character),
            _ => return Err(error()),
        }
        Ok(Self { shown: text.to_owned(), typed })
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn held_down(name: &str) -> Option<Key> {
    Some(match name {
        "Control" => Key::Control,
        "Shift" => Key::Shift,
        "Alt" => Key::Alt,
        "Meta" => Key::Meta,
        _ => return None,
    })
}

/// Gives a key by the name that the UI Events specification has for it.
fn named(name: &str) -> Option<Key> {
    Some(match name {
        "Enter" => Key::Enter,
        "Tab" => Key::Tab,
        "Escape" => Key::Escape,
        "Space" => Key::Space,
        "Backspace" => Key::Backspace,
        "Delete" => Key::Delete,
        "Home" => Key::Home,
        "End" => Key::End,
        "PageUp" => Key::PageUp,
        "PageDown" => Key::PageDown,
        "ArrowUp" => Key::Up,
        "ArrowDown" => Key::Down,
        "ArrowLeft" => Key::Left,
        "ArrowRight" => Key::Right,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_character_a_name_or_either_with_others_held_down() {
        let typed = |text: &str| text.parse::<Keys>().map(|keys| keys.typed);
        assert_eq!(typed("a"), Ok("a".to_owned()));
        assert_eq!(typed("Enter"), Ok("\u{e007}".to_owned()));
        assert_eq!(typed("Control+Shift+a"), Ok("\u{e009}\u{e008}a".to_owned()));
        assert_eq!(typed("+"), Ok("+".to_owned()));
        assert_eq!(typed("Control++"), Ok("\u{e009}+".to_owned()));
        for none in ["", "enter", "ab", "Control+", "a+b"] {
            assert_eq!(typed(none), Err(KeysError(none.to_owned())), "{none}");
        }
    }
}
