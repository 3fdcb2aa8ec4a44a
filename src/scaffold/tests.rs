//! What is guessed of services, and what is written down of it.

use std::path::Path;

use serde_json::{Value, json};

use super::{Guess, Project, Spoken, drafts, guess};
use crate::engine::{ComposeModel, Container};
use crate::model::Protocol;

fn guessed(services: &Value) -> Vec<Guess> {
    guessed_beside(services, &Value::Null, Path::new("/nowhere"), None)
}

fn guessed_beside(
    services: &Value,
    secrets: &Value,
    folder: &Path,
    container: Option<&Container>,
) -> Vec<Guess> {
    let project = json!({ "name": "shop", "services": services, "secrets": secrets });
    let model = ComposeModel::read(&project.to_string()).unwrap();
    let profiles = ["full".to_owned()];
    guess(&model, folder, &profiles, |service| {
        container.filter(|container| container.service == service)
    })
}

fn port(target: u16) -> Value {
    json!([{ "target": target, "published": target.to_string(), "protocol": "tcp" }])
}

fn spoken(service: &Value) -> Option<Spoken> {
    guessed(&json!({ "it": service })).remove(0).speaks
}

fn container(inspect: &Value) -> Container {
    let mut whole = json!({
        "Id": "a",
        "Config": { "Labels": { "com.docker.compose.service": "it" } },
        "State": { "Status": "running", "Running": true },
    });
    for (key, value) in inspect.as_object().unwrap() {
        for (inner, value) in value.as_object().unwrap() {
            whole[key][inner] = value.clone();
        }
    }
    Container::read(serde_json::from_value(whole).unwrap()).unwrap()
}

#[test]
fn the_health_path_is_the_one_that_the_health_check_asks() {
    for (test, path) in [
        (json!(["CMD", "curl", "-f", "http://localhost:8000/health"]), "/health"),
        (
            json!(["CMD-SHELL", "wget -qO- http://127.0.0.1:8000/api/ready?deep=1 || exit 1"]),
            "/api/ready",
        ),
        (json!(["CMD-SHELL", "curl --fail 'http://0.0.0.0:8000' | grep ok"]), "/"),
    ] {
        let service = json!({ "ports": port(8000), "healthcheck": { "test": test } });
        assert_eq!(spoken(&service).unwrap().health.as_deref(), Some(path));
    }
}

#[test]
fn a_check_of_a_port_that_is_not_published_gives_no_path() {
    let test = json!(["CMD", "curl", "http://localhost:9000/health"]);
    let service = json!({ "ports": port(8000), "healthcheck": { "test": test } });
    assert_eq!(spoken(&service).unwrap().health, None);
}

#[test]
fn what_publishes_nothing_or_speaks_something_unknown_is_not_talked_to() {
    assert_eq!(spoken(&json!({ "image": "shop/worker:1" })), None);
    assert_eq!(spoken(&json!({ "image": "rabbitmq:3", "ports": port(5672) })), None);
    assert_eq!(spoken(&json!({ "image": "postgres:16" })), None);
}

#[test]
fn a_database_is_talked_to_only_with_a_password_that_a_file_holds() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("secrets")).unwrap();
    std::fs::write(home.path().join("secrets/db"), "hunter2").unwrap();
    let secrets =
        json!({ "db_pw": { "file": "./secrets/db" }, "gone": { "file": "./secrets/gone" } });
    let of = |environment: Value| {
        let db = json!({ "image": "postgis/postgis:16-3.4", "ports": port(5432), "environment": environment });
        guessed_beside(&json!({ "db": db }), &secrets, home.path(), None).remove(0)
    };
    let db = of(
        json!({ "POSTGRES_USER": "shop", "POSTGRES_DB": "orders", "POSTGRES_PASSWORD_FILE": "/run/secrets/db_pw" }),
    );
    let spoken = db.speaks.unwrap();
    assert_eq!((spoken.protocol, spoken.port), (Protocol::Postgres, 5432));
    assert_eq!(spoken.user.as_deref(), Some("shop"));
    assert_eq!(spoken.database.as_deref(), Some("orders"));
    assert_eq!(spoken.password_file.as_deref(), Some("./secrets/db"));
    for environment in [
        json!({ "POSTGRES_PASSWORD": "hunter2" }),
        json!({ "POSTGRES_PASSWORD_FILE": "/run/secrets/gone" }),
    ] {
        let db = of(environment);
        assert_eq!(db.speaks, None);
        assert!(db.left_out.unwrap().contains("password"));
    }
    assert!(of(json!({ "POSTGRES_HOST_AUTH_METHOD": "trust" })).speaks.is_some());
}

#[test]
fn a_redis_that_asks_for_a_password_is_left_out() {
    let open = json!({ "image": "valkey/valkey:8", "ports": port(6379) });
    assert_eq!(spoken(&open).unwrap().protocol, Protocol::Redis);
    let command = json!(["redis-server", "--requirepass", "x"]);
    assert_eq!(
        spoken(&json!({ "image": "redis:7", "ports": port(6379), "command": command })),
        None
    );
}

#[test]
fn jobs_that_end_and_services_of_a_profile_that_is_off_are_not_expected_to_run() {
    let waits = json!({ "migrate": { "condition": "service_completed_successfully" } });
    let services = json!({
        "api": { "depends_on": waits },
        "migrate": {},
        "debug": { "profiles": ["debug"] },
        "trace": { "profiles": ["debug", "full"] },
        "off": { "scale": 0 },
    });
    let guesses = guessed(&services);
    let stays: Vec<(&str, bool)> =
        guesses.iter().map(|it| (it.service.as_str(), it.stays)).collect();
    assert_eq!(stays, [("api", true), ("migrate", false), ("trace", true)]);
}

#[test]
fn what_a_container_shows_counts_where_the_files_are_silent() {
    let of = |inspect: Value| {
        let container = container(&inspect);
        let services = json!({ "it": { "image": "shop/db:1", "ports": port(5432) } });
        guessed_beside(&services, &Value::Null, Path::new("/nowhere"), Some(&container)).remove(0)
    };
    let env = json!(["POSTGRES_HOST_AUTH_METHOD=trust", "POSTGRES_USER=shop"]);
    let db =
        of(json!({ "Config": { "Env": env }, "State": { "Health": { "Status": "healthy" } } }));
    assert_eq!(db.speaks.unwrap().user.as_deref(), Some("shop"));
    assert!(db.is_watched && db.is_steady && db.stays);
    assert!(!of(json!({ "State": { "Status": "exited", "Running": false } })).stays);
}

#[test]
fn the_first_settings_and_suites_say_what_was_guessed() {
    let health = json!({ "test": ["CMD", "curl", "http://localhost:8000/health"] });
    let guesses = guessed(&json!({
        "api": { "image": "shop/api:1", "ports": port(8000), "healthcheck": health },
        "cache": { "image": "redis:7", "ports": port(6379) },
        "db": { "image": "postgres:16", "ports": port(5432) },
        "on": { "image": "nginx:1", "ports": port(80) },
        "worker": { "image": "shop/worker:1" },
    }));
    let project = Project {
        name: "shop".to_owned(),
        environment: "local".to_owned(),
        files: vec!["compose.yaml".to_owned(), "a: b.yaml".to_owned()],
        env_files: Vec::new(),
        release_variable: Some("SHOP_RELEASE".to_owned()),
    };
    let written = drafts(&project, &guesses);
    let texts: Vec<String> = written
        .iter()
        .map(|draft| format!("# {}\n{}", draft.path.unwrap_or("proofmark.yaml"), draft.text))
        .collect();
    insta::assert_snapshot!(texts.join("\n"));
}
