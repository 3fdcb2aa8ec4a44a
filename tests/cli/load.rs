//! Loads that the whole binary makes of a small shop by its URL.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use crate::project::{Project, Said};

/// Gives each who signs in a number and a cookie, and shows a basket only to its own cookie.
fn shop() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let visitors = Arc::new(AtomicU64::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let visitors = Arc::clone(&visitors);
            std::thread::spawn(move || serve(&stream, &visitors));
        }
    });
    at
}

fn serve(stream: &TcpStream, visitors: &AtomicU64) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut line) = (Vec::new(), String::new());
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).ok()? == 0 {
                return None;
            }
            head.push(line.to_ascii_lowercase());
        }
        let header = |name: &str| {
            let found = head.iter().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            found.map(str::trim).unwrap_or_default()
        };
        let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
        reader.read_exact(&mut body).ok()?;
        let words: Vec<&str> = head[0].split(' ').collect();
        let (status, more, answer) = match (words[0], words[1]) {
            ("post", "/sign-in") => {
                let number = visitors.fetch_add(1, Ordering::SeqCst);
                let sku = String::from_utf8_lossy(&body).into_owned();
                let cookie = format!("Set-Cookie: visitor={number}; Path=/\r\n");
                (201, cookie, format!("{{\"id\":{number},\"asked\":\"{sku}\"}}"))
            }
            ("get", "/moved") => (301, "Location: /elsewhere\r\n".to_owned(), "{}".to_owned()),
            ("get", path) => {
                let id = path.rsplit('/').next().unwrap_or_default();
                let is_own = header("cookie") == format!("visitor={id}");
                (if is_own { 200 } else { 403 }, String::new(), format!("{{\"id\":{id}}}"))
            }
            _ => (404, String::new(), "{}".to_owned()),
        };
        let length = answer.len();
        let text = format!("HTTP/1.1 {status} X\r\n{more}Content-Length: {length}\r\n\r\n{answer}");
        (&*stream).write_all(text.as_bytes()).ok()?;
    }
}

fn load(at: SocketAddr, keys: &str) -> Said {
    let project = Project::with_settings(&format!(
        "project: shop\nbase:\n  services: {{ shop: {{ url: \"http://{at}\" }} }}\n\
         environments: {{ local: {{ access: http }} }}\n"
    ));
    project.file("skus.csv", "sku\nmug-01\ntea-02\n");
    let keys = format!("    {}\n", keys.trim_end().replace('\n', "\n    "));
    let suite =
        format!("suite: s\nlevel: load\ntargets: [local]\nload:\n  - name: visitors\n{keys}");
    project.file("suites/load/s.yaml", &suite);
    project.run(&["test", "--env", "local", "--format", "json"])
}

/// Gives the numbers of the request of this name.
fn numbers<'r>(report: &'r Value, name: &str) -> &'r Value {
    let results = report["run"]["results"].as_array().unwrap();
    let record = results.iter().find_map(|result| result["evidence"].get("load"));
    let requests = record.expect("one check shows the record")["requests"].as_array().unwrap();
    requests.iter().find(|request| request["name"] == name).unwrap()
}

const JOURNEY: &str = "\
feed: { file: skus.csv }
journeys:
  - name: look into the basket
    steps:
      - name: sign in
        post: \"${shop}/sign-in\"
        form: { sku: \"${feed.sku}\", who: \"${unique}\" }
        expect: { status: 201, json: { $.asked: { matches: \"^sku=(mug-01|tea-02)&who=.+-[0-9]+$\" } } }
        capture: { id: $.id }
      - { name: look, get: \"${shop}/basket/${id}\", expect: { status: 200, json: { $.id: \"${id}\" } } }
users: 4
think: 15ms
hold: 4s
";

#[test]
fn each_visitor_of_a_journey_sees_its_own_basket_by_its_own_cookie() {
    let said = load(
        shop(),
        &format!("{JOURNEY}limits: {{ p50: 1s }}\nlimits_of: {{ look: {{ p50: 1s }} }}"),
    );
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let (sign_in, look) = (numbers(&report, "sign in"), numbers(&report, "look"));
    assert!(look["correct"].as_u64().unwrap() > 100, "{look}");
    for request in [sign_in, look] {
        assert_eq!((&request["wrong"], &request["failed"]), (&0.into(), &0.into()), "{request}");
    }
}

#[test]
fn a_journey_ends_with_its_first_wrong_response() {
    let keys = JOURNEY.replace("status: 201", "status: 200");
    let said = load(shop(), &keys);
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    let report: Value = serde_json::from_str(&said.stdout).unwrap();
    let (sign_in, look) = (numbers(&report, "sign in"), numbers(&report, "look"));
    assert!(sign_in["wrong"].as_u64().unwrap() > 0, "{sign_in}");
    assert_eq!((&look["correct"], &look["wrong"]), (&0.into(), &0.into()), "{look}");
}

#[test]
fn a_redirect_is_the_response_and_is_not_followed() {
    let keys = "requests: [{ name: moved, get: \"${shop}/moved\", expect: { status: 301 } }]\nusers: 4\nthink: 15ms\nhold: 3s\n";
    let said = load(shop(), keys);
    assert_eq!(said.code, 0, "{}{}", said.stdout, said.stderr);
}

/// It was inconclusive, so that a gate held and no deployment was taken back.
#[test]
fn a_target_that_takes_connections_and_answers_nothing_fails() {
    // What nobody accepts is taken by the kernel, as of a service that hangs.
    let hung = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = hung.local_addr().unwrap();
    let requests = "requests: [{ name: list, get: \"${shop}/\", expect: { status: 200 } }]";
    let offers = ["arrivals: { rate: 20/s, for: 1s, connections: 4 }", "users: 3\nhold: 1s"];
    let loads = offers.map(|offer| {
        std::thread::spawn(move || (offer, load(at, &format!("{requests}\n{offer}\n"))))
    });
    for load in loads {
        let (offer, said) = load.join().unwrap();
        assert_eq!(said.code, 1, "{offer}: {}{}", said.stdout, said.stderr);
        let report: Value = serde_json::from_str(&said.stdout).unwrap();
        let results = report["run"]["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["outcome"] == "fail"), "{}", said.stdout);
    }
}

#[test]
fn a_port_where_nobody_listens_is_never_green() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = load(nobody, &JOURNEY.replace("4s", "1s"));
    assert_eq!(said.code, 3, "{}{}", said.stdout, said.stderr);
}
