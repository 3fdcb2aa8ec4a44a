//! Which of the things that wait a person means.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::UNAPPROVED;
use super::folder::BaselineError;
use super::review::PendingReview;

/// Chooses among what waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// Everything.
    All,
    /// What these words name: `api` a service, `api.ports` every entry of it below that path.
    ///
    /// Names of services may contain dots, so that the longest name that a word begins with is meant,
    /// whether that service waits or not.
    Named(Vec<String>),
}

/// Maps each chosen service to the chosen paths; none where the service is meant as a whole.
pub(super) type Chosen = BTreeMap<String, Option<BTreeSet<String>>>;

impl Selection {
    /// Finds what is meant among `waiting`; `known` are all services that have a file.
    ///
    /// # Errors
    ///
    /// When nothing waits of what a word names.
    pub(super) fn choose(
        &self,
        known: &BTreeSet<String>,
        waiting: &[PendingReview],
    ) -> Result<Chosen, BaselineError> {
        let Self::Named(words) = self else {
            return Ok(waiting.iter().map(|review| (review.service.clone(), None)).collect());
        };
        let mut chosen = Chosen::new();
        for word in words {
            let nothing = |among: Vec<String>| BaselineError::NothingPending {
                asked: word.clone(),
                known: listed(&among),
            };
            let service =
                known.iter().filter(|name| below(name, word)).max_by_key(|name| name.len());
            let review = waiting.iter().find(|review| Some(&review.service) == service);
            let Some(review) = review else {
                return Err(nothing(waiting.iter().map(|review| review.service.clone()).collect()));
            };
            let Some(path) = word.strip_prefix(&format!("{}.", review.service)) else {
                chosen.insert(review.service.clone(), None);
                continue;
            };
            if review.whole {
                return Err(BaselineError::OnlyWhole {
                    service: review.service.clone(),
                    why: UNAPPROVED.to_owned(),
                });
            }
            let changes = || review.changes.iter().map(|change| &change.path);
            let paths: BTreeSet<String> =
                changes().filter(|waits| below(path, waits)).cloned().collect();
            if paths.is_empty() {
                let full = |path: &String| format!("{}.{path}", review.service);
                return Err(nothing(changes().map(full).collect()));
            }
            // A service that is meant as a whole stays so.
            if let Some(all) = chosen.entry(review.service.clone()).or_insert(Some(BTreeSet::new()))
            {
                all.extend(paths);
            }
        }
        Ok(chosen)
    }
}

/// Tells whether `path` is `top`, or begins with it and a dot.
fn below(top: &str, path: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// How many of the things that wait a refusal names.
const LISTED: usize = 12;

fn listed(names: &[String]) -> String {
    match names.len() {
        0 => "nothing".to_owned(),
        many if many > LISTED => {
            format!("{} and {} more", names[..LISTED].join(", "), many - LISTED)
        }
        _ => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::review::{Awaiting, Change};
    use crate::model::Severity;

    fn waits(service: &str, paths: &[&str]) -> PendingReview {
        let change = |path: &&str| Change {
            path: (*path).to_owned(),
            before: None,
            after: None,
            severity: Severity::Info,
        };
        PendingReview {
            service: service.to_owned(),
            awaiting: Awaiting::New,
            file: String::new(),
            environment: String::new(),
            project: String::new(),
            release: None,
            replaces: None,
            whole: false,
            changes: paths.iter().map(change).collect(),
        }
    }

    /// Chooses among the changes of a project whose service `quiet.one` has nothing to answer.
    fn chosen(words: &[&str]) -> String {
        let waiting = [
            waits("api", &["image", "ports.80/tcp", "ports.80/tcp.host", "portside"]),
            waits("api.image", &["user"]),
            waits("quiet", &["one.more"]),
        ];
        let mut known: BTreeSet<String> = waiting.iter().map(|r| r.service.clone()).collect();
        known.insert("quiet.one".to_owned());
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        match Selection::Named(words).choose(&known, &waiting) {
            Err(refusal) => refusal.to_string(),
            Ok(chosen) => {
                let show = |(service, paths): (String, Option<BTreeSet<String>>)| match paths {
                    None => service,
                    Some(paths) => format!("{service}: {}", Vec::from_iter(paths).join(" ")),
                };
                chosen.into_iter().map(show).collect::<Vec<_>>().join("; ")
            }
        }
    }

    #[test]
    fn a_word_means_a_service_or_what_lies_below_a_path_of_it() {
        assert_eq!(chosen(&["api"]), "api");
        assert_eq!(chosen(&["api.ports"]), "api: ports.80/tcp ports.80/tcp.host");
        assert_eq!(chosen(&["api.ports.80/tcp.host"]), "api: ports.80/tcp.host");
    }

    #[test]
    fn the_longest_name_of_a_service_is_meant_even_of_one_that_does_not_wait() {
        assert_eq!(chosen(&["api.image"]), "api.image");
        assert_eq!(chosen(&["api.image.user"]), "api.image: user");
        let refused =
            "nothing of `quiet.one.more` waits for a review; waiting: api, api.image, quiet";
        assert_eq!(chosen(&["quiet.one.more"]), refused);
    }

    #[test]
    fn words_about_one_service_add_up_and_the_whole_is_more_than_a_part() {
        assert_eq!(
            chosen(&["api.portside", "api.ports.80/tcp.host"]),
            "api: ports.80/tcp.host portside"
        );
        assert_eq!(chosen(&["api.portside", "api"]), "api");
        assert_eq!(chosen(&["api", "api.portside"]), "api");
    }

    #[test]
    fn a_path_of_which_nothing_waits_is_refused_with_the_paths_that_do() {
        let waiting = "waiting: api.image, api.ports.80/tcp, api.ports.80/tcp.host, api.portside";
        for word in ["api.port", "api.user", "api."] {
            let refused = format!("nothing of `{word}` waits for a review; {waiting}");
            assert_eq!(chosen(&[word]), refused);
        }
    }
}
