use bollard::models::{
    ContainerConfig, ContainerInspectResponse, HostConfig, MountPoint, NetworkSettings,
    PortBinding, PortMap,
};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::controls::{CONTROLS, Control};
use super::evidence::{self, Seen};
use super::plan::judge;
use super::{header, mounts, ports};
use crate::config::SecurityLevel;
use crate::engine::Container;
use crate::model::{Outcome, Reason, Severity};
use crate::protocol::{HttpError, HttpResponse};

fn confined(host: HostConfig) -> ContainerInspectResponse {
    ContainerInspectResponse { host_config: Some(host), ..Default::default() }
}

fn violated(seen: Option<Seen>) -> bool {
    matches!(seen.expect("the engine said it"), Seen::Violated(_))
}

fn strings(texts: &[&str]) -> Option<Vec<String>> {
    (!texts.is_empty()).then(|| texts.iter().map(|text| (*text).to_owned()).collect())
}

#[test]
fn a_higher_level_asks_no_less_and_forgives_no_more() {
    let weight = |severity: Option<Severity>| match severity {
        None => 0,
        Some(Severity::Info) => 1,
        Some(Severity::Warning) => 2,
        Some(Severity::Critical) => 3,
    };
    let rows = CONTROLS.iter().map(|control| control.levels).chain([header::LEVELS]);
    for [basic, full, maximum] in rows {
        assert!(weight(basic) <= weight(full) && weight(full) <= weight(maximum));
        assert!(maximum.is_some());
    }
}

