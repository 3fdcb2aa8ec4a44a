//! `proofmark help`: the help of a command, or a page of the documentation in the terminal.

use clap::CommandFactory;

use super::args::{Cli, HelpArgs};
use super::error::CommandError;
use super::manual;
use super::output::print;
use crate::config::nearest;
use crate::model::Exit;

/// The pages, as they stand in the documentation too.
const PAGES: [(&str, &str); 6] = [
    ("baselines", include_str!("../../docs/baselines.md")),
    ("drift", include_str!("../../docs/drift.md")),
    ("fixtures", include_str!("../../docs/fixtures.md")),
    ("load-suite", include_str!("../../docs/load.md")),
    ("runner", include_str!("../../docs/runner.md")),
    ("suite", include_str!("../../docs/suites.md")),
];

pub(super) fn perform(args: &HelpArgs) -> Result<Exit, CommandError> {
    let mut command = Cli::command();
    command.build();
    if let [topic] = &args.topic[..]
        && let Some((_, page)) = PAGES.iter().find(|(name, _)| name == topic)
    {
        print(&manual::rendered(page));
        return Ok(Exit::Holds);
    }
    let mut asked = &mut command;
    for word in &args.topic {
        let names: Vec<String> =
            asked.get_subcommands().map(|it| it.get_name().to_owned()).collect();
        asked = match asked.find_subcommand_mut(word) {
            Some(found) => found,
            None => return Err(unknown(word, &names)),
        };
    }
    print(&asked.render_long_help().ansi().to_string());
    Ok(Exit::Holds)
}

fn unknown(word: &str, commands: &[String]) -> CommandError {
    let pages = PAGES.map(|(name, _)| name);
    let names: Vec<&str> = commands.iter().map(String::as_str).chain(pages).collect();
    let remedy = match nearest(word, &names) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("the pages are {}; `proofmark help` lists the commands", pages.join(", ")),
    };
    CommandError::NoHelp(word.to_owned(), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_has_the_name_of_a_command() {
        let command = Cli::command();
        for (page, _) in PAGES {
            assert!(command.find_subcommand(page).is_none(), "{page}");
        }
    }
}
