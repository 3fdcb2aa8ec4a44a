//! Facts of containers as engines report them.

use std::collections::BTreeMap;
use std::path::Path;

use bollard::models::{ContainerConfig, ContainerInspectResponse, HostConfig};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::baseline::body::Body;
use crate::baseline::capture::{Around, Asked, Shown, of_container, project_of_files};
use crate::baseline::mask::Lessons;
use crate::engine::Container;
use crate::model::{FactClass, Mask, Snapshot};

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn inspected() -> Value {
    json!({
        "Id": ID,
        "Name": "/shop-api-1",
        "Created": "2026-11-23T17:00:00Z",
        "Image": "sha256:aa",
        "Config": {
            "Hostname": "0123456789ab",
            "Image": "shop/api:1.0.0",
            "User": "10001:10001",
            "Env": ["PORT=8000", "DB_PASSWORD=planted", "PATH=/usr/bin"],
            "Entrypoint": ["python3", "-m"],
            "Cmd": ["api"],
            "WorkingDir": "",
            "ExposedPorts": { "8000/tcp": {}, "9000/tcp": {} },
            "StopTimeout": 5,
            "Healthcheck": {
                "Test": ["CMD", "curl", "http://127.0.0.1:8000/health"],
                "Interval": 2_000_000_000_i64,
                "Timeout": 0,
            },
            "Labels": {
                "com.docker.compose.project": "shop",
                "com.docker.compose.config-hash": "1234",
                "org.example.owner": "shop team",
                "org.example.from-the-image": "x",
            },
        },
        "HostConfig": {
            "Memory": 201_326_592, "NanoCpus": 1_000_000_000, "PidsLimit": 64,
            "MemorySwap": 402_653_184, "CpuQuota": 0, "ShmSize": 67_108_864,
            "Privileged": false, "ReadonlyRootfs": true, "Init": true,
            "CapDrop": ["CAP_NET_RAW", "all"], "CapAdd": null,
            "SecurityOpt": ["no-new-privileges:true"],
            "IpcMode": "private", "PidMode": "", "NetworkMode": "shop_back",
            "RestartPolicy": { "Name": "on-failure", "MaximumRetryCount": 3 },
            "Tmpfs": { "/tmp": "" },
            "PortBindings": { "8000/tcp": [{ "HostIp": "", "HostPort": "18200" }] },
        },
        "NetworkSettings": {
            "Networks": {
                "shop_back": {
                    "Aliases": ["shop-api-1", "api", "0123456789ab"],
                    "IPAddress": "172.18.0.3", "MacAddress": "02:42:ac:12:00:03",
                },
            },
        },
        "Mounts": [
            { "Type": "volume", "Name": "shop_files", "Source": "/var/lib/docker/volumes/x",
              "Destination": "/files", "RW": true },
            { "Type": "volume", "Name": ID, "Destination": "/scratch", "RW": true },
            { "Type": "bind", "Source": "/home/ada/shop/config", "Destination": "/etc/shop",
              "RW": false },
            { "Type": "bind", "Source": "/home/ada/shop/secrets/db",
              "Destination": "/run/secrets/db_password", "RW": false },
        ],
    })
}

fn model() -> Value {
    json!({
        "name": "shop",
        "services": {
            "worker": {},
            "api": {
                "labels": { "org.example.owner": "shop team" },
                "secrets": [{ "source": "db_password", "target": "/run/secrets/db_password" }],
                "depends_on": {
                    "db": { "condition": "service_healthy", "required": true },
                    "cache": { "condition": "service_started", "required": true },
                },
            },
        },
        "networks": { "back": { "name": "shop_back", "ipam": {} } },
        "volumes": { "files": { "name": "shop_files" } },
        "secrets": { "db_password": { "name": "shop_db_password", "file": "./secrets/db" } },
    })
}

/// Gives what is recorded of the service `api`.
fn recorded(container: Value, model: &Value) -> Body {
    let mut container: ContainerInspectResponse = serde_json::from_value(container).unwrap();
    let labels = container.config.as_mut().unwrap().labels.get_or_insert_default();
    labels.insert("com.docker.compose.service".to_owned(), "api".to_owned());
    let known = Container::read(container.clone()).unwrap();
    let mask = Lessons::of(model, [&known].into_iter()).mask();
    let around = Around {
        project: model,
        folder: Path::new("/home/ada/shop"),
        home: None,
        mask: &mask,
        safe: &[],
        services: &BTreeMap::from([(ID.to_owned(), "db".to_owned())]),
    };
    let asked = Asked::new("api", &around);
    let empty = (ContainerConfig::default(), HostConfig::default());
    let shown = Shown {
        asked: &asked,
        container: &container,
        config: container.config.as_ref().unwrap_or(&empty.0),
        host: container.host_config.as_ref().unwrap_or(&empty.1),
        template: Some("shop/api:${release}"),
    };
    let facts = of_container(&shown);
    Body { snapshot: Snapshot { name: "api".to_owned(), facts }, ..Body::default() }
}

