//! The file whose rows visitors get.

use super::raw::RawFeed;
use crate::config::Spanned;
use crate::model::Diagnostic;
use crate::suite::feed::{Feed, FeedOrder};
use crate::suite::read::Reader;
use crate::suite::read::names::Names;

impl Reader<'_> {
    /// Reads a feed with its file, and adds the names of its columns.
    pub(super) fn feed(
        &self,
        written: &Spanned<RawFeed>,
        names: &mut Names,
    ) -> Result<Feed, Diagnostic> {
        let RawFeed { file, order } = &written.value;
        let order = match order {
            None => FeedOrder::InTurn,
            Some(text) => {
                let found = FeedOrder::ALL.into_iter().find(|order| order.word() == text.value);
                found.ok_or_else(|| {
                    self.refuse(text.at, format!("a feed has no order `{}`", text.value))
                        .help("use `in_turn` or `random`")
                })?
            }
        };
        let path = self.project_file(file)?;
        let refuse = |cause: String| {
            let message = format!("`{}` feeds nobody: {cause}", file.value);
            self.refuse(file.at, message)
                .help("a feed is CSV with a head, or JSON lines, each an object with the same keys")
        };
        let text = std::fs::read_to_string(&path).map_err(|cause| refuse(cause.to_string()))?;
        let is = |ending: &str| path.extension().is_some_and(|found| found == ending);
        let feed = match () {
            () if is("csv") => Feed::csv(&text, order),
            () if is("jsonl") || is("ndjson") => Feed::json_lines(&text, order),
            () => Err("its name ends neither in .csv nor in .jsonl".to_owned()),
        };
        let feed = feed.map_err(refuse)?;
        for column in &feed.columns {
            names
                .add(&format!("{}{column}", Feed::PREFIX), "a column of the feed")
                .expect("the columns are unlike each other, and no other name has a dot");
        }
        Ok(feed)
    }
}
