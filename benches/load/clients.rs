//! What the engine stands beside: a bare loop over sockets, bare hyper, bare goose, and the tools that a person would type.

use std::future::Future;
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::prelude::*;
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::client::conn::http1::handshake;
use hyper::header::HOST;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Lets as many talk at once for so long, and prints how many answers they had.
async fn count<T>(connections: usize, seconds: u64, talk: impl Fn(Instant) -> T)
where
    T: Future<Output = u64> + Send + 'static,
{
    let until = Instant::now() + Duration::from_secs(seconds);
    let talks: Vec<_> = (0..connections).map(|_| tokio::spawn(talk(until))).collect();
    let mut answers = 0;
    for talk in talks {
        answers += talk.await.unwrap();
    }
    println!("{answers}");
}

/// Sends and receives as fast as sockets allow, and sees that each answer is the right one: the least that can be done.
pub async fn raw(address: String, connections: usize, seconds: u64) {
    let request = format!("GET / HTTP/1.1\r\nhost: {address}\r\n\r\n");
    let talk = |until| {
        let (address, request) = (address.clone(), request.clone());
        async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut answers, mut buffer) = (0, [0; 4096]);
            while Instant::now() < until {
                stream.write_all(request.as_bytes()).await.unwrap();
                // The response is small, and is sent at once.
                let read = stream.read(&mut buffer).await.unwrap();
                let mut headers = [httparse::EMPTY_HEADER; 16];
                let mut response = httparse::Response::new(&mut headers);
                assert!(response.parse(&buffer[..read]).unwrap().is_complete());
                assert_eq!(response.code, Some(200));
                answers += 1;
            }
            answers
        }
    };
    count(connections, seconds, talk).await;
}

/// Does the same over bare hyper: what an engine that stands on it cannot go below.
pub async fn bare_hyper(address: String, connections: usize, seconds: u64) {
    let talk = |until| {
        let address = address.clone();
        async move {
            let stream = TcpStream::connect(&address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let mut answers = 0;
            while Instant::now() < until {
                let request = Request::get("/").header(HOST, &address);
                let request = request.body(Empty::<Bytes>::new()).unwrap();
                let response = sender.send_request(request).await.unwrap();
                let _body = response.into_body().collect().await.unwrap().to_bytes();
                answers += 1;
            }
            answers
        }
    };
    count(connections, seconds, talk).await;
}

/// Lets bare goose do the same with the settings that cost it least; `rate` is its throttle.
pub async fn bare_goose(address: &str, users: usize, seconds: u64, rate: Option<usize>) {
    async fn root(user: &mut GooseUser) -> TransactionResult {
        if let Ok(response) = user.get("/").await?.response {
            let _body = response.bytes().await;
        }
        Ok(())
    }
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(format!("http://{address}/"));
    configuration.users = Some(users);
    configuration.increase_rate = Some(users.to_string());
    configuration.run_time = Some(format!("{seconds}s"));
    configuration.quiet = 3;
    configuration.no_print_metrics = true;
    configuration.no_error_summary = true;
    configuration.no_transaction_metrics = true;
    configuration.no_scenario_metrics = true;
    configuration.no_status_codes = true;
    configuration.no_reset_metrics = true;
    configuration.no_telnet = true;
    configuration.no_gzip = true;
    configuration.throttle_requests = rate;
    let client = GooseClientBuilder::new().without_cookies().gzip(false);
    let attack = GooseAttack::initialize_with_config(configuration)
        .unwrap()
        .register_scenario(scenario!("bench").register_transaction(transaction!(root)))
        .set_client_builder_without_cookies(client)
        .unwrap();
    let metrics = Box::pin(attack.execute()).await.unwrap();
    for request in metrics.requests.values() {
        let times = &request.raw_data;
        let ms = |share| times.percentile_us(share) as f64 / 1000.0;
        println!("{} {} {}", times.counter, ms(0.95), ms(0.99));
    }
}

/// Is what a tool said: how many answers, and the 95th and 99th percentile in milliseconds.
#[derive(Default, Clone, Copy)]
pub struct Told {
    pub answers: f64,
    pub p95: Option<f64>,
    pub p99: Option<f64>,
}

/// Reads what the clients above print; goose has words of its own before it.
pub fn told(printed: &str) -> Told {
    let last = printed.lines().last().unwrap();
    let mut numbers = last.split_whitespace().map(|number| number.parse().unwrap());
    Told { answers: numbers.next().unwrap(), p95: numbers.next(), p99: numbers.next() }
}

/// Reads what `wrk --latency` prints.
pub fn told_by_wrk(printed: &str) -> Told {
    let line = |part: &str| printed.lines().find(|line| line.contains(part)).unwrap().trim();
    let answers = line(" requests in ").split(' ').next().unwrap().parse().unwrap();
    let p99 = line("99%").trim_start_matches("99%").trim();
    let (number, unit) = p99.split_at(p99.find(|c: char| c.is_alphabetic()).unwrap());
    let factor = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1000.0,
        other => panic!("wrk writes times in {other}"),
    };
    Told { answers, p95: None, p99: Some(number.parse::<f64>().unwrap() * factor) }
}

/// Reads what hey prints.
pub fn told_by_hey(printed: &str) -> Told {
    let mut told = Told::default();
    for line in printed.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("[200]") {
            told.answers = rest
                .trim()
                .split('\t')
                .next()
                .unwrap()
                .trim_end_matches(" responses")
                .parse()
                .unwrap();
        }
        let seconds = |line: &str| line.split(' ').nth(2).unwrap().parse::<f64>().unwrap() * 1000.0;
        if line.starts_with("95%") {
            told.p95 = Some(seconds(line));
        } else if line.starts_with("99%") {
            told.p99 = Some(seconds(line));
        }
    }
    told
}

/// Reads the JSON of oha.
pub fn told_by_oha(printed: &str) -> Told {
    let said: Value = serde_json::from_str(printed).unwrap();
    let ms =
        |which: &str| said["latencyPercentiles"][which].as_f64().map(|seconds| seconds * 1000.0);
    let answers = said["statusCodeDistribution"]["200"].as_f64().unwrap_or(0.0);
    Told { answers, p95: ms("p95"), p99: ms("p99") }
}

/// Gives a command that has one processor of its own.
pub fn pinned(program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", program]);
    command
}
