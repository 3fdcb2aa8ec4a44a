//! What the name of an image gives away.

use crate::model::Protocol;

/// Gives what the services of well-known images speak.
pub(super) fn protocol(image: &str) -> Option<Protocol> {
    let name = name(image);
    let among = |names: &[&str]| names.iter().any(|known| name.contains(known));
    if among(&["postgres", "postgis", "pgvector", "timescaledb"]) {
        Some(Protocol::Postgres)
    } else if among(&["redis", "valkey", "keydb", "dragonfly"]) {
        Some(Protocol::Redis)
    } else if among(&["nginx", "httpd", "caddy", "traefik", "grafana", "prometheus", "minio"]) {
        Some(Protocol::Http)
    } else {
        None
    }
}

/// Gives where well-known images say how they are.
pub(super) fn health(image: &str) -> Option<&'static str> {
    match name(image) {
        "grafana" => Some("/api/health"),
        "minio" => Some("/minio/health/live"),
        "prometheus" => Some("/-/healthy"),
        _ => None,
    }
}

/// Gives the last part of an image's name, without registry, tag and digest: `postgres` of
/// `docker.io/library/postgres:16-alpine`.
fn name(image: &str) -> &str {
    let path = image.split('@').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    last.split(':').next().unwrap_or_default()
}

/// Tells whether `sentinel` is the tag of an image, or a part of it.
pub(super) fn has_in_tag(image: &str, sentinel: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    last.split_once(':').is_some_and(|(_, tag)| tag.contains(sentinel))
}
