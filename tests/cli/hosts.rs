//! Hosts on which something is missing: what could not be found out is exit 3, with the remedy.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::project::{Project, said};

#[test]
fn an_engine_that_does_not_answer_is_named_with_the_command_that_starts_it() {
    let project = Project::with_compose();
    for command in ["gate", "diff", "record"] {
        let mut command = project.command(&[command]);
        command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
        let said = said(&command.output().unwrap());
        assert_eq!(said.code, 3, "{}", said.stderr);
        assert!(said.stderr.contains("/nonexistent/docker.sock"), "{}", said.stderr);
        assert!(said.stderr.contains("systemctl start docker"), "{}", said.stderr);
    }
}

#[test]
fn a_docker_command_without_compose_is_answered_with_how_to_get_it() {
    let project = Project::with_compose();
    let docker = project.file(
        "bin/docker",
        "#!/bin/sh\necho \"docker: 'compose' is not a docker command.\" >&2\nexit 1\n",
    );
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    symlink("/bin/sh", project.path().join("bin/sh")).unwrap();
    let mut command = project.command(&["gate"]);
    command.env("PATH", project.path().join("bin")).env("HOME", project.path());
    let said = said(&command.output().unwrap());
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert!(said.stderr.contains("docker compose"), "{}", said.stderr);
    assert!(said.stderr.contains("2.20"), "{}", said.stderr);
}

#[test]
fn a_compose_that_is_too_old_is_refused_by_its_version() {
    let project = Project::with_compose();
    let docker = project.file("bin/docker", "#!/bin/sh\necho '2.19.1'\n");
    fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = project.command(&["gate"]);
    command.env("PATH", format!("{}:/usr/bin:/bin", project.path().join("bin").display()));
    command.env("HOME", project.path());
    let said = said(&command.output().unwrap());
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert!(said.stderr.contains("2.19.1"), "{}", said.stderr);
}

#[test]
fn a_target_of_which_nothing_runs_is_unknown_and_not_failed() {
    let project = Project::with_compose();
    let said = project.run(&["gate"]);
    assert_eq!(said.code, 3, "{}", said.stderr);
    assert!(
        said.stderr.contains("nothing of project `proofmark-test-nobody` is running"),
        "{}",
        said.stderr
    );
    assert!(said.stderr.contains("docker compose"), "{}", said.stderr);
}
