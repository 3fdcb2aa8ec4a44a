//! What a request costs a load generator, how well it keeps to a rate, and what it says of a server that froze: the open
//! engine beside a bare loop over sockets, bare hyper, goose, wrk, hey and oha, in turn against one server on loopback.
//!
//! The server has the first processor and each client the second. `cargo bench --bench load [ROUNDS [SECONDS]]`.

#![expect(clippy::unwrap_used, reason = "a benchmark may end by panicking")]
#![expect(clippy::cast_precision_loss, reason = "counts of a benchmark are small")]

mod clients;
#[path = "../cost/mod.rs"]
mod cost;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use proofmark::load::WORKER;
use proofmark::model::LoadRecord;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use clients::{Told, pinned, told, told_by_hey, told_by_oha, told_by_wrk};
use cost::{Cost, cost, spread};

const CONNECTIONS: usize = 50;
/// The places of those that stand at the beginning of the table.
const RAW: usize = 0;
const OPEN: usize = 1;
const GOOSE: usize = 2;
const USERS: usize = 3;
/// More than one core can send, in requests a second.
const FULL: f64 = 200_000.0;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let count = |at: usize| number(at).unwrap();
    let address = || arguments[1].clone();
    let alone = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    match arguments.first().map(String::as_str) {
        Some("serve") => alone().block_on(serve()),
        Some("raw") => alone().block_on(clients::raw(address(), count(2), count(3) as u64)),
        Some("hyper") => {
            alone().block_on(clients::bare_hyper(address(), count(2), count(3) as u64));
        }
        Some("goose") => alone().block_on(clients::bare_goose(
            &arguments[1],
            count(2),
            count(3) as u64,
            number(4),
        )),
        _ => compare(number(0).unwrap_or(5), number(1).unwrap_or(5) as u64),
    }
}

