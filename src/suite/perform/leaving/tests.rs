//! What is removed by force, against an engine that keeps some of it.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream};
use tokio::net::{UnixListener, UnixStream};

use super::*;
use crate::config::Variables;

/// Is what an engine has: kind, name and mark.
type Things = Arc<Mutex<Vec<(&'static str, &'static str, String)>>>;

const MINE: &str = "1 2 3 boot host";
const OTHERS: &str = "9 2 3 boot host";

/// Starts an engine with these things of this process and of another one; none whose name begins with `kept` goes.
async fn engine(own: &[(&'static str, &'static str)]) -> (TempDir, ThrownAway, Things) {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("docker.sock");
    let mine = own.iter().map(|(kind, name)| (*kind, *name, MINE.to_owned()));
    let foreign =
        [("containers", "foreign"), ("networks", "foreign-net"), ("volumes", "foreign-data")];
    let foreign = foreign.map(|(kind, name)| (kind, name, OTHERS.to_owned()));
    let things: Things = Arc::new(Mutex::new(mine.chain(foreign).collect()));
    serve(&socket, Arc::clone(&things));
    let host = ("DOCKER_HOST".to_owned(), format!("unix://{}", socket.display()));
    let engine = Engine::connect(&Variables::from([host])).await.unwrap();
    (folder, ThrownAway { engine, mark: MINE.to_owned() }, things)
}

fn serve(socket: &Path, things: Things) {
    let listener = UnixListener::bind(socket).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, Arc::clone(&things)));
        }
    });
}

/// Answers one request after the other, none of which has a body.
async fn converse(stream: UnixStream, things: Things) -> std::io::Result<()> {
    let mut stream = BufStream::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if stream.read_line(&mut request).await? == 0 {
                return Ok(());
            }
        }
        let mut words = request.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let path = target.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.starts_with("v1.")).collect();
        let (status, body) = answer(method, &parts[1..], &things);
        let (body, length) = match body.to_string() {
            _ if status == 204 => (String::new(), String::new()),
            body => (body.clone(), format!("content-length: {}\r\n", body.len())),
        };
        let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{length}\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).await?;
        stream.flush().await?;
    }
}

fn answer(method: &str, parts: &[&str], things: &Things) -> (u16, Value) {
    let mut things = things.lock().unwrap();
    let of = |kind: &str| -> Vec<Value> {
        let of_kind = things.iter().filter(|(known, ..)| *known == kind);
        let shown = |(_, name, mark): &(&str, &str, String)| {
            json!({ "Id": name, "Name": name, "Names": [format!("/{name}")],
                "Labels": { "proofmark.owner": mark },
                "Driver": "local", "Mountpoint": "/", "Scope": "local", "Options": {} })
        };
        of_kind.map(shown).collect()
    };
    match (method, parts) {
        ("GET", ["version"]) => (200, json!({ "Version": "20.10.24", "ApiVersion": "1.41" })),
        ("GET", _) if things.iter().any(|(kind, ..)| *kind == "broken") => {
            (500, json!({ "message": "out of order" }))
        }
        ("GET", ["containers", "json"]) => (200, of("containers").into()),
        ("GET", ["networks"]) => (200, of("networks").into()),
        ("GET", ["volumes"]) => (200, json!({ "Volumes": of("volumes"), "Warnings": [] })),
        ("DELETE", [kind, name]) if !name.starts_with("kept") => {
            things.retain(|(known, called, _)| (known, called) != (kind, name));
            (204, Value::Null)
        }
        ("DELETE", _) => (500, json!({ "message": "device or resource busy" })),
        _ => (404, json!({ "message": "page not found" })),
    }
}

fn left(things: &Things) -> Vec<&'static str> {
    things.lock().unwrap().iter().map(|(_, name, _)| *name).collect()
}

#[tokio::test]
async fn what_this_process_made_is_removed_by_force_and_nobody_elses() {
    let containers = [("containers", "db"), ("containers", "api")];
    let own = [containers[0], containers[1], ("networks", "between"), ("volumes", "data")];
    let (_folder, made, things) = engine(&own).await;
    let removal = made.remove().await;
    assert_eq!(
        removal.to_string(),
        "removed by force: container api, container db, network between, volume data"
    );
    assert_eq!(left(&things), ["foreign", "foreign-net", "foreign-data"]);
    assert_eq!(made.remove().await.to_string(), "nothing was left to remove");
}

#[tokio::test]
async fn what_the_engine_does_not_remove_in_time_is_told_with_the_command_that_does() {
    let own = [("containers", "kept-db"), ("containers", "api"), ("networks", "between")];
    let (_folder, made, things) = engine(&own).await;
    let began = Instant::now();
    let removal = made.remove_within(Duration::from_millis(700)).await;
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    let said = removal.to_string();
    let begins =
        "removed by force: container api, network between; left behind: container kept-db (";
    assert!(said.starts_with(begins), "{said}");
    assert!(said.contains("device or resource busy"), "{said}");
    assert!(said.ends_with("; `proofmark doctor --fix` removes it"), "{said}");
    assert_eq!(left(&things), ["kept-db", "foreign", "foreign-net", "foreign-data"]);
}

#[tokio::test]
async fn what_is_made_while_it_is_removed_is_removed_too() {
    let (_folder, made, things) = engine(&[("containers", "api")]).await;
    let late = async {
        sleep(PAUSE / 2).await;
        things.lock().unwrap().push(("containers", "late", MINE.to_owned()));
    };
    let (removal, ()) = tokio::join!(made.remove(), late);
    assert_eq!(removal.to_string(), "removed by force: container api, container late");
    assert_eq!(left(&things), ["foreign", "foreign-net", "foreign-data"]);
}

#[tokio::test]
async fn an_engine_that_tells_nothing_leaves_the_doubt_and_the_command() {
    let (_folder, made, _) = engine(&[("broken", "itself")]).await;
    let said = made.remove_within(Duration::from_millis(300)).await.to_string();
    assert!(said.starts_with("something may be left behind (the Docker engine"), "{said}");
    assert!(said.ends_with("`proofmark doctor --fix` removes it"), "{said}");
}
