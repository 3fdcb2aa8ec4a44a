//! What a step asks of an object store.

use std::path::PathBuf;
use std::time::Duration;

use super::draft::Draft;
use crate::model::Template;

/// Is what a step asks of an object store.
#[derive(Debug, Clone)]
pub struct ObjectAction {
    /// The service that is asked.
    pub service: String,
    /// A bucket, and after the first `/` a key, or how keys begin.
    pub place: Template,
    /// What is asked.
    pub call: ObjectDraft,
    /// Whether the step says itself what an object has to be that is not there.
    pub may_be_absent: bool,
    /// Whether the step says itself how it may be refused.
    pub may_be_refused: bool,
    /// Whether the step looks at what the object holds.
    pub wants_content: bool,
}

/// Is what is asked, as it is written.
#[derive(Debug, Clone)]
pub enum ObjectDraft {
    /// Stores an object.
    Put {
        /// What it holds.
        content: ContentDraft,
        /// Its media type, where one is given.
        media_type: Option<String>,
        /// What is said of it by name.
        metadata: Vec<(String, Template)>,
    },
    /// Reads an object.
    Get,
    /// Asks what is known of an object.
    Head,
    /// Asks for every key that begins so.
    List,
    /// Deletes an object.
    Delete,
    /// Makes an address with which anybody reads the object for so long.
    Sign(Duration),
    /// Makes a bucket.
    CreateBucket,
    /// Deletes a bucket.
    DeleteBucket {
        /// Whether what is in it goes with it.
        force: bool,
    },
}

impl ObjectDraft {
    /// Tells whether it makes and changes nothing.
    #[must_use]
    pub const fn only_reads(&self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::List)
    }

    /// Tells whether it is about one object, so that the place has a key.
    #[must_use]
    pub const fn needs_key(&self) -> bool {
        matches!(self, Self::Put { .. } | Self::Get | Self::Head | Self::Delete | Self::Sign(_))
    }
}

/// Is what an object shall hold.
#[derive(Debug, Clone)]
pub enum ContentDraft {
    /// JSON.
    Json(Draft),
    /// Text as it stands.
    Text(Template),
    /// A file of the project.
    File(PathBuf),
}
