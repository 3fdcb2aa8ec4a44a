//! What Compose says, as far as an error may repeat it.

use std::path::PathBuf;
use std::sync::LazyLock;

use regex::Regex;

use crate::config::Variables;
use crate::model::Mask;

/// How many of Compose's last lines an error shows.
const LINES: usize = 8;

/// Gives Compose's last words without the secrets that they quote: a refused value may be one that
/// a variable brought in.
pub(super) fn said(words: &[u8], variables: &Variables, files: &[PathBuf]) -> String {
    let given = variables.iter().map(|(name, value)| (name.clone(), value.clone()));
    let secrets = given.chain(dotenv(files));
    let secrets = secrets.flat_map(|(name, value)| Mask::secrets_of_named(&name, &value));
    Mask::new(secrets).text(&last_lines(words))
}

/// Gives the variables of the `.env` file from which Compose takes values too. Only their secrets
/// are of interest, so that quotes and comments are read loosely.
fn dotenv(files: &[PathBuf]) -> Vec<(String, String)> {
    let folder = files.first().and_then(|file| file.parent());
    let text = folder.and_then(|folder| std::fs::read_to_string(folder.join(".env")).ok());
    let entry = |line: &str| {
        let (name, value) = line.trim().trim_start_matches("export ").split_once('=')?;
        Some((name.trim().to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
    };
    text.unwrap_or_default().lines().filter_map(entry).collect()
}

/// Finds the host port that the engine's words say is taken.
pub(super) fn taken_port(words: &str) -> Option<u16> {
    static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r":(\d+)(?: failed)?: (?:bind: )?(?:port is already allocated|address already in use)",
        )
        .expect("the pattern is a constant that a test compiles")
    });
    TAKEN.captures(words)?.get(1)?.as_str().parse().ok()
}

/// Gives Compose's last lines without its progress.
fn last_lines(words: &[u8]) -> String {
    let words = String::from_utf8_lossy(words);
    let is_progress = |line: &&str| {
        let states = [
            "Creating",
            "Created",
            "Starting",
            "Started",
            "Waiting",
            "Running",
            "Healthy",
            "Recreate",
            "Recreated",
            "Stopping",
            "Stopped",
            "Removing",
            "Removed",
        ];
        line.trim().is_empty() || states.iter().any(|state| line.trim_end().ends_with(state))
    };
    let mut lines: Vec<&str> = words.lines().filter(|line| !is_progress(line)).collect();
    lines.split_off(lines.len().saturating_sub(LINES)).join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_taken_port_is_found_in_the_engines_words() {
        let allocated = "Error response from daemon: driver failed programming external connectivity on endpoint shop-api-1 (4f): Bind for 127.0.0.1:8000 failed: port is already allocated";
        let in_use = "Error starting userland proxy: listen tcp4 127.0.0.1:6379: bind: address already in use";
        assert_eq!(taken_port(allocated), Some(8000));
        assert_eq!(taken_port(in_use), Some(6379));
        assert_eq!(taken_port("no such image"), None);
    }

    #[test]
    fn an_error_loses_the_secrets_that_variables_bring_in() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".env"), "# local\nexport API_TOKEN='tok-en-9'\n").unwrap();
        let variables = [("DB_PASSWORD".to_owned(), "hunter2".to_owned())].into();
        let files = [home.path().join("compose.yaml")];
        let words = "invalid size: 'hunter2' and 'tok-en-9', from redis://:pass@cache";
        let said = said(words.as_bytes(), &variables, &files);
        assert_eq!(said, "invalid size: '***' and '***', from redis://:***@cache");
    }

    #[test]
    fn an_error_shows_what_compose_said_and_not_its_progress() {
        let words = b" Container shop-db-1  Created\n Container shop-api-1  Starting\n\ncontainer shop-api-1 is unhealthy\n";
        assert_eq!(last_lines(words), "container shop-api-1 is unhealthy");
    }
}
