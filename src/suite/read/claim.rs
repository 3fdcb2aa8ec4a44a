//! From `serial` and `group` to what a case claims while it runs.

use std::num::NonZeroUsize;

use super::Reader;
use crate::config::{Content, Node, Text, nearest};
use crate::model::Diagnostic;
use crate::runner::Claim;

impl Reader<'_> {
    /// Reads what a case uses alone, one name or a list, and the group that only so many may be of.
    pub(super) fn claims(
        &self,
        serial: Option<&Node>,
        group: Option<&Text>,
    ) -> Result<Vec<Claim>, Diagnostic> {
        let mut claims = Vec::new();
        for name in serial.map(|serial| self.serial(serial)).transpose()?.unwrap_or_default() {
            let name = format!("suite:{}", self.line(&name)?);
            claims.push(Claim { name, at_most: NonZeroUsize::MIN });
        }
        if let Some(group) = group {
            claims.push(self.group(group)?);
        }
        Ok(claims)
    }

    fn serial(&self, node: &Node) -> Result<Vec<Text>, Diagnostic> {
        let text = |node: &Node| match &node.value {
            Content::Text(name) => Some(Text::new(name.clone(), node.at)),
            _ => None,
        };
        let names = match &node.value {
            Content::List(names) if !names.is_empty() => names.iter().map(text).collect(),
            _ => text(node).map(|name| vec![name]),
        };
        names.ok_or_else(|| {
            self.refuse(node.at, "this names nothing that could be used alone")
                .help("write a name or several, as in `serial: db` or `serial: [db, cache]`")
        })
    }

    fn group(&self, text: &Text) -> Result<Claim, Diagnostic> {
        let groups = &self.settings.groups;
        if let Some(at_most) = groups.get(&text.value) {
            return Ok(Claim { name: format!("group:{}", text.value), at_most: *at_most });
        }
        let known: Vec<&str> = groups.keys().map(String::as_str).collect();
        let refusal = self.refuse(text.at, format!("there is no group `{}`", text.value));
        Err(match nearest(&text.value, &known) {
            Some(meant) => refusal.help(format!("did you mean `{meant}`?")),
            None => refusal.help(format!(
                "say in proofmark.yaml how many may run: `groups: {{ {}: {{ at_most: 2 }} }}`",
                text.value
            )),
        })
    }
}
