//! One snapshot file in insta's form: a YAML header between `---` lines, then the body.

use serde::{Deserialize, Serialize};

use super::body::{Body, Places, digest_of};
use super::info::{Approval, Info, Recorded, Status, Superseded};
use crate::config::{Source, read_yaml_as};
use crate::model::{Diagnostic, Span};

/// Tells whether a body may be held against a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is what a person approved.
    Approved,
    /// Nobody approved it.
    Draft,
    /// It was changed after it was approved.
    Edited,
}

/// Holds one snapshot file.
#[derive(Debug, Clone, PartialEq)]
pub struct SnapshotFile {
    /// Where it was recorded, and who answers for it.
    pub info: Info,
    /// What was recorded.
    pub body: Body,
    /// The line of each entry; empty for a file that was not read.
    pub places: Places,
    /// What it was when it was read; none for a file that was not read.
    found: Option<Standing>,
}

impl SnapshotFile {
    /// Joins a fresh recording with where it was made; nobody has approved it.
    #[must_use]
    pub fn draft(info: Info, body: Body) -> Self {
        let info = Info {
            status: Status::Draft,
            approved_by: None,
            approved_at: None,
            digest: None,
            supersedes: None,
            ..info
        };
        Self { info, body, places: Places::new(), found: None }
    }

    /// Gives the same recording, approved in place of what `supersedes` names.
    #[must_use]
    pub fn approved(self, approval: &Approval, supersedes: Option<Superseded>) -> Self {
        let info = Info {
            status: Status::Approved,
            approved_by: Some(approval.by.clone()),
            approved_at: Some(approval.at.clone()),
            digest: Some(self.body.digest()),
            supersedes,
            ..self.info
        };
        Self { info, found: None, ..self }
    }

    /// Tells whether it may be held against a target.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.found.unwrap_or_else(|| standing(&self.info, |digest| *digest == self.body.digest()))
    }

    /// Writes it as a file; the same content gives the same bytes.
    #[must_use]
    pub fn render(&self) -> String {
        let service = &self.body.snapshot.name;
        let header = Header {
            source: (self.info.recorded == Recorded::Running).then(|| "proofmark.yaml".to_owned()),
            description: Some(format!(
                "{service} of Compose project {} in environment {}",
                self.info.project, self.info.environment
            )),
            expression: Some(service.clone()),
            info: self.info.clone(),
            ..Header::default()
        };
        let header = serde_saphyr::to_string(&header).expect("text can always be written as YAML");
        format!("{FENCE}\n{header}{FENCE}\n{}", self.body.render())
    }

    /// Reads a file whose body has to be about `service`.
    ///
    /// # Errors
    ///
    /// When header or body are not what [`SnapshotFile::render`] or insta write, when an approval
    /// is incomplete, and when the body is about something else.
    pub fn read(source: &Source, service: &str) -> Result<Self, Diagnostic> {
        Self::parse(source, service).map_err(|refusal| match refusal.help {
            Some(_) => refusal,
            None => refusal.help(RESTORE),
        })
    }

    fn parse(source: &Source, service: &str) -> Result<Self, Diagnostic> {
        refuse_conflict(source)?;
        let (header, body) = split(source)?;
        let Header { info, .. } = read_yaml_as(&header, RESTORE)?;
        let text = body.text.trim_start_matches('\n');
        let (body, places) = Body::read(&body, service)?;
        let complete = info.approved_by.is_some() && info.digest.is_some();
        if info.status == Status::Approved && !complete {
            let refusal = "approved, and it does not say by whom or for which body";
            return Err(Diagnostic::new(source.name.clone(), source.text.clone(), refusal)
                .help("write `status: draft` and approve it with `proofmark accept`"));
        }
        // A text with the approved digest is as it was written then: the body need not be written again.
        let is_approved = |digest: &String| *digest == digest_of(text) || *digest == body.digest();
        let found = Some(standing(&info, is_approved));
        Ok(Self { info, body, places, found })
    }
}

