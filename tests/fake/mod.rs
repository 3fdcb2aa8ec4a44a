//! An engine and a `docker` command that say what they are told: the whole binary can be tried against
//! containers that no host has, and a thousand of them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{UnixListener, UnixStream};

/// Serves containers on a socket, and a Compose model through a command, both below one folder.
pub struct FakeHost {
    folder: PathBuf,
}

impl FakeHost {
    /// Begins to serve; to be called within a runtime, which it does not outlive.
    pub fn serve(folder: &Path, model: &Value, containers: Vec<Value>) -> Self {
        let host = Self { folder: folder.to_owned() };
        fs::create_dir_all(host.folder.join("bin")).unwrap();
        fs::write(host.folder.join("model.json"), model.to_string()).unwrap();
        let docker = host.folder.join("bin/docker");
        fs::write(&docker, DOCKER.replace("FOLDER", &host.folder.display().to_string())).unwrap();
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
        let containers: BTreeMap<String, Value> =
            containers.into_iter().map(|c| (c["Id"].as_str().unwrap().to_owned(), c)).collect();
        let containers = Arc::new(containers);
        let listener = UnixListener::bind(host.socket()).unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&containers)));
            }
        });
        host
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    /// Gives the variables under which this host is found, and nothing else of the real one.
    pub fn variables(&self) -> BTreeMap<String, String> {
        [
            ("DOCKER_HOST", format!("unix://{}", self.socket().display())),
            ("PATH", self.folder.join("bin").display().to_string()),
            ("HOME", self.folder.display().to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// Answers what Proofmark asks of Compose; a message in `refusal` is what Compose says instead.
const DOCKER: &str = r#"#!/bin/sh
case "$*" in
*version*) echo 2.26.1 ;;
*--hash*) ;;
*)
    if [ -f FOLDER/refusal ]; then /bin/cat FOLDER/refusal >&2; exit 1; fi
    /bin/cat FOLDER/model.json ;;
esac
"#;

/// Answers one request after the other, none of which has a body.
async fn converse(
    stream: UnixStream,
    containers: Arc<BTreeMap<String, Value>>,
) -> std::io::Result<()> {
    let mut stream = BufStream::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if stream.read_line(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let target = request.split(' ').nth(1).unwrap_or_default();
        let path = target.split('?').next().unwrap_or_default();
        let (status, body) = match answer(&containers, path) {
            Some(body) => ("200 OK", body),
            None => ("404 Not Found", json!({ "message": format!("No such thing: {path}") })),
        };
        let body = body.to_string();
        let head = format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\n");
        let length = body.len();
        stream
            .write_all(format!("{head}content-length: {length}\r\n\r\n{body}").as_bytes())
            .await?;
        stream.flush().await?;
    }
}

fn answer(containers: &BTreeMap<String, Value>, path: &str) -> Option<Value> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let parts = match parts.as_slice() {
        [version, rest @ ..] if version.starts_with("v1.") => rest,
        all => all,
    };
    match parts {
        ["version"] => Some(json!({ "Version": "20.10.24", "ApiVersion": "1.41" })),
        ["containers", "json"] => {
            Some(containers.keys().map(|id| json!({ "Id": id })).collect::<Vec<_>>().into())
        }
        ["containers", id, "json"] => containers.get(*id).cloned(),
        ["containers", _, "stats"] => Some(json!({ "memory_stats": { "usage": 1 << 20 } })),
        ["images", id, "json"] => Some(json!({ "Id": id, "RepoDigests": [] })),
        ["networks"] => Some(json!([])),
        ["volumes"] => Some(json!({ "Volumes": [] })),
        _ => None,
    }
}
