//! Secrets planted in every place of a project that a value can stand in: none of them is ever written
//! or said, and what stands beside them is.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::fake::FakeHost;
use crate::project::{Project, Said, said};

const SETTINGS: &str = "\
project: nest
base:
  compose: { files: [compose.yaml], project: nest }
environments:
  local: {}
";

/// Is the secret of which the project knows that it is one, and which stands where nothing gives it away.
const KNOWN: &str = "correct+horse/77";
/// Is the same as it stands in a URL.
const KNOWN_IN_A_URL: &str = "correct%2Bhorse%2F77";
/// Is another one, which only the password of a URL gives away.
const TAUGHT: &str = "battery staple=42";
/// Is the content of a Compose secret.
const MOUNTED: &str = "tr0ub4dor&3";

/// Counts the canaries that are planted, each another one.
struct Nest {
    planted: Vec<String>,
    mark: String,
}

impl Nest {
    fn lay(&mut self) -> String {
        let canary = format!("canary{}{:03}", self.mark, self.planted.len());
        self.planted.push(canary.clone());
        canary
    }

    /// Gives what an engine and Compose say of one service, a secret wherever one may stand.
    #[expect(clippy::too_many_lines, reason = "one table: every place, and the secret in it")]
    fn service(&mut self) -> (Value, Value) {
        let encoded = STANDARD.encode(format!("ada:{KNOWN}"));
        let env = [
            format!("DB_PASSWORD={KNOWN}"),
            format!(
                "DATABASE_URL=postgres://shop:{}@db/shop",
                TAUGHT.replace(' ', "%20").replace('=', "%3D")
            ),
            format!("SOMETHING={}", self.lay()),
            format!("API_TOKEN={}", self.lay()),
            "LOG_LEVEL=info".to_owned(),
        ];
        let command = json!([
            self.lay(),
            "serve",
            "--port",
            "8000",
            "--password",
            self.lay(),
            format!("--token={}", self.lay()),
            format!("--dsn=mysql://root:{}@db:3306/shop", self.lay()),
            format!("--header=Authorization: Bearer {}", self.lay()),
            format!("--json={{\"secret\": \"{}\", \"deep\": 1}}", self.lay()),
            format!("api_key={}", self.lay()),
            format!("--plain={KNOWN}"),
            format!("--url=http://h/?q={}", KNOWN_IN_A_URL),
            format!("--basic={encoded}"),
            format!("--words={TAUGHT}"),
            format!("--mounted={MOUNTED}"),
        ]);
        let check = format!(
            "mysqladmin ping -uroot -p{} && curl -H 'X-Api-Key: {}' -u ada:{} 'http://localhost:8000/health?token={}&deep=1' && PGPASSWORD={} psql",
            self.lay(),
            self.lay(),
            self.lay(),
            self.lay(),
            self.lay(),
        );
        let jobs = [
            "htpasswd -bc /etc/users ada {}",
            "echo {} | docker login --password-stdin registry.example.org",
            "docker login -u ada -p {} registry.example.org",
            "kinit ada <<< {}",
            "lftp -u ada,{} sftp://files",
            "openssl enc -k {} -in a",
            "openssl rsa -in a -passin pass:{}",
            "anything -u ada:{} http://x/",
            "redis-cli -a {} ping",
            "sshpass -p {} ssh ada@files",
            "wget --password={} http://x/",
            "ldapsearch -x -w {}",
            "mongosh -p {}",
            "rabbitmqctl add_user ada {}",
            "mc alias set nest http://minio:9000 ada {}",
            "sh -c 'AWS_SECRET_ACCESS_KEY={} aws s3 ls'",
            "java -Durl='jdbc:mysql://db/nest?user=ada&password={}'",
            "app --storage='AccountName=nest;AccountKey={};EndpointSuffix=x'",
        ];
        let jobs = jobs.map(|job| job.replace("{}", &self.lay())).join(" && ");
        let labels = json!({
            "org.example.owner": "shop team",
            "org.example.jobs": jobs,
            "org.example.note": format!("see {KNOWN}"),
            "org.example.api-token": self.lay(),
            "org.example.hook": format!("https://ada:{}@example.org/hook?key={}", self.lay(), self.lay()),
            "traefik.http.middlewares.auth.basicauth.users": format!("admin:$apr1$H6uskkkW${}", self.lay()),
        });
        let options = json!({
            "splunk-token": self.lay(),
            "splunk-url": "https://splunk.example.org:8088",
            "gelf-address": format!("udp://ada:{}@logs.example.org:12201", self.lay()),
            "tag": KNOWN,
        });
        let tmpfs = format!("size=64m,{KNOWN}");
        let source = format!("/srv/{KNOWN}/data");
        let mut own = labels.clone();
        for (name, value) in [
            ("project", "nest"),
            ("service", "api"),
            ("container-number", "1"),
            ("config-hash", "00"),
            ("version", "2.26.1"),
            ("oneoff", "False"),
        ] {
            own[format!("com.docker.compose.{name}")] = json!(value);
        }
        let inspected = json!({
            "Id": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "Name": "/nest-api-1",
            "Image": "sha256:aa",
            "State": { "Status": "running", "Running": true },
            "Config": {
                "Image": "nest/api:1", "Hostname": KNOWN, "Domainname": KNOWN,
                "Env": env, "Entrypoint": ["/entry", "--secret"], "Cmd": command,
                "User": KNOWN, "WorkingDir": format!("/srv/{KNOWN}"),
                "Healthcheck": { "Test": ["CMD-SHELL", check] },
                "Labels": own,
            },
            "HostConfig": {
                "LogConfig": { "Type": "splunk", "Config": options },
                "Sysctls": { "net.core.somaxconn": "1024", "kernel.domainname": KNOWN },
                "ExtraHosts": [format!("db:{KNOWN}"), "cache:10.0.0.2"],
                "Dns": ["10.0.0.1"], "DnsOptions": [KNOWN], "DnsSearch": [KNOWN],
                "Tmpfs": { "/scratch": tmpfs }, "GroupAdd": [KNOWN],
                "StorageOpt": { "size": KNOWN }, "CgroupParent": KNOWN,
                "Annotations": { "org.example.password": self.lay(), "org.example.note": KNOWN },
                "SecurityOpt": [format!("label=user:{KNOWN}")],
                "PortBindings": { "8000/tcp": [{ "HostIp": "127.0.0.1", "HostPort": "18000" }] },
                "Binds": [format!("{source}:/data")], "NetworkMode": "nest_default",
            },
            "NetworkSettings": {
                "Networks": { "nest_default": { "Aliases": ["api", KNOWN], "DriverOpts": { "password": self.lay() } } },
            },
            "Mounts": [
                { "Type": "bind", "Source": source, "Destination": "/data", "RW": true },
                { "Type": "bind", "Source": "/x", "Destination": "/run/secrets/mounted", "RW": false },
            ],
        });
        let environment: serde_json::Map<String, Value> = env
            .iter()
            .filter_map(|entry| entry.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let written = json!({
            "image": "nest/api:1", "command": command, "entrypoint": ["/entry", "--secret"],
            "environment": environment, "labels": labels, "hostname": KNOWN,
            "healthcheck": { "test": ["CMD-SHELL", check] },
            "build": { "context": "/srv", "args": { "NPM_TOKEN": self.lay(), "VERSION": KNOWN } },
            "logging": { "driver": "splunk", "options": options },
            "annotations": { "org.example.password": "x", "org.example.note": KNOWN },
            "secrets": [{ "source": "mounted" }], "configs": [{ "source": "inline" }],
            "sysctls": { "net.core.somaxconn": "1024", "kernel.domainname": KNOWN },
            "extra_hosts": ["cache=10.0.0.2", format!("db={KNOWN}")],
            "dns": ["10.0.0.1"], "dns_opt": [KNOWN], "dns_search": [KNOWN], "domainname": KNOWN,
            "group_add": [KNOWN], "storage_opt": { "size": KNOWN }, "cgroup_parent": KNOWN,
            "security_opt": [format!("label=user:{KNOWN}")],
            "ports": [{ "mode": "ingress", "host_ip": "127.0.0.1", "target": 8000, "published": "18000", "protocol": "tcp" }],
            "tmpfs": [format!("/scratch:{tmpfs}")],
            "networks": { "default": { "aliases": [KNOWN] } },
            "volumes": [{ "type": "bind", "source": source, "target": "/data" }],
        });
        (inspected, written)
    }
}

/// Plants a project, and gives it with every secret in it.
fn planted(mark: &str) -> (Project, Vec<String>, Value, Vec<Value>) {
    let project = Project::with_settings(SETTINGS);
    project.file("compose.yaml", "services: {}\n");
    let secret = project.file("secrets/mounted", &format!("{MOUNTED}\n"));
    let mut nest = Nest { planted: Vec::new(), mark: mark.to_owned() };
    let (inspected, written) = nest.service();
    let options = format!("addr=10.0.0.9,username=u,password={},rw", nest.lay());
    let model = json!({
        "name": "nest",
        "services": { "api": written },
        "networks": { "default": {
            "name": "nest_default", "driver_opts": { "password": nest.lay(), "mtu": "1400" },
            "labels": { "org.example.note": KNOWN },
        } },
        "volumes": { "share": {
            "name": "nest_share", "driver": "local",
            "driver_opts": { "type": "cifs", "device": format!("//ada:{}@nas/share", nest.lay()), "o": options },
        } },
        "secrets": {
            "mounted": { "name": "nest_mounted", "file": secret },
        },
        "configs": { "inline": { "name": "nest_inline", "content": format!("password = {}\n", nest.lay()) } },
    });
    let mut secrets = nest.planted;
    // Nothing says of an openly named variable's value that it is one; it is never recorded at all.
    secrets.extend([KNOWN, TAUGHT, MOUNTED, "correct%2Bhorse"].map(str::to_owned));
    secrets.push(STANDARD.encode(format!("ada:{KNOWN}")));
    (project, secrets, model, vec![inspected])
}

fn run(project: &Project, host: &FakeHost, arguments: &[&str]) -> Said {
    let mut command = project.command(arguments);
    command.env_clear().envs(host.variables());
    said(&command.output().unwrap())
}

fn read_all(folder: &Path) -> String {
    let Ok(entries) = fs::read_dir(folder) else { return String::new() };
    entries.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
}

fn assert_clean(secrets: &[String], place: &str, text: &str) {
    for secret in secrets {
        assert!(!text.contains(secret.as_str()), "{place} holds {secret}:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_any_place_is_written_or_said() {
    for mark in ["a", "q7"] {
        let (project, secrets, model, containers) = planted(mark);
        let home = tempfile::tempdir().unwrap();
        let host = FakeHost::serve(home.path(), &model, containers);
        let baselines = project.path().join("baselines");
        for (arguments, code) in [
            (&["record", "--in-ci"][..], 0),
            (&["record", "--in-ci", "--format", "json"], 0),
            (&["review", "--format", "json"], 5),
            (&["review"], 5),
            (&["accept", "--all", "--by", "a test"], 0),
            (&["diff"], 0),
            (&["diff", "--format", "json"], 0),
        ] {
            let said = run(&project, &host, arguments);
            assert_eq!(said.code, code, "{arguments:?}: {}{}", said.stdout, said.stderr);
            let place = arguments.join(" ");
            assert_clean(&secrets, &place, &format!("{}{}", said.stdout, said.stderr));
            assert_clean(&secrets, &format!("the baseline after {place}"), &read_all(&baselines));
        }
        let recorded = read_all(&baselines);
        for readable in [
            "shop team",
            "serve",
            "--port",
            "deep",
            "nest/api:1",
            "127.0.0.1:18000",
            "registry.example.org",
            "rabbitmqctl add_user ada",
        ] {
            assert!(recorded.contains(readable), "{readable} is gone:\n{recorded}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_changed_are_no_drift() {
    let (project, _, model, containers) = planted("a");
    let home = tempfile::tempdir().unwrap();
    let host = FakeHost::serve(home.path(), &model, containers);
    assert_eq!(run(&project, &host, &["record", "--in-ci"]).code, 0);
    assert_eq!(run(&project, &host, &["accept", "--all", "--by", "a test"]).code, 0);

    let (_kept, secrets, model, containers) = planted("b");
    let home = tempfile::tempdir().unwrap();
    let host = FakeHost::serve(home.path(), &model, containers);
    let held = run(&project, &host, &["diff"]);
    assert_eq!(held.code, 0, "{}{}", held.stdout, held.stderr);
    assert_clean(&secrets, "diff", &held.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_compose_says_of_a_secret_is_not_repeated() {
    let (project, _, model, containers) = planted("a");
    project.file(".env", "REGISTRY_TOKEN=tok-en-9\n");
    let home = tempfile::tempdir().unwrap();
    let host = FakeHost::serve(home.path(), &model, containers);
    let refusal = "invalid size: 'hunter2x', from redis://:hunter3x@cache and tok-en-9";
    fs::write(home.path().join("refusal"), refusal).unwrap();
    let mut command = project.command(&["record", "--in-ci"]);
    command.env_clear().envs(host.variables()).env("DB_PASSWORD", "hunter2x");
    let refused = said(&command.output().unwrap());
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("invalid size: '***', from redis://:***@cache"),
        "{}",
        refused.stderr
    );
    let secrets = ["hunter2x", "hunter3x", "tok-en-9"].map(str::to_owned);
    assert_clean(&secrets, "the refusal", &refused.stderr);
}
