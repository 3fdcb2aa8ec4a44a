//! The address at which Prometheus reads what loads show while they run.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::CONTENT_TYPE;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use prometheus_client::encoding::prometheus_text;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::error::CommandError;
use super::output::eprint;
use crate::report::Exposition;
use crate::runner::Event;

/// Is an address to listen at: on this host alone unless another one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MetricsAddress(SocketAddr);

impl FromStr for MetricsAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let port = text.strip_prefix(':').unwrap_or(text).parse::<u16>();
        let address = port.map(|port| SocketAddr::new(loopback, port)).or_else(|_| text.parse());
        address
            .map(Self)
            .map_err(|_| "write a port, or an address with one: 9464, 127.0.0.1:9464".to_owned())
    }
}

/// Listens while a run lasts.
#[derive(Debug)]
pub(super) struct Metrics {
    exposition: Arc<Mutex<Exposition>>,
    server: JoinHandle<()>,
}

impl Metrics {
    /// Begins to listen, before anything is asked of a target.
    ///
    /// # Errors
    ///
    /// When the address is taken or is none of this host.
    pub async fn listen(at: MetricsAddress) -> Result<Self, CommandError> {
        let refused = |cause| CommandError::Metrics { address: at.0, cause };
        let listener = TcpListener::bind(at.0).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        eprint(&format!("metrics at http://{address}/metrics"));
        let exposition = Arc::<Mutex<Exposition>>::default();
        let server = tokio::spawn(serve(listener, Arc::clone(&exposition)));
        Ok(Self { exposition, server })
    }

    /// Takes in what the runner tells.
    pub fn observe(&self, event: &Event<'_>) {
        if let Event::Measured(_, moment) = event {
            self.exposition.lock().unwrap_or_else(PoisonError::into_inner).observe(moment);
        }
    }
}

impl Drop for Metrics {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn serve(listener: TcpListener, exposition: Arc<Mutex<Exposition>>) {
    // Each connection ends with this task.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // Whoever hung up before being heard is no reason to stop.
                let Ok((stream, _)) = accepted else { continue };
                let exposition = Arc::clone(&exposition);
                connections.spawn(async move {
                    let answer = |request: Request<Incoming>| {
                        let answer = answer(&request, &exposition);
                        async move { Ok::<_, Infallible>(answer) }
                    };
                    let served = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(answer));
                    // A scrape that breaks off is the scraper's own.
                    let _broken_off = served.await;
                });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

fn answer(request: &Request<Incoming>, exposition: &Mutex<Exposition>) -> Response<Full<Bytes>> {
    let (status, kind, text) = match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => {
            let text = exposition.lock().unwrap_or_else(PoisonError::into_inner).text();
            (StatusCode::OK, prometheus_text::CONTENT_TYPE, text)
        }
        (&Method::GET, _) => {
            (StatusCode::NOT_FOUND, "text/plain", "metrics are at /metrics\n".to_owned())
        }
        _ => (StatusCode::METHOD_NOT_ALLOWED, "text/plain", "metrics are only read\n".to_owned()),
    };
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, kind)
        .body(Full::new(Bytes::from(text)))
        .expect("the status and the header are constants")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Check, Kind, LoadMoment, LoadSecond};

    #[test]
    fn a_port_alone_is_one_of_this_host() {
        let of = |text: &str| text.parse::<MetricsAddress>().map(|address| address.0.to_string());
        assert_eq!(of("9464").unwrap(), "127.0.0.1:9464");
        assert_eq!(of(":9464").unwrap(), "127.0.0.1:9464");
        assert_eq!(of("0.0.0.0:9464").unwrap(), "0.0.0.0:9464");
        assert!(of("host:9464").is_err() && of("70000").is_err());
    }

    #[tokio::test]
    async fn a_scrape_reads_what_the_load_shows_until_the_run_is_over() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let metrics = Metrics::listen(MetricsAddress(free)).await.unwrap();
        let moment = LoadMoment {
            case: "shoppers".to_owned(),
            second: LoadSecond { sent: 7, ..LoadSecond::default() },
            ..LoadMoment::default()
        };
        let check = Check::new(Kind::Load, "shop", "shoppers: errors");
        metrics.observe(&Event::Measured(&check, &moment));
        let scraped = reqwest::get(format!("http://{free}/metrics")).await.unwrap();
        assert_eq!(scraped.headers()["content-type"], prometheus_text::CONTENT_TYPE);
        let text = scraped.text().await.unwrap();
        assert!(text.contains("proofmark_load_sent_total{case=\"shoppers\"} 7\n"), "{text}");
        let other = reqwest::get(format!("http://{free}/")).await.unwrap();
        assert_eq!(other.status().as_u16(), 404);
        let taken = Metrics::listen(MetricsAddress(free)).await.unwrap_err();
        assert!(taken.to_string().contains("--metrics"), "{taken}");
        drop(metrics);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert!(reqwest::get(format!("http://{free}/metrics")).await.is_err());
    }
}