#[test]
fn a_service_is_recorded_without_anything_that_differs_between_two_starts() {
    insta::assert_snapshot!(recorded(inspected(), &model()).render(), @r#"
    service: api
    portable:
      command: [api]
      depends_on.cache: service_started
      depends_on.db: service_healthy
      entrypoint: [python3, -m]
      environment.DB_PASSWORD: set
      environment.PATH: set
      environment.PORT: set
      healthcheck.interval: 2s
      healthcheck.probes: http://127.0.0.1:8000/health
      healthcheck.retries: 3
      healthcheck.start_period: 0s
      healthcheck.test: [CMD, curl, http://127.0.0.1:8000/health]
      healthcheck.timeout: 30s
      image: shop/api:${release}
      init: true
      labels.org.example.owner: shop team
      limits.cpus: "1"
      limits.memory: 192MiB
      limits.pids: 64
      mounts./etc/shop: bind read-only
      mounts./files: volume files writable
      mounts./scratch: volume anonymous writable
      mounts./tmp: tmpfs
      networks.back.aliases: [api]
      ports.8000/tcp: published
      ports.8000/tcp.interface: all
      ports.9000/tcp: exposed
      restart: on-failure:3
      secrets.db_password: /run/secrets/db_password
      secrets.db_password.from: file
      security.cap_add: []
      security.cap_drop: [ALL, NET_RAW]
      security.privileged: false
      security.read_only: true
      security.security_opt: [no-new-privileges]
      stop.grace_period: 5s
      user: 10001:10001
      working_dir: /
    local:
      mounts./etc/shop.source: ./config
      ports.8000/tcp.host: 0.0.0.0:18200
    "#);
}

#[test]
fn the_project_is_recorded_under_the_names_of_its_files() {
    let project = json!({
        "name": "shop",
        "services": { "worker": {}, "api": {} },
        "networks": { "back": { "internal": true }, "edge": { "external": true } },
        "volumes": { "files": { "driver": "nfs" } },
    });
    let facts = project_of_files(&project, &Mask::default());
    let snapshot = Snapshot { name: Snapshot::PROJECT.to_owned(), facts };
    insta::assert_snapshot!(Body { snapshot, ..Body::default() }.render(), @r"
    service: _project
    portable:
      networks.back.driver: bridge
      networks.back.internal: true
      networks.edge.external: true
      services: [api, worker]
      volumes.files.driver: nfs
    ");
}

#[test]
fn what_one_engine_leaves_out_and_another_fills_in_is_the_same_fact() {
    let change = |pointer: &str, value: Value| {
        let mut container = inspected();
        *container.pointer_mut(pointer).unwrap() = value;
        recorded(container, &model())
    };
    let plain = recorded(inspected(), &model());
    assert_eq!(change("/Config/Healthcheck/Timeout", json!(30_000_000_000_i64)), plain);
    assert_eq!(change("/Config/WorkingDir", json!("/")), plain);
    assert_eq!(change("/HostConfig/IpcMode", json!("shareable")), plain);
    assert_eq!(change("/HostConfig/CapDrop", json!(["ALL", "NET_RAW"])), plain);
    assert_eq!(change("/HostConfig/SecurityOpt", json!(["no-new-privileges"])), plain);
    assert_eq!(change("/HostConfig/CapAdd", json!([])), plain);
    assert_eq!(change("/NetworkSettings/Networks/shop_back/IPAddress", json!("10.0.0.9")), plain);
    assert_eq!(change("/Config/Labels/com.docker.compose.config-hash", json!("99")), plain);

    let mut by_quota = inspected();
    by_quota["HostConfig"]["NanoCpus"] = json!(0);
    by_quota["HostConfig"]["CpuQuota"] = json!(100_000);
    assert_eq!(recorded(by_quota, &model()), plain);
}

#[test]
fn what_takes_a_wall_down_is_another_fact() {
    let changed = |pointer: &str, value: Value| {
        let mut container = inspected();
        *container.pointer_mut(pointer).unwrap() = value;
        let (before, after) = (recorded(inspected(), &model()), recorded(container, &model()));
        let facts = after.snapshot.facts.into_iter();
        let differing = facts.filter(|(path, fact)| before.snapshot.facts.get(path) != Some(fact));
        differing.map(|(path, fact)| format!("{path}: {}", fact.value)).collect::<Vec<_>>()
    };
    assert_eq!(changed("/HostConfig/Privileged", json!(true)), ["security.privileged: true"]);
    assert_eq!(
        changed("/HostConfig/SecurityOpt", json!(["no-new-privileges", "label=disable"])),
        [r#"security.security_opt: ["label=disable","no-new-privileges"]"#]
    );
    assert_eq!(changed("/HostConfig/PidMode", json!("host")), [r#"security.pid_mode: "host""#]);
    assert_eq!(
        changed("/HostConfig/NetworkMode", json!(format!("container:{ID}"))),
        [r#"security.network_mode: "service:db""#]
    );
    assert_eq!(
        changed("/HostConfig/CapAdd", json!(["CAP_SYS_ADMIN"])),
        [r#"security.cap_add: ["SYS_ADMIN"]"#]
    );
    assert_eq!(changed("/HostConfig/SecurityOpt", json!(null)), ["security.security_opt: []"]);
    assert_eq!(
        changed("/HostConfig/Memory", json!(201_326_593)),
        [r#"limits.memory: "201326593B""#, r#"limits.memory_swap: "384MiB""#]
    );
}

#[test]
fn a_health_check_that_was_switched_off_is_recorded_as_that() {
    let mut container = inspected();
    container["Config"]["Healthcheck"]["Test"] = json!(["NONE"]);
    let facts = recorded(container, &model()).snapshot.facts;
    let of_check: Vec<&String> =
        facts.keys().filter(|path| path.starts_with("healthcheck.")).collect();
    assert_eq!(of_check, ["healthcheck.disabled"]);
}

#[test]
fn host_facts_are_local_and_the_rest_is_portable() {
    let facts = recorded(inspected(), &model()).snapshot.facts;
    let local = facts.iter().filter(|(_, fact)| fact.class == FactClass::Local);
    let local: Vec<&str> = local.map(|(path, _)| path.as_str()).collect();
    assert_eq!(local, ["mounts./etc/shop.source", "ports.8000/tcp.host"]);
}

/// Puts `secret` where people put secrets, the `way`th of them.
fn planted(secret: &str, way: usize) -> (Value, Value) {
    let (mut container, mut model) = (inspected(), model());
    let config = &mut container["Config"];
    match way {
        0 => config["Env"] = json!([format!("API_TOKEN={secret}"), format!("PLAIN={secret}")]),
        1 => config["Cmd"] = json!([format!("--password={secret}"), "--verbose"]),
        2 => config["Cmd"] = json!(["--token", secret, "--verbose"]),
        3 => {
            config["Entrypoint"] = json!(["app", "--api-key"]);
            config["Cmd"] = json!([secret]);
        }
        4 => config["Cmd"] = json!([format!("--url=postgres://shop:{secret}@db/shop")]),
        5 => {
            let line = format!("curl -H 'Authorization: Bearer {secret}' http://127.0.0.1/");
            config["Healthcheck"]["Test"] = json!(["CMD-SHELL", line]);
        }
        6 => {
            let line = format!("PGPASSWORD={secret} psql -c 'select 1' || exit 1");
            config["Healthcheck"]["Test"] = json!(["CMD-SHELL", line]);
        }
        7 => config["Healthcheck"]["Test"] = json!(["CMD", "redis-cli", "-a", secret, "ping"]),
        8 => {
            config["Labels"]["org.example.api-token"] = json!(secret);
            model["services"]["api"]["labels"]["org.example.api-token"] = json!(secret);
        }
        9 => {
            let url = format!("https://ada:{secret}@example.org/");
            config["Labels"]["org.example.owner"] = json!(url);
        }
        _ => {
            config["Env"] = json!([format!("DB_PASSWORD={secret}")]);
            config["Cmd"] = json!(["serve", secret]);
            config["Labels"]["org.example.owner"] = json!(format!("see {secret}"));
        }
    }
    (container, model)
}

proptest! {
    #[test]
    fn no_planted_secret_is_ever_recorded(
        secret in "[A-Za-z0-9]{2}[A-Za-z0-9_.!$%+=,-]{6,20}[A-Za-z0-9]{2}", way in 0_usize..11,
    ) {
        let (container, model) = planted(&secret, way);
        let text = recorded(container, &model).render();
        prop_assert!(!text.contains(&secret), "{text}");
    }
}