/// Serves a small JSON text on every connection; prints its address.
async fn serve() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    // A frozen server keeps every connection that is opened meanwhile.
    let listener = socket.listen(4096).unwrap();
    println!("{}", listener.local_addr().unwrap());
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) {
    const BODY: &str = r#"{"sku":"mug-01","stock":7,"name":"A mug that holds all of it"}"#;
    let response = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
        BODY.len()
    );
    stream.set_nodelay(true).unwrap();
    let mut buffer = [0; 4096];
    // The requests are small and each client waits for its answer: one read is one request.
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Is a server in a process of its own, which can be frozen.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(std::env::current_exe().unwrap()).arg("serve");
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }

    /// Freezes it for a second, three seconds from now.
    fn freeze_soon(&self) -> std::thread::JoinHandle<()> {
        let id = self.process.id().to_string();
        std::thread::spawn(move || {
            for (pause, signal) in [(3000, "-STOP"), (1000, "-CONT")] {
                std::thread::sleep(Duration::from_millis(pause));
                assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
            }
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.process.kill().and_then(|()| self.process.wait().map(|_| ()));
    }
}

/// Is a client with what it is called and how its words are read.
struct Client {
    name: &'static str,
    command: Box<dyn Fn() -> Command>,
    /// What it reads.
    input: String,
    told: fn(&str) -> Told,
}

impl Client {
    fn new(name: &'static str, command: Box<dyn Fn() -> Command>, told: fn(&str) -> Told) -> Self {
        Self { name, command, input: String::new(), told }
    }

    /// Is our own generator with a workload.
    fn ours(name: &'static str, workload: &str) -> Self {
        Self {
            name,
            command: Box::new(generator),
            input: format!("{workload}\n"),
            told: told_by_us,
        }
    }

    fn perform(&self) -> (Cost, Told) {
        let (cost, printed) = cost((self.command)(), &self.input);
        (cost, (self.told)(&printed))
    }
}

/// Gives a workload as the generator reads it.
fn workload(address: &str, model: &Value) -> String {
    let fixed = json!({
        "method": "GET", "url": format!("http://{address}/"), "headers": [], "body": null,
        "expect": { "demands": [{ "subject": "Status", "matcher": { "Equals": 200 } }] },
    });
    let none = json!({ "secs": 0, "nanos": 0 });
    json!({
        "requests": [{ "name": "product", "think": none, "text": { "fixed": fixed }, "captures": [] }],
        "journeys": [{ "name": "product", "weight": 1, "values": [], "steps": [0] }],
        "feed": null,
        "unique": "bench",
        "model": model,
        "warm_up": { "secs": 0, "nanos": 0 },
        "request_limit": { "secs": 10, "nanos": 0 },
        "bounds": { "errors": null, "response": [] },
        "ends": "at_its_time",
    })
    .to_string()
}

fn at_rate(address: &str, rate: f64, connections: usize, seconds: u64) -> String {
    let stage = json!({ "from": rate, "to": rate, "lasts": { "secs": seconds, "nanos": 0 } });
    let schedule = json!({ "stages": [stage], "spread": "even" });
    let arrivals = json!({ "schedule": schedule, "connections": connections, "seed": 7 });
    workload(address, &json!({ "arrivals": arrivals }))
}

fn with_users(address: &str, users: usize, seconds: u64) -> String {
    let none = json!({ "secs": 0, "nanos": 0 });
    let hold = json!({ "secs": seconds, "nanos": 0 });
    let users = json!({ "count": users, "ramp": none, "hold": hold, "think": none });
    workload(address, &json!({ "users": users }))
}

/// Gives the generator, which reads a workload from its stdin.
fn generator() -> Command {
    let mut command = pinned(env!("CARGO_BIN_EXE_proofmark"));
    command.arg(WORKER);
    command
}

/// Gives the record, which is the last line of what the generator prints.
fn record(printed: &str) -> LoadRecord {
    let line: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
    serde_json::from_value(line["record"].clone()).unwrap()
}

fn told_by_us(printed: &str) -> Told {
    let record = record(printed);
    let at = |share| record.response().quantile(share).map(|time| time.0);
    let answers = record.requests[0].correct as f64;
    Told { answers, p95: at(0.95), p99: at(0.99) }
}

fn compare(rounds: usize, seconds: u64) {
    let server = Server::start();
    costs(&server.address, rounds, seconds);
    rates(&server.address, seconds);
    memory(&server.address);
    stall(&server);
}

fn is_there(program: &str) -> bool {
    let there =
        Command::new("which").arg(program).stdout(Stdio::null()).status().unwrap().success();
    if !there {
        println!("{program} is not there, so that nothing stands in its row");
    }
    there
}

fn own(arguments: &[&str]) -> Command {
    let mut command = pinned(std::env::current_exe().unwrap().to_str().unwrap());
    command.args(arguments);
    command
}

fn tool(line: String) -> Box<dyn Fn() -> Command> {
    Box::new(move || {
        let mut words = line.split(' ');
        let mut command = pinned(words.next().unwrap());
        command.args(words);
        command
    })
}

fn costs(address: &str, rounds: usize, seconds: u64) {
    let url = format!("http://{address}/");
    let text = |number: usize| number.to_string();
    let (connections, s) = (text(CONNECTIONS), seconds.to_string());
    let args = |mode: &str| [mode.to_owned(), address.to_owned(), connections.clone(), s.clone()];
    let mode = |mode: &str| -> Box<dyn Fn() -> Command> {
        let args = args(mode);
        Box::new(move || own(&args.each_ref().map(String::as_str)))
    };
    let at = |rate| at_rate(address, rate, CONNECTIONS, seconds);
    let mut clients = vec![
        Client::new("bare loop over sockets", mode("raw"), told),
        Client::ours("open engine, at full speed", &at(FULL)),
        Client::new("goose, bare", mode("goose"), told),
        Client::ours("goose, as `users` run", &with_users(address, CONNECTIONS, seconds)),
        Client::new("hyper, bare", mode("hyper"), told),
        Client::ours("open engine, 10,000/s", &at(10_000.0)),
    ];
    if is_there("wrk") {
        let line = format!("wrk -t1 -c{CONNECTIONS} -d{seconds}s --latency {url}");
        clients.push(Client::new("wrk", tool(line), told_by_wrk));
    }
    if is_there("hey") {
        let line = format!("hey -cpus 1 -c {CONNECTIONS} -z {seconds}s {url}");
        clients.push(Client::new("hey", tool(line), told_by_hey));
    }
    if is_there("oha") {
        let line =
            format!("oha --no-tui --output-format json -c {CONNECTIONS} -z {seconds}s {url}");
        clients.push(Client::new("oha", tool(line), told_by_oha));
    }
    println!(
        "{CONNECTIONS} connections, {seconds} s, {rounds} rounds in turn: median [least..most]\n\n\
         | client | answers a second | CPU, ms per 1,000 | of the bare loop | memory, MiB |\n\
         | --- | --- | --- | --- | --- |"
    );
    let mut seen: Vec<Vec<(Cost, Told)>> = clients.iter().map(|_| Vec::new()).collect();
    for round in 0..rounds {
        for turn in 0..clients.len() {
            // Whoever goes first changes, so that nobody always finds the caches warm.
            let who = (round + turn) % clients.len();
            seen[who].push(clients[who].perform());
        }
    }
    let per_thousand = |(cost, told): &(Cost, Told)| cost.cpu * 1000.0 / told.answers;
    let ratio = |one: usize, other: usize| {
        let pairs = seen[one].iter().zip(&seen[other]);
        spread(pairs.map(|(one, other)| per_thousand(one) / per_thousand(other)).collect(), 2)
    };
    for (at, (client, own)) in clients.iter().zip(&seen).enumerate() {
        let of = |value: &dyn Fn(&(Cost, Told)) -> f64, digits| {
            spread(own.iter().map(value).collect(), digits)
        };
        println!(
            "| {} | {} | {} | {} | {} |",
            client.name,
            of(&|(cost, told)| told.answers * 1000.0 / cost.wall, 0),
            of(&per_thousand, 2),
            ratio(at, RAW),
            of(&|(cost, _)| cost.memory, 1),
        );
    }
    println!("\nCPU of the open engine in the same round, beside");
    for (at, client) in clients.iter().enumerate().filter(|(at, _)| *at != OPEN) {
        println!("    {:<26} {}", client.name, ratio(OPEN, at));
    }
    println!("and of goose as `users` run, beside it bare {}", ratio(USERS, GOOSE));
}

/// Offers shares of what one core can send, and more.
fn rates(address: &str, seconds: u64) {
    let perform = |rate| {
        let workload = at_rate(address, rate, CONNECTIONS, seconds);
        record(&cost(generator(), &format!("{workload}\n")).1)
    };
    println!(
        "\nrates that were offered, as shares of what one core sent at the most right before\n\n\
         | share | offered a second | taken up in time | correct a second | p99, ms | lag p99, ms | busy |\n\
         | --- | --- | --- | --- | --- | --- | --- |"
    );
    for share in [0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.5] {
        let full = perform(FULL).throughput().unwrap().0;
        let record = perform((full * share).round());
        let generator = &record.generator;
        let due = generator.due.unwrap() as f64;
        println!(
            "| {:.0} % | {:.0} | {:.2} % | {:.0} | {:.2} | {:.2} | {:.0} % |",
            share * 100.0,
            full * share,
            generator.sent as f64 * 100.0 / due,
            record.throughput().unwrap().0,
            record.response().quantile(0.99).unwrap().0,
            record.lag_p99().unwrap().0,
            generator.busy * 100.0,
        );
    }
}

fn memory(address: &str) {
    println!(
        "\nresident memory of the open engine at its peak, 5,000/s over {CONNECTIONS} connections"
    );
    for seconds in [2, 10, 30] {
        let steady = Client::ours("", &at_rate(address, 5000.0, CONNECTIONS, seconds));
        let (cost, _) = steady.perform();
        println!("{seconds:>4} s  {:>6.1} MiB", cost.memory);
    }
}

/// Freezes the server for one of eight seconds in which 400 requests a second are offered.
fn stall(server: &Server) {
    let address = &server.address;
    let url = format!("http://{address}/");
    let throttled = {
        let address = address.clone();
        move || own(&["goose", &address, "10", "8", "400"])
    };
    let mut clients = vec![
        Client::ours("open engine", &at_rate(address, 400.0, 1000, 8)),
        Client::new("goose, 10 users, throttled", Box::new(throttled), told),
    ];
    if is_there("oha") {
        let line = format!("oha --no-tui --output-format json -q 400 -c 10 -z 8s {url}");
        let corrected = line.replace("-q", "--latency-correction -q");
        clients.push(Client::new("oha -q 400", tool(line), told_by_oha));
        let name = "oha -q 400 --latency-correction";
        clients.push(Client::new(name, tool(corrected), told_by_oha));
    }
    if is_there("hey") {
        let line = format!("hey -cpus 1 -c 10 -q 40 -z 8s {url}");
        clients.push(Client::new("hey -c 10 -q 40", tool(line), told_by_hey));
    }
    if is_there("wrk") {
        let line = format!("wrk -t1 -c10 -d8s --latency {url}");
        clients.push(Client::new("wrk, no rate", tool(line), told_by_wrk));
    }
    println!(
        "\n400/s for 8 s to a server that freezes for 1 s: the truth is p95 600 ms, p99 920 ms\n\n\
         | client | answers | p95, ms | p99, ms |\n| --- | --- | --- | --- |"
    );
    for client in clients {
        let frozen = server.freeze_soon();
        let (_, told) = client.perform();
        frozen.join().unwrap();
        let ms = |time: Option<f64>| time.map_or(String::new(), |time| format!("{time:.1}"));
        println!("| {} | {} | {} | {} |", client.name, told.answers, ms(told.p95), ms(told.p99));
    }
}