fn standing(info: &Info, is_approved: impl Fn(&String) -> bool) -> Standing {
    match (info.status, &info.digest) {
        (Status::Draft, _) | (Status::Approved, None) => Standing::Draft,
        (Status::Approved, Some(digest)) if is_approved(digest) => Standing::Approved,
        (Status::Approved, Some(_)) => Standing::Edited,
    }
}

/// Mends a file that nobody would write by hand.
pub(super) const RESTORE: &str =
    "take it from version control, or record it again with `proofmark record`";

/// Refuses what a merge left behind, in better words than a YAML reader has for it.
fn refuse_conflict(source: &Source) -> Result<(), Diagnostic> {
    let marked = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    let Some(at) = source.text.lines().position(marked) else { return Ok(()) };
    let line = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let refusal = "a merge left a conflict here";
    Err(Diagnostic::new(source.name.clone(), source.text.clone(), refusal)
        .at(Span { line, column: 1, length: 7 })
        .help("take one side whole, then record and review what runs"))
}

const FENCE: &str = "---";

/// Is insta's header; the fields that insta may add when it rewrites a file are let through.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(skip_serializing)]
    #[serde(rename = "assertion_line")]
    _assertion_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expression: Option<String>,
    info: Info,
    #[serde(skip_serializing)]
    #[serde(rename = "snapshot_kind")]
    _snapshot_kind: Option<String>,
}

