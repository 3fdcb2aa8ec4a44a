//! One GET of a health endpoint.

use std::time::{Duration, Instant};

use super::endpoint::{Answer, Prober, Reading};
use crate::engine::Engine;
use crate::protocol::{Http, HttpError, HttpRequest};

/// Asks a health endpoint, and the engine whether the service runs at all where nobody answers.
pub(super) struct HttpProber {
    pub http: Http,
    pub request: HttpRequest,
    /// How long an answer may take.
    pub limit: Duration,
    /// Who knows whether the service runs; without one, its silence is its own failure.
    pub witness: Option<Witness>,
}

/// Is an engine and the containers of the service that it runs.
pub(super) struct Witness {
    pub engine: Engine,
    pub containers: Vec<String>,
}

impl Prober for HttpProber {
    async fn probe(&mut self) -> Reading {
        let began = Instant::now();
        let result = self.http.send(&self.request, self.limit).await;
        let elapsed = began.elapsed();
        let answer = match result {
            Ok(response) => of_status(response.status),
            Err(error) => match not_the_services_own(&error) {
                Some(unknown) => unknown,
                None => match &self.witness {
                    Some(witness) => witness.of_silence(&error).await,
                    None => Answer::Unwell(error.to_string()),
                },
            },
        };
        Reading { answer, elapsed }
    }
}

impl Witness {
    /// Tells a service that fails from one that is not there to fail.
    async fn of_silence(&self, error: &HttpError) -> Answer {
        for id in &self.containers {
            match self.engine.container(id).await {
                Ok(Some(container)) if container.is_running() => {
                    return Answer::Unwell(error.to_string());
                }
                Ok(_) => {}
                Err(unknown) => return Answer::Unknown(format!("{error}; {unknown}")),
            }
        }
        Answer::Unknown(format!("{error}; no container of it runs"))
    }
}

pub(super) fn of_status(status: u16) -> Answer {
    if (200..300).contains(&status) {
        Answer::Well(format!("answered {status}"))
    } else {
        Answer::Unwell(format!("answered {status}"))
    }
}

/// Gives an answer where the probe itself is why there is no response.
pub(super) fn not_the_services_own(error: &HttpError) -> Option<Answer> {
    match error {
        HttpError::Malformed { .. } | HttpError::Unresolved { .. } | HttpError::NoRoute { .. } => {
            Some(Answer::Unknown(error.to_string()))
        }
        HttpError::Refused { .. }
        | HttpError::Broken { .. }
        | HttpError::TimedOut { .. }
        | HttpError::TooManyRedirects { .. }
        | HttpError::TooLarge { .. } => None,
    }
}