#[test]
fn every_control_has_a_name_of_its_own() {
    let mut names: Vec<String> = CONTROLS.iter().map(Control::name).collect();
    names.push(header::NAME.to_owned());
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn what_the_engine_does_not_say_is_never_a_pass() {
    let silent = ContainerInspectResponse::default();
    for control in CONTROLS {
        assert_eq!((control.test)(&silent), None, "{}", control.name());
    }
}

#[test]
fn root_is_root_however_it_is_written() {
    let user = |user: &str| {
        let config = ContainerConfig { user: Some(user.into()), ..Default::default() };
        violated(evidence::user(&ContainerInspectResponse {
            config: Some(config),
            ..Default::default()
        }))
    };
    for root in ["", "0", "0:0", "00", "root", "root:root", "0:1000", ":1000"] {
        assert!(user(root), "{root}");
    }
    for other in ["1000", "10001:0", "nobody", "rooty", "10"] {
        assert!(!user(other), "{other}");
    }
}

#[test]
fn no_new_privileges_that_is_switched_off_is_a_violation() {
    let options = |options: &[&str]| {
        let host = HostConfig { security_opt: strings(options), ..Default::default() };
        violated(evidence::no_new_privileges(&confined(host)))
    };
    assert!(options(&["no-new-privileges:false"]) && options(&["no-new-privileges=false"]));
    assert!(options(&[]) && options(&["no-new-privileges-of-mine"]));
    assert!(options(&["no-new-privileges:true", "no-new-privileges:false"]));
    assert!(!options(&["no-new-privileges"]) && !options(&["no-new-privileges:true"]));
    assert!(!options(&["label=disable", "no-new-privileges=true"]));
}

#[test]
fn seccomp_is_off_only_where_it_says_so() {
    let options = |options: &[&str]| {
        let host = HostConfig { security_opt: strings(options), ..Default::default() };
        violated(evidence::seccomp(&confined(host)))
    };
    assert!(options(&["seccomp=unconfined"]) && options(&["seccomp:unconfined"]));
    assert!(!options(&[]) && !options(&["seccomp={}"]));
}

#[test]
fn a_limit_of_null_zero_or_minus_one_is_no_limit() {
    let pids = |pids_limit| {
        let host = HostConfig { pids_limit, ..Default::default() };
        violated(evidence::pids_limit(&confined(host)))
    };
    assert!(pids(None) && pids(Some(0)) && pids(Some(-1)));
    assert!(!pids(Some(64)));
    assert!(violated(evidence::memory_limit(&confined(HostConfig::default()))));
    let quota = HostConfig { nano_cpus: Some(0), cpu_quota: Some(50_000), ..Default::default() };
    assert!(!violated(evidence::cpu_limit(&confined(quota))));
    let unlimited = HostConfig { nano_cpus: Some(0), cpu_quota: Some(-1), ..Default::default() };
    assert!(violated(evidence::cpu_limit(&confined(unlimited))));
}

#[test]
fn a_capability_is_the_same_with_and_without_its_prefix() {
    let added = |capability: &str| {
        confined(HostConfig { cap_add: strings(&[capability]), ..Default::default() })
    };
    for name in ["SYS_ADMIN", "CAP_SYS_ADMIN", "cap_sys_admin", "ALL"] {
        assert!(violated(evidence::takeover_capabilities(&added(name))), "{name}");
    }
    assert!(violated(evidence::dangerous_capabilities(&added("CAP_NET_ADMIN"))));
    assert!(!violated(evidence::dangerous_capabilities(&added("NET_BIND_SERVICE"))));
    let dropped = |names: &[&str]| {
        let host = HostConfig { cap_drop: strings(names), ..Default::default() };
        violated(evidence::dropped_capabilities(&confined(host)))
    };
    assert!(!dropped(&["all"]) && !dropped(&["CAP_ALL"]));
    assert!(dropped(&[]) && dropped(&["NET_RAW"]));
}

#[test]
fn host_namespaces_are_violations_and_privileges_are_too() {
    let host = HostConfig {
        network_mode: Some("host".into()),
        pid_mode: Some("host".into()),
        privileged: Some(true),
        readonly_rootfs: Some(false),
        ..Default::default()
    };
    let container = confined(host);
    let tests = [
        evidence::network_mode,
        evidence::pid_mode,
        evidence::privileged,
        evidence::read_only_root,
    ];
    assert!(tests.into_iter().all(|test| violated(test(&container))));
}

/// Mounts one host path, writable or not, into a container of a project in `/home/dev/shop`.
fn mounting(source: &str, rw: bool) -> ContainerInspectResponse {
    let mount = MountPoint {
        typ: Some("bind".into()),
        source: Some(source.into()),
        rw: Some(rw),
        ..Default::default()
    };
    let folder = ("com.docker.compose.project.working_dir".into(), "/home/dev/shop".into());
    let config = ContainerConfig { labels: Some([folder].into()), ..Default::default() };
    ContainerInspectResponse {
        mounts: Some(vec![mount]),
        config: Some(config),
        ..Default::default()
    }
}

#[test]
fn a_parent_of_the_control_socket_reaches_it_as_the_socket_does() {
    let reaches = |source: &str| violated(mounts::control_socket(&mounting(source, false)));
    let sockets = ["/var/run/docker.sock", "/run/docker.sock", "/home/dev/shop/docker.sock"];
    let parents = ["/run", "/var/run/", "/run/containerd", "/", "/srv/../run", "/var"];
    for source in sockets.into_iter().chain(parents) {
        assert!(reaches(source), "{source}");
    }
    assert!(!reaches("/run/secrets") && !reaches("/srv/docker.socket"));
}

#[test]
fn a_sensitive_path_counts_by_whether_it_can_be_written() {
    let write = |source, rw| violated(mounts::sensitive_to_write(&mounting(source, rw)));
    let read = |source, rw| violated(mounts::sensitive_to_read(&mounting(source, rw)));
    for source in ["/etc", "/etc/ssl", "/", "/home/dev/.ssh", "/home/dev", "/usr/../proc"] {
        assert!(write(source, true) && !read(source, true), "{source}");
        assert!(read(source, false) && !write(source, false), "{source}");
    }
    assert!(!write("/srv/data", true) && !write("/etcetera", true));
}

#[test]
fn the_projects_own_folder_is_not_the_hosts_but_a_whole_home_is() {
    let own = |source: &str, folder: &str| {
        let mut container = mounting(source, true);
        let labels = container.config.as_mut().unwrap().labels.as_mut().unwrap();
        labels.insert("com.docker.compose.project.working_dir".into(), folder.into());
        !violated(mounts::sensitive_to_write(&container))
    };
    assert!(own("/home/dev/shop/secrets/key", "/home/dev/shop"));
    for home in ["/home/dev", "/root"] {
        assert!(!own(&format!("{home}/.ssh"), home), "{home}");
    }
    assert!(!own("/etc/ssl", "/"));
}

#[test]
fn a_named_volume_is_no_host_path() {
    let mut container = mounting("/var/lib/docker/volumes/data/_data", true);
    container.mounts.as_mut().unwrap()[0].typ = Some("volume".into());
    assert!(!violated(mounts::sensitive_to_write(&container)));
}

fn publishing(asked: Option<&str>, bound: Option<&str>) -> ContainerInspectResponse {
    let map = |address: Option<&str>| -> Option<PortMap> {
        let binding =
            PortBinding { host_ip: Some(address?.into()), host_port: Some("8000".into()) };
        Some([("8000/tcp".to_owned(), Some(vec![binding]))].into())
    };
    ContainerInspectResponse {
        host_config: Some(HostConfig { port_bindings: map(asked), ..Default::default() }),
        network_settings: Some(NetworkSettings { ports: map(bound), ..Default::default() }),
        ..Default::default()
    }
}

#[test]
fn a_wildcard_of_either_family_is_every_interface_asked_for_or_bound() {
    for address in ["", "0.0.0.0", "::", "[::]", "::ffff:0.0.0.0"] {
        assert!(violated(ports::on_every_interface(&publishing(Some(address), None))), "{address}");
        assert!(violated(ports::on_every_interface(&publishing(None, Some(address)))), "{address}");
    }
    for address in ["127.0.0.1", "::1", "[::1]", "10.0.0.5"] {
        let container = publishing(Some(address), Some(address));
        assert!(!violated(ports::on_every_interface(&container)), "{address}");
    }
    assert!(!violated(ports::on_every_interface(&publishing(None, None))));
}

#[test]
fn a_port_that_was_asked_for_and_is_bound_in_both_families_is_listed_once() {
    let mut container = publishing(Some(""), Some("0.0.0.0"));
    let ports = container.network_settings.as_mut().unwrap().ports.as_mut().unwrap();
    let six = PortBinding { host_ip: Some("::".into()), host_port: Some("8000".into()) };
    ports.get_mut("8000/tcp").unwrap().as_mut().unwrap().push(six);
    ports.insert("9000/udp".to_owned(), Some(vec![PortBinding::default()]));
    let shown = "8000/tcp at the host's port 8000, 9000/udp";
    assert_eq!(ports::on_every_interface(&container), Some(Seen::Violated(shown.to_owned())));
}

fn container(number: u32, host: Option<HostConfig>) -> Container {
    let label = |key: &str, value: String| (format!("com.docker.compose.{key}"), value);
    let labels =
        [label("service", "api".into()), label("container-number", number.to_string())].into();
    Container::read(ContainerInspectResponse {
        id: Some(number.to_string()),
        config: Some(ContainerConfig { labels: Some(labels), ..Default::default() }),
        host_config: host,
        ..Default::default()
    })
    .unwrap()
}

fn replica(number: u32, privileged: bool) -> Container {
    container(number, Some(HostConfig { privileged: Some(privileged), ..Default::default() }))
}

#[test]
fn one_violating_replica_is_enough_and_is_named_with_the_remedy() {
    let control = &CONTROLS[0];
    let replicas = [replica(1, false), replica(2, true)];
    let finding = judge(control, &replicas);
    assert_eq!((finding.outcome, finding.reason), (Outcome::Fail, Some(Reason::Violation)));
    assert_eq!(finding.evidence.actual.as_deref(), Some("api-2: true"));
    assert_eq!(finding.message, format!("api-2: true; {}", control.remedy));
    assert_eq!(judge(control, &replicas[..1]).outcome, Outcome::Pass);
}

#[test]
fn one_replica_that_cannot_be_told_is_no_pass() {
    let replicas = [replica(1, false), container(2, None)];
    let finding = judge(&CONTROLS[0], &replicas);
    assert_eq!(finding.reason, Some(Reason::NotObserved));
    assert_eq!(judge(&CONTROLS[0], &[]).outcome, Outcome::Inconclusive);
}

#[test]
fn basic_asks_for_nothing_but_what_hands_over_the_host() {
    let asked = |level| CONTROLS.iter().filter(|control| control.severity(level).is_some()).count();
    let basic: Vec<&str> = CONTROLS
        .iter()
        .filter(|control| control.severity(SecurityLevel::Basic) == Some(Severity::Critical))
        .map(|control| control.id)
        .collect();
    assert_eq!(basic, ["CT-01", "CT-02", "CT-04", "CT-13", "CT-18"]);
    assert!(asked(SecurityLevel::Basic) < asked(SecurityLevel::Full));
    assert_eq!(asked(SecurityLevel::Maximum), CONTROLS.len());
}

#[test]
fn only_nosniff_keeps_browsers_from_guessing() {
    let answer = |value: Option<&'static str>| {
        let name = HeaderName::from_static("x-content-type-options");
        let headers: HeaderMap =
            value.map(|value| (name, HeaderValue::from_static(value))).into_iter().collect();
        let elapsed = std::time::Duration::ZERO;
        header::judge(&Ok(HttpResponse {
            status: 200,
            url: String::new(),
            headers,
            body: Vec::new(),
            elapsed,
        }))
        .outcome
    };
    assert_eq!(answer(Some("NoSniff")), Outcome::Pass);
    assert_eq!(answer(Some("sniff")), Outcome::Fail);
    assert_eq!(answer(None), Outcome::Fail);
    let refused = Err(HttpError::Refused { url: "http://api".into() });
    assert_eq!(header::judge(&refused).outcome, Outcome::Inconclusive);
}