/// Gives header and body as sources of their own, in which every line keeps its number.
fn split(source: &Source) -> Result<(Source, Source), Diagnostic> {
    let refuse = |message: &str| {
        Diagnostic::new(source.name.clone(), source.text.clone(), message).help(RESTORE)
    };
    let mut lines = source.text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        return Err(refuse("a snapshot begins with `---` and a header"));
    }
    let mut header = String::from("\n");
    let mut before_body = String::from("\n");
    let mut at = first.len();
    for line in lines {
        at += line.len();
        before_body.push('\n');
        if line.trim_end() == FENCE {
            let body = format!("{before_body}{}", &source.text[at..]);
            return Ok((Source::new(&*source.name, header), Source::new(&*source.name, body)));
        }
        header.push_str(line);
    }
    Err(refuse("the header is not closed by a second `---`"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::model::{Fact, FactClass};

    fn recorded() -> SnapshotFile {
        let info = Info {
            environment: "local".to_owned(),
            project: "shop".to_owned(),
            release: Some("1.0.0".to_owned()),
            ..Info::default()
        };
        let mut body = Body::default();
        body.snapshot.name = "api".to_owned();
        for (path, class, value) in [
            ("image", FactClass::Portable, json!("shop/api:${release}")),
            ("command", FactClass::Portable, json!(["python", "-m", "api"])),
            ("ports.8000/tcp.host", FactClass::Local, json!("0.0.0.0:8000")),
        ] {
            body.snapshot.facts.insert(path.to_owned(), Fact { class, value });
        }
        SnapshotFile::draft(info, body)
    }

    fn approval() -> Approval {
        Approval { by: "Ada".to_owned(), at: "2026-11-23T17:00:00Z".to_owned() }
    }

    fn read(text: &str) -> Result<SnapshotFile, Diagnostic> {
        SnapshotFile::read(&Source::new("baselines/api.snap", text), "api")
    }

    #[test]
    fn an_approved_file_says_who_answers_for_which_body() {
        insta::assert_snapshot!(recorded().approved(&approval(), None).render(), @r#"
        ---
        source: proofmark.yaml
        description: api of Compose project shop in environment local
        expression: api
        info:
          status: approved
          environment: local
          project: shop
          release: "1.0.0"
          approved_by: Ada
          approved_at: "2026-11-23T17:00:00Z"
          digest: sha256:fe131d53c52d1dd04520a16314714719a9096717cea3dd259df089a878994518
        ---
        service: api
        portable:
          command: [python, -m, api]
          image: shop/api:${release}
        local:
          ports.8000/tcp.host: 0.0.0.0:8000
        "#);
    }

    /// Gives what insta's own reader finds in a file of this name.
    fn by_insta(name: &str, file: &SnapshotFile) -> insta::Snapshot {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, file.render()).unwrap();
        insta::Snapshot::from_file(&path).unwrap()
    }

    #[test]
    fn instas_own_reader_shows_pending_accepted_and_superseding_files() {
        let accepted = recorded().approved(&approval(), None);
        let superseding = recorded().approved(&approval(), accepted.info.approval());
        for (name, file) in
            [("api.snap.new", &recorded()), ("api.snap", &accepted), ("api.snap", &superseding)]
        {
            let shown = by_insta(name, file);
            assert_eq!(shown.metadata().expression(), Some("api"));
            assert_eq!(shown.metadata().source(), Some("proofmark.yaml"));
            let described = "api of Compose project shop in environment local";
            assert_eq!(shown.metadata().description(), Some(described));
            assert_eq!(shown.as_text().unwrap().to_string(), file.body.render().trim_end());
        }
        let info = by_insta("api.snap", &superseding);
        let info = format!("{:?}", info.metadata().private_info().unwrap());
        let digest = accepted.info.digest.unwrap();
        for (key, value) in [
            ("status", "approved"),
            ("approved_by", "Ada"),
            ("release", "1.0.0"),
            ("digest", &digest),
        ] {
            let entry = format!("(String({key:?}), String({value:?}))");
            assert!(info.contains(&entry), "{entry} is not in {info}");
        }
        assert!(info.contains("String(\"supersedes\"), Map("), "{info}");
    }

    #[test]
    fn insta_finds_no_difference_between_a_file_and_one_with_another_approver() {
        let accepted = by_insta("api.snap", &recorded().approved(&approval(), None));
        let pending = by_insta("api.snap.new", &recorded());
        assert_eq!(accepted.contents(), pending.contents());
    }

    #[test]
    fn what_cargo_insta_accepted_is_read_back_and_still_waits_for_an_approver() {
        let folder = tempfile::tempdir().unwrap();
        let (pending, accepted) =
            (folder.path().join("api.snap.new"), folder.path().join("api.snap"));
        std::fs::write(&pending, recorded().render()).unwrap();
        insta::Snapshot::from_file(&pending).unwrap().save(&accepted).unwrap();

        let file = read(&std::fs::read_to_string(&accepted).unwrap()).unwrap();
        assert_eq!((&file.body, &file.info), (&recorded().body, &recorded().info));
        assert_eq!(file.standing(), Standing::Draft);
    }

    #[test]
    fn a_line_moved_after_the_approval_is_an_edit_and_a_comment_is_not() {
        let text = recorded().approved(&approval(), None).render();
        assert_eq!(read(&text).unwrap().standing(), Standing::Approved);
        let commented = text.replace("local:\n", "# Agreed with the network team.\nlocal:\n");
        assert_eq!(read(&commented).unwrap().standing(), Standing::Approved);
        let moved = text.replace("local:\n", "").replace("portable:\n", "local:\n");
        assert_eq!(read(&moved).unwrap().standing(), Standing::Edited);
    }

    #[test]
    fn a_file_that_windows_line_ends_crept_into_is_the_same_file() {
        let file = recorded().approved(&approval(), None);
        let read = read(&file.render().replace('\n', "\r\n")).unwrap();
        assert_eq!((read.standing(), read.body), (Standing::Approved, file.body));
    }

    #[test]
    fn places_count_from_the_beginning_of_the_file_and_not_of_the_body() {
        let text = recorded().render();
        let line = text.lines().position(|line| line.starts_with("  image:")).unwrap() + 1;
        let places = read(&text).unwrap().places;
        assert_eq!(places["image"].to_string(), format!("baselines/api.snap:{line}:10"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(text in "(---\n)?.{0,80}\n(---\n)?.{0,80}") {
            drop(read(&text));
        }
    }
}
