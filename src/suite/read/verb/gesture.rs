//! The entries of `do`: what a person does on a page.

use std::time::Duration;

use crate::config::{Content, Node, Text};
use crate::model::{Diagnostic, Template};
use crate::protocol::{Gesture, Keys, KeysError};
use crate::suite::read::Reader;
use crate::suite::read::names::Names;
use crate::suite::read::written::Written;

/// Each thing that can be done, with the keys that go with it and an example.
pub(in crate::suite::read) const GESTURES: [(&str, &[&str], &str); 13] = [
    ("fill", &["with"], "{ fill: \"#email\", with: text }"),
    ("select", &["option"], "{ select: \"#size\", option: Large }"),
    ("check", &[], "{ check: \"#terms\" }"),
    ("uncheck", &[], "{ uncheck: \"#news\" }"),
    ("click", &[], "{ click: button }"),
    ("hover", &[], "{ hover: \"#menu\" }"),
    ("press", &["on"], "{ press: Enter, on: \"#search\" }"),
    ("upload", &["file"], "{ upload: \"#picture\", file: fixtures/mug.png }"),
    ("wait", &[], "{ wait: \"#done\", within: 5s }"),
    ("gone", &[], "{ gone: \"#spinner\" }"),
    ("dialog", &["says", "with"], "{ dialog: accept, says: \"Really?\" }"),
    ("frame", &[], "{ frame: \"#payment\" }"),
    ("tab", &[], "{ tab: 2 }"),
];

impl Reader<'_> {
    /// Reads one entry of `do`, and how long it may take.
    pub(super) fn gesture(
        &self,
        node: &Node,
        names: &Names,
    ) -> Result<(Gesture<Template>, Option<Duration>), Diagnostic> {
        let written = self.map("do", node)?;
        let known = |key: &str| GESTURES.iter().find(|(word, ..)| *word == key);
        let is_beside = |key: &str| {
            key == "within" || GESTURES.iter().any(|(_, beside, _)| beside.contains(&key))
        };
        for (key, _) in written.entries {
            if known(&key.value).is_none() && !is_beside(&key.value) {
                let words: Vec<&str> = GESTURES.iter().map(|(word, ..)| *word).collect();
                return Err(self
                    .refuse(key.at, format!("nobody can `{}` on a page", key.value))
                    .help(format!("use one of {}", words.join(", "))));
            }
        }
        let mut done = written.entries.iter().filter_map(|(key, _)| known(&key.value));
        let (Some((word, beside, example)), None) = (done.next(), done.next()) else {
            return Err(self
                .refuse(node.at, "each entry of `do` is one thing that a person does")
                .help("write `{ fill: \"#email\", with: text }`, `{ click: button }`, …, each on its own"));
        };
        for (key, _) in written.entries {
            let key_belongs = [*word, "within"].contains(&key.value.as_str());
            if !key_belongs && !beside.contains(&key.value.as_str()) {
                return Err(self
                    .refuse(key.at, format!("`{word}` takes no `{}`", key.value))
                    .help(format!("write `{example}`")));
            }
        }
        let within = self.text_of(&written, "within")?;
        let within = within.map(|within| self.duration(&within)).transpose()?;
        Ok((self.done(word, example, &written, names)?, within))
    }

    fn done(
        &self,
        word: &str,
        example: &str,
        written: &Written<'_>,
        names: &Names,
    ) -> Result<Gesture<Template>, Diagnostic> {
        let may = |key| -> Result<_, Diagnostic> {
            let text = self.text_of(written, key)?;
            text.map(|text| self.template(&text, names)).transpose()
        };
        let must = |key| {
            may(key)?.ok_or_else(|| {
                self.refuse(written.at, format!("`{word}` lacks its `{key}`"))
                    .help(format!("write `{example}`"))
            })
        };
        let text = |key| {
            let text = self.text_of(written, key)?;
            text.ok_or_else(|| {
                self.refuse(written.at, format!("`{word}` lacks its `{key}`"))
                    .help(format!("write `{example}`"))
            })
        };
        Ok(match word {
            "fill" => Gesture::Fill { selector: must("fill")?, text: must("with")? },
            "select" => Gesture::Select { selector: must("select")?, option: must("option")? },
            "check" => Gesture::Check { selector: must("check")?, ticked: true },
            "uncheck" => Gesture::Check { selector: must("uncheck")?, ticked: false },
            "click" => Gesture::Click { selector: must("click")? },
            "hover" => Gesture::Hover { selector: must("hover")? },
            "press" => Gesture::Press { keys: self.keys(&text("press")?)?, selector: may("on")? },
            "upload" => Gesture::Upload {
                selector: must("upload")?,
                file: self.project_file(&text("file")?)?,
            },
            "wait" => Gesture::Wait { selector: must("wait")? },
            "gone" => Gesture::Gone { selector: must("gone")? },
            "dialog" => Gesture::Dialog {
                accept: self.answer_of(&text("dialog")?)?,
                says: may("says")?,
                text: may("with")?,
            },
            "frame" => {
                let frame = text("frame")?;
                let selector = (frame.value != "top").then(|| self.template(&frame, names));
                Gesture::Frame { selector: selector.transpose()? }
            }
            _ => Gesture::Tab(self.tab(written)?),
        })
    }

    fn keys(&self, text: &Text) -> Result<Keys, Diagnostic> {
        text.value.parse().map_err(|error: KeysError| self.refuse(text.at, error.to_string()))
    }

    fn answer_of(&self, text: &Text) -> Result<bool, Diagnostic> {
        match text.value.as_str() {
            "accept" => Ok(true),
            "dismiss" => Ok(false),
            other => Err(self
                .refuse(text.at, format!("a dialog is not answered with `{other}`"))
                .help("write `accept` or `dismiss`")),
        }
    }

    fn tab(&self, written: &Written<'_>) -> Result<usize, Diagnostic> {
        let node = written.get("tab");
        let number = node.and_then(|node| match &node.value {
            Content::Number(number) => number.as_u64().and_then(|at| usize::try_from(at).ok()),
            _ => None,
        });
        number.filter(|at| *at > 0).ok_or_else(|| {
            self.refuse(node.map_or(written.at, |node| node.at), "tabs are counted from 1")
                .help("write `{ tab: 2 }` for the one that was opened second")
        })
    }
}
