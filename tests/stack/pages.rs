//! Pages in a browser: one that is wrong leaves a picture, and none leaves a process.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::shop::{Shop, repository, said};

const SUITE: &str = "\
suite: pages
level: e2e
secrets: [NICKNAME]
cases:
  - name: a title that is not the shop's
    steps:
      - browser: ${api}/store
        expect: { title: Another shop }
  - name: a secret that can be read
    steps:
      - browser: ${api}/store
        do: [{ fill: '#email', with: '${NICKNAME}@example.com' }]
        expect: { title: Another shop }
";

/// Prepares a run of this suite in a folder of its own.
fn testing(shop: &Shop, folder: &Path, suite: &str) -> Command {
    let own = std::fs::read_to_string(repository().join("proofmark.yaml")).unwrap();
    let compose = repository().join("fixtures/shop").display().to_string();
    std::fs::write(folder.join("proofmark.yaml"), own.replace("fixtures/shop", &compose)).unwrap();
    std::fs::create_dir_all(folder.join("suites/e2e")).unwrap();
    std::fs::write(folder.join("suites/e2e/pages.yaml"), suite).unwrap();
    let mut command = shop.command(&["test", "--format", "json", "--config"]);
    command.arg(folder.join("proofmark.yaml")).env("NICKNAME", "ada-the-first");
    command
}

/// Prepares a run that opens pages of the shop.
pub fn command(shop: &Shop, name: &str) -> Command {
    testing(shop, &shop.folder(name), SUITE)
}

pub fn a_page_that_shows_a_dialog_fails_and_says_what_it_shows(shop: &Shop) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let page = "<title>A page</title><script>alert('are you {still} there?')</script>";
            let length = page.len();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n";
            let _ = write!(stream, "{head}content-length: {length}\r\n\r\n{page}");
        }
    });
    let suite = format!(
        "suite: pages\nlevel: e2e\ncases:\n  - name: a dialog\n    steps:\n      - browser: http://{at}/\n        expect: {{ title: A page }}\n"
    );
    let said = said(&testing(shop, &shop.folder("dialog"), &suite).output().unwrap());
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = said.json();
    let message = report["run"]["results"][0]["message"].as_str().unwrap();
    assert!(message.contains("shows a dialog"), "{message}");
    assert!(message.contains("`are you {still} there?`"), "{message}");
}

pub fn a_page_that_is_wrong_leaves_a_picture_and_no_process(shop: &Shop) {
    let folder = shop.folder("pages");
    let temporary = shop.folder("pages-temporary");
    let page = folder.join("report.html");
    let mut command = testing(shop, &folder, SUITE);
    command.arg("--report").arg(&page).env("TMPDIR", &temporary);
    let said = said(&command.output().unwrap());
    assert_eq!(said.code, Some(1), "{said:?}");

    let report = said.json();
    let step = |case: usize| &report["run"]["results"][case]["steps"][0];
    let file = step(0)["screenshot"]["file"].as_str().unwrap();
    let picture = std::fs::read(folder.join(file)).unwrap();
    assert!(picture.starts_with(b"\x89PNG"), "{file} is no picture");
    let page = std::fs::read_to_string(page).unwrap();
    assert_eq!(page.matches("data:image/png;base64,").count(), 1);

    assert_eq!(step(1)["screenshot"], Value::Null);
    let received = step(1)["received"].as_str().unwrap();
    assert!(received.ends_with("no picture is kept of a page that shows a secret"), "{received}");

    assert_eq!(processes_of(&temporary), Vec::<String>::new());
}

/// Gives every process that was started with this folder for its temporary files.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let folder = folder.display().to_string();
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let process = entry.unwrap().path();
        let environment = std::fs::read(process.join("environ")).ok()?;
        let named = String::from_utf8_lossy(&environment).contains(&folder);
        named.then(|| process.display().to_string())
    });
    processes.collect()
}
