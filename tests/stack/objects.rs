//! Objects on a server that speaks S3, and that is no part of the demo stack.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use proofmark::model::{Endpoint, Protocol, S3Signer, Secret};
use proofmark::protocol::{Http, ObjectCall, ObjectPlace, object_exchange};

use crate::shop::{Said, Shop, repository, said};

const SECRET: &str = "only-for/these+trials";
/// One byte more than 40 MiB.
const LARGE: usize = (40 << 20) + 1;

/// Is the server, gone at the end.
struct Server {
    compose: PathBuf,
    project: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let own = repository().join("fixtures/objects");
        copy(&own, folder);
        std::fs::write(folder.join("large.bin"), vec![7; LARGE]).unwrap();
        let project = format!("proofmark-objects-{}", std::process::id());
        let server = Self { compose: folder.join("compose.yaml"), project };
        server.compose(&["up", "--detach", "--wait"]);
        server
    }

    fn compose(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("docker");
        command.args(["compose", "-p", &self.project, "-f"]).arg(&self.compose).args(arguments);
        let output = said(&command.output().unwrap());
        assert_eq!(output.code, Some(0), "{output:?}");
        output.stdout
    }

    fn endpoint(&self) -> Endpoint {
        let address = self.compose(&["port", "objects", "9000"]);
        Endpoint {
            service: "objects".to_owned(),
            protocol: Protocol::S3,
            url: format!("http://{}", address.trim()),
            password: Some(Secret::new(SECRET)),
            signer: Some(S3Signer {
                access_key: Some("suites".to_owned()),
                region: "eu-central-1".to_owned(),
            }),
            health: None,
        }
    }

    /// Runs suites against the server.
    fn test(&self, shop: &Shop, arguments: &[&str], variables: &[(&str, &str)]) -> Said {
        let folder = self.compose.parent().unwrap();
        let mut command = shop.command(&["test", "--format", "json"]);
        command.args(arguments).current_dir(folder);
        command.env("OBJECTS_PROJECT", &self.project).envs(variables.iter().copied());
        said(&command.output().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.compose(&["down", "--volumes", "--timeout", "1"]);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let (entry, path) = (entry.unwrap().path(), to.join(""));
        let path = path.join(entry.file_name().unwrap());
        if entry.is_dir() {
            std::fs::create_dir_all(&path).unwrap();
            copy(&entry, &path);
        } else {
            std::fs::copy(&entry, &path).unwrap();
        }
    }
}

/// Gives outcome and message of each case, with its name.
fn outcomes(said: &Said) -> Vec<(String, String, String)> {
    let json = said.json();
    let results = json["run"]["results"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    results.map(|r| (text(&r["check"]["id"]), text(&r["outcome"]), text(&r["message"]))).collect()
}

/// Fills a bucket with more objects than a server lists at once.
fn fill(endpoint: &Endpoint) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let http = Http::new();
        let ask = async |key: String, call: ObjectCall| {
            let place = ObjectPlace { bucket: "suites-of-a-thousand".to_owned(), key };
            object_exchange(&http, endpoint, &place, call, Duration::from_secs(20)).await
        };
        ask(String::new(), ObjectCall::CreateBucket).await.unwrap();
        let put = |number: usize| {
            let (content, media_type, metadata) = (vec![b'x'], "text/plain".to_owned(), Vec::new());
            ask(format!("page/{number:04}"), ObjectCall::Put { content, media_type, metadata })
        };
        let put = stream::iter(0..1050).map(put).buffer_unordered(8);
        put.try_collect::<Vec<_>>().await.unwrap();
    });
}

pub fn objects_are_kept_by_a_server_that_speaks_s3(shop: &Shop) {
    let folder = shop.folder("objects");
    let server = Server::start(&folder);
    fill(&server.endpoint());

    let holds = server.test(shop, &["--level", "integration"], &[]);
    assert_eq!(holds.code, Some(0), "{:#?}", outcomes(&holds));
    assert_eq!(outcomes(&holds).len(), 10, "{:#?}", outcomes(&holds));

    let wrong = server.test(shop, &["--tag", "wrong"], &[]);
    assert_eq!(wrong.code, Some(1), "{wrong:?}");
    let said = |name: &str| {
        let found = outcomes(&wrong).into_iter().find(|(id, ..)| id.ends_with(name));
        found.map(|(_, outcome, message)| format!("{outcome}: {message}")).unwrap()
    };
    for (case, words) in [
        ("an object that is not there", "there is no object `nothing.txt` in the bucket"),
        ("a bucket that is not there", "NoSuchBucket"),
        ("a key that a URL cannot carry", "a path leads elsewhere by `.` and `..`"),
        ("the text of what is too large to be kept", "is larger than 16 MiB"),
    ] {
        assert!(said(case).contains(words), "{case}: {}", said(case));
    }
    for (report, what) in [(&holds, "holds"), (&wrong, "wrong")] {
        let whole = format!("{}{}", report.stdout, report.stderr);
        for secret in [SECRET, "only-for%2Fthese", "X-Amz-Signature="] {
            assert!(!whole.contains(secret), "{secret} stands in the report of what {what}");
        }
    }

    for (variable, words) in [
        (("OBJECTS_SECRET_KEY", "guessed"), "SignatureDoesNotMatch"),
        (("OBJECTS_ACCESS_KEY", "nobody"), "InvalidAccessKeyId"),
        (("OBJECTS_REGION", "us-west-2"), "AuthorizationHeaderMalformed"),
    ] {
        let refused = server.test(shop, &["--tag", "pages"], &[variable]);
        assert_eq!(refused.code, Some(3), "{refused:?}");
        let (_, outcome, message) = outcomes(&refused).remove(0);
        assert_eq!(outcome, "inconclusive");
        let place = "`password_variable` or `password_file`";
        assert!(message.contains(words) && message.contains(place), "{message}");
    }
}
