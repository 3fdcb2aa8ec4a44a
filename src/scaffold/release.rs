//! Which variable of the Compose files chooses the release.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::image;
use crate::engine::{ComposeCli, ComposeError, ComposeFiles, placeholder};
use crate::model::Protocol;

/// Finds the variable that stands in the tags of most of the project's own images.
///
/// What the files seem to say is only a hint: Compose resolves them, once, with every candidate by its name, which has
/// to come out in a tag. The version of a database that somebody else makes is no release.
///
/// # Errors
///
/// When Compose refuses the files.
pub async fn release_variable(
    compose: &ComposeCli,
    files: &ComposeFiles,
) -> Result<Option<String>, ComposeError> {
    let candidates = candidates(files);
    if candidates.is_empty() {
        return Ok(None);
    }
    let written = compose.by_name(files, &candidates).await?;
    let mut best = (0, None);
    for name in candidates {
        let mark = placeholder(&name);
        let chosen = |(_, image): &(&String, &str)| {
            let by_others =
                matches!(image::protocol(image), Some(Protocol::Postgres | Protocol::Redis));
            !by_others && image::has_in_tag(image, &mark)
        };
        let count = written.images().filter(chosen).count();
        if count > best.0 {
            best = (count, Some(name));
        }
    }
    Ok(best.1)
}

/// Gives the variables that lines about images name in a tag.
fn candidates(files: &ComposeFiles) -> BTreeSet<String> {
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^\s*image:.*:[^/\s]*?\$\{?([A-Za-z_][A-Za-z0-9_]*)[^/]*$")
            .expect("the pattern is a constant that a test compiles")
    });
    let texts = files.files.iter().filter_map(|file| std::fs::read_to_string(file).ok());
    let names = |text: String| {
        TAG.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
}
