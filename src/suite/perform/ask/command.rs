//! Commands: in a container of a service, or on this host.

use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout};

use super::output::Output;
use crate::engine::Container;
use crate::model::{Reason, TemplateError, show_duration};
use crate::protocol::{Ended, Printed, Program};
use crate::suite::command::{CommandAction, Where};
use crate::suite::draft::fill_template;
use crate::suite::expectation::Subject;
use crate::suite::perform::failure::Failure;
use crate::suite::perform::ground::Stack;
use crate::suite::perform::received::{Parts, Received};
use crate::suite::perform::session::Session;
use crate::suite::perform::trace;

/// The most that is read of each of a command's outputs, in bytes.
const LARGEST_OUTPUT: usize = 16 << 20;

/// Tells how a command ended, wherever it ran.
struct End {
    code: i64,
    stdout: String,
    stderr: String,
}

pub(super) async fn ask(
    action: &CommandAction,
    limit: Duration,
    session: &Session,
    sent: &mut String,
) -> Result<Received, Failure> {
    let words = action.words.iter().map(|word| fill_template(word, session));
    let words: Vec<String> = words.collect::<Result<_, TemplateError>>()?;
    let stdin = action.stdin.as_ref().map(|text| fill_template(text, session)).transpose()?;
    *sent = words.join(" ");
    if let Some(stdin) = &stdin {
        sent.push_str("\n\n");
        sent.push_str(&trace::cut(stdin));
    }
    let stdin = stdin.unwrap_or_default();
    let began = Instant::now();
    let end = match &action.place {
        Where::Container { service, user } => {
            let user = user.as_ref().map(|user| fill_template(user, session)).transpose()?;
            exec(session, service, &words, user.as_deref(), &stdin, limit).await?
        }
        Where::Host { variables } => {
            let filled = variables
                .iter()
                .map(|(name, value)| Ok((name.clone(), fill_template(value, session)?)));
            run(session, words, filled.collect::<Result<_, Failure>>()?, &stdin, limit).await?
        }
    };
    let shown = trace::command(end.code, &end.stdout, &end.stderr);
    let mut parts = Parts::default().after(began.elapsed());
    if let Ok(json) = serde_json::from_str(&end.stdout) {
        parts = parts.with_json(json);
    }
    let parts = parts
        .with(Subject::Exit, end.code)
        .with(Subject::Stdout, without_last_ends(end.stdout))
        .with(Subject::Stderr, without_last_ends(end.stderr));
    Ok(Received::one(parts, shown))
}

/// Takes off the line ends that nearly every program closes its output with, as a shell does.
fn without_last_ends(mut text: String) -> String {
    text.truncate(text.trim_end_matches(['\r', '\n']).len());
    text
}

/// Runs a command in the throw-away container of the case, or in the first that runs of a service.
async fn exec(
    session: &Session,
    service: &str,
    words: &[String],
    user: Option<&str>,
    stdin: &str,
    limit: Duration,
) -> Result<End, Failure> {
    let stack = session.ground.stack(&format!("a command in {service}"));
    let Stack { engine, project, .. } =
        stack.map_err(|unseen| Failure::unknown(Reason::NotObserved, unseen))?;
    let id = if let Some(containers) = &session.throw_away {
        containers.get(service).cloned().ok_or_else(|| {
            let message = format!("{service} does not stand among what the suite started");
            Failure::unknown(Reason::Unreachable, message)
        })?
    } else {
        let of_service = |container: &Container| container.service == service;
        let containers = engine.containers(project).await?;
        let found = containers.into_iter().find(|it| of_service(it) && it.is_running());
        let none = || {
            let message = format!("no container of {service} runs");
            Failure::unknown(Reason::Unreachable, message)
        };
        found.ok_or_else(none)?.id
    };
    let command: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut input = stdin.as_bytes();
    let input = (!stdin.is_empty()).then_some(&mut input as _);
    let mut stdout = Output::of(LARGEST_OUTPUT);
    let ended = timeout(limit, engine.exec(&id, &command, user, input, &mut stdout)).await;
    let program = command[0];
    let Ok(ended) = ended else {
        let limit = show_duration(limit);
        let message =
            format!("{program} did not end within {limit}; it may still run in the container");
        return Err(Failure::fail(Reason::TimedOut, message));
    };
    if stdout.is_full() {
        return Err(too_much(program));
    }
    let ended = ended?;
    Ok(End { code: ended.code, stdout: stdout.into_text(), stderr: ended.stderr })
}

/// Runs a program in the project's folder, with `PATH`, `HOME` and what the step gives it.
async fn run(
    session: &Session,
    words: Vec<String>,
    variables: Vec<(String, String)>,
    stdin: &str,
    limit: Duration,
) -> Result<End, Failure> {
    let ground = &session.ground;
    let mut all = ground.usual_variables();
    all.extend(variables);
    let name = words[0].clone();
    let program =
        Program { words, folder: ground.root.clone(), variables: all, most: LARGEST_OUTPUT };
    let ended = program.run_on(stdin.as_bytes(), sleep(limit)).await?;
    if ended.was_stopped {
        let message = format!("{name} did not end within {} and was stopped", show_duration(limit));
        return Err(Failure::fail(Reason::TimedOut, message));
    }
    let code = ended.code();
    let Ended { stdout, stderr, .. } = ended;
    if [&stdout, &stderr].into_iter().any(|printed: &Printed| printed.left_out > 0) {
        return Err(too_much(&name));
    }
    Ok(End { code, stdout: stdout.text(), stderr: stderr.text() })
}

fn too_much(program: &str) -> Failure {
    let most = LARGEST_OUTPUT >> 20;
    Failure::unknown(Reason::NoData, format!("{program} printed more than {most} MiB"))
}
