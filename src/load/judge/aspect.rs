//! What is judged of a load, one check each.

use crate::engine::{Container, Target};
use crate::suite::{LoadCase, Offer, Steps};

/// Names what one check of a load case judges.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::load) enum Aspect {
    /// How long responses took.
    ResponseTime(Of),
    /// How many correct responses there were each second.
    Throughput(Of),
    /// How many requests went without one.
    Errors(Of),
    /// Up to which of these rates everything is kept to.
    Capacity(Steps),
    /// Mean CPU of a service.
    Cpu(String),
    /// The most memory of a service.
    Memory(String),
    /// Whether a service stayed as it was: neither restarted nor ended for want of memory.
    Restarts(String),
}

/// Names the requests that are judged together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::load) enum Of {
    /// Every request of the case.
    All,
    /// The request of this name.
    Request(String),
}

impl Of {
    /// Whether the request of this name is among them.
    pub fn is(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Request(request) => request == name,
        }
    }
}

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::Request(name) => write!(f, " of {name}"),
        }
    }
}

impl std::fmt::Display for Aspect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ResponseTime(of) => write!(f, "response time{of}"),
            Self::Throughput(of) => write!(f, "throughput{of}"),
            Self::Errors(of) => write!(f, "errors{of}"),
            Self::Capacity(_) => f.write_str("capacity"),
            Self::Cpu(service) => write!(f, "cpu of {service}"),
            Self::Memory(service) => write!(f, "memory of {service}"),
            Self::Restarts(service) => write!(f, "restarts of {service}"),
        }
    }
}

impl Aspect {
    /// Whether it is the one with which the whole record is shown.
    pub const fn shows_all(&self) -> bool {
        matches!(self, Self::ResponseTime(Of::All) | Self::Capacity(_))
    }

    /// Gives what is judged of a case: the thresholds, its limits of single requests, and every service that is seen
    /// to run.
    pub fn all(case: &LoadCase, watched: Option<&Target>) -> Vec<Self> {
        let mut aspects = match case.offer {
            // Its target is driven beyond what it holds on purpose, so that nothing else of it can be kept to.
            Offer::Stress { steps, .. } => return vec![Self::Capacity(steps)],
            Offer::Users { .. } | Offer::Arrivals { .. } => {
                vec![Self::ResponseTime(Of::All), Self::Throughput(Of::All), Self::Errors(Of::All)]
            }
        };
        for limits in &case.limits_of {
            let of = || Of::Request(limits.request.clone());
            let limits = &limits.limits;
            if !limits.times.is_empty() || limits.samples.is_some() {
                aspects.push(Self::ResponseTime(of()));
            }
            aspects.extend(limits.throughput.map(|_| Self::Throughput(of())));
            aspects.extend(limits.errors.map(|_| Self::Errors(of())));
        }
        for (service, replicas) in watched.iter().flat_map(|target| &target.containers) {
            if replicas.iter().any(Container::is_running) {
                aspects.push(Self::Cpu(service.clone()));
                if replicas.iter().any(|container| container.memory_limit().is_some()) {
                    aspects.push(Self::Memory(service.clone()));
                }
                aspects.push(Self::Restarts(service.clone()));
            }
        }
        aspects
    }
}
