//! Ctrl-C: once lets what runs clean up, twice waits for that no longer.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::project::{Project, said};

/// Makes a project whose only case asks, and cleans up, at a server that takes connections and answers nothing.
fn silent() -> (Project, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let project = Project::with_settings(&format!(
        "\
project: shop
base:
  access: http
  services: {{ api: {{ port: 8000, url: \"http://{at}\" }} }}
environments: {{ local: {{}} }}
"
    ));
    project.file(
        "suites/e2e/orders.yaml",
        "\
suite: orders
level: e2e
cases:
  - name: one
    steps: [{ get: '${api}/', timeout: 60s, expect: { status: 200 } }]
    cleanup: [{ delete: '${api}/', timeout: 60s, expect: { status: 204 } }]
",
    );
    (project, listener)
}

fn interrupt(process: &Child) {
    let id = process.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
}

fn asked(listener: &TcpListener) -> TcpStream {
    listener.accept().unwrap().0
}

#[test]
fn a_second_interrupt_leaves_while_the_cleanup_is_still_waited_for() {
    let (project, listener) = silent();
    let mut command = project.command(&["test"]);
    let process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let _step = asked(&listener);
    interrupt(&process);
    let _cleanup = asked(&listener);
    let began = Instant::now();
    interrupt(&process);
    let ended = said(&process.wait_with_output().unwrap());
    assert_eq!(ended.code, 130, "{}", ended.stderr);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(ended.stderr.contains("interrupted: cleaning up; once more"), "{}", ended.stderr);
    // Nothing was made to throw away, so that no engine is asked for it.
    assert!(!ended.stderr.contains("by force"), "{}", ended.stderr);
}
