//! The verbs of object storage.

use std::time::Duration;

use super::{Asked, Verb};
use crate::config::{Content, Node};
use crate::model::{Diagnostic, Protocol};
use crate::suite::case::Action;
use crate::suite::object::{ContentDraft, ObjectAction, ObjectDraft};
use crate::suite::read::Reader;
use crate::suite::read::answer_kind::AnswerKind;
use crate::suite::read::names::Names;

/// For how long a signed address is good where the step does not say.
const SIGNED_FOR: Duration = Duration::from_secs(60);
/// The longest for which S3 signs an address.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// What an object may be made of.
const CONTENTS: [&str; 3] = ["json", "body", "file"];

pub(super) const PUT: Verb = Verb {
    word: "put_object",
    takes: &["on", "json", "body", "file", "type", "metadata", "timeout"],
    answer: AnswerKind {
        described: "what was stored",
        parts: &["size", "sha256", "etag", "error", "time"],
        has_json: false,
    },
    read,
};

pub(super) const GET: Verb = Verb {
    word: "get_object",
    takes: &["on", "timeout"],
    answer: AnswerKind {
        described: "an object",
        parts: &[
            "found", "json", "body", "size", "type", "sha256", "etag", "metadata", "error", "time",
        ],
        has_json: true,
    },
    read,
};

pub(super) const HEAD: Verb = Verb {
    word: "head_object",
    takes: &["on", "timeout"],
    answer: AnswerKind {
        described: "what is known of an object",
        parts: &["found", "size", "type", "etag", "metadata", "error", "time"],
        has_json: false,
    },
    read,
};

pub(super) const LIST: Verb = Verb {
    word: "list_objects",
    takes: &["on", "timeout"],
    answer: AnswerKind {
        described: "a list of objects",
        parts: &["keys", "count", "json", "error", "time"],
        has_json: true,
    },
    read,
};

pub(super) const DELETE: Verb =
    Verb { word: "delete_object", takes: &["on", "timeout"], answer: GONE, read };

pub(super) const SIGN: Verb = Verb {
    word: "sign_object",
    takes: &["on", "for", "timeout"],
    answer: AnswerKind {
        described: "a signed address",
        parts: &["found", "url", "error", "time"],
        has_json: false,
    },
    read,
};

pub(super) const CREATE_BUCKET: Verb = Verb {
    word: "create_bucket",
    takes: &["on", "timeout"],
    answer: AnswerKind {
        described: "a bucket",
        parts: &["created", "error", "time"],
        has_json: false,
    },
    read,
};

pub(super) const DELETE_BUCKET: Verb =
    Verb { word: "delete_bucket", takes: &["on", "force", "timeout"], answer: GONE, read };

const GONE: AnswerKind =
    AnswerKind { described: "a deletion", parts: &["gone", "error", "time"], has_json: false };

fn read(reader: &Reader<'_>, asked: &Asked<'_>, names: &Names) -> Result<Action, Diagnostic> {
    let word = asked.verb.word;
    let place = reader.text(word, asked.subject)?;
    let service = reader.on(asked, &[Protocol::S3, Protocol::Supabase])?;
    let call = match word {
        "put_object" => put(reader, asked, &service, names)?,
        "get_object" => ObjectDraft::Get,
        "head_object" => ObjectDraft::Head,
        "list_objects" => ObjectDraft::List,
        "delete_object" => ObjectDraft::Delete,
        "sign_object" => ObjectDraft::Sign(lasts(reader, asked)?),
        "create_bucket" => ObjectDraft::CreateBucket,
        _ => ObjectDraft::DeleteBucket { force: force(reader, asked)? },
    };
    let has_key = place
        .value
        .split_once('/')
        .is_some_and(|(bucket, key)| !bucket.is_empty() && !key.is_empty());
    // A name may stand for a bucket and a key together.
    if call.needs_key() && !has_key && !place.value.contains("${") {
        return Err(reader
            .refuse(place.at, format!("`{}` names no object", place.value))
            .help("write the bucket, a `/` and the key, as in `pictures/mugs/1.png`"));
    }
    Ok(Action::Object(ObjectAction {
        service,
        place: reader.template(&place, names)?,
        call,
        may_be_absent: asked.wants(&["found"]),
        may_be_refused: asked.wants(&["error"]),
        wants_content: asked.wants(&["body", "json", "snapshot"]),
    }))
}

fn put(
    reader: &Reader<'_>,
    asked: &Asked<'_>,
    service: &str,
    names: &Names,
) -> Result<ObjectDraft, Diagnostic> {
    let mut written = CONTENTS.into_iter().filter_map(|key| Some((key, asked.step.get(key)?)));
    let (key, node) = match (written.next(), written.next()) {
        (Some(only), None) => only,
        (Some((first, _)), Some((second, at))) => {
            return Err(reader
                .refuse(at.at, format!("an object holds one thing, not `{first}` and `{second}`"))
                .help("keep one of the two"));
        }
        (None, _) => {
            return Err(reader
                .refuse(asked.at(), "this does not say what the object holds")
                .help("add `body: text`, `json: { … }` or `file: fixtures/mug.png`"));
        }
    };
    let content = match key {
        "json" => ContentDraft::Json(reader.draft(node, names)?),
        "body" => ContentDraft::Text(reader.template(&reader.text(key, node)?, names)?),
        _ => ContentDraft::File(reader.project_file(&reader.text(key, node)?)?),
    };
    let media_type = reader.text_of(&asked.step, "type")?;
    let media_type = media_type.map(|text| reader.media_type(text)).transpose()?;
    let metadata = reader.pairs("metadata", &asked.step, names)?;
    let speaks = reader.settings.services[service].protocol;
    if let Some(node) = asked.step.get("metadata").filter(|_| speaks == Protocol::Supabase) {
        return Err(reader
            .refuse(node.at, "the REST API of Supabase Storage keeps no metadata")
            .help("take it out, or name a service with `protocol: s3`"));
    }
    Ok(ObjectDraft::Put { content, media_type, metadata })
}

fn lasts(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<Duration, Diagnostic> {
    let Some(text) = reader.text_of(&asked.step, "for")? else { return Ok(SIGNED_FOR) };
    let lasts = reader.duration(&text)?;
    if lasts < Duration::from_secs(1) || lasts > LONGEST {
        return Err(reader
            .refuse(text.at, "an address is signed for a second at least, and seven days at most")
            .help("write `for: 5m`"));
    }
    Ok(lasts)
}

fn force(reader: &Reader<'_>, asked: &Asked<'_>) -> Result<bool, Diagnostic> {
    match asked.step.get("force") {
        None => Ok(false),
        Some(Node { value: Content::Boolean(force), .. }) => Ok(*force),
        Some(node) => Err(reader
            .refuse(node.at, "`force` takes `true` or `false`")
            .help("with `true`, what is in the bucket goes with it")),
    }
}
