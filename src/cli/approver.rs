//! Who answers for what is accepted.

use std::process::Command;

use super::args::ApproverArgs;
use super::context::Context;
use super::error::CommandError;

/// Gives the approver: who was named, else whom git knows here, else the user of this process.
///
/// # Errors
///
/// When there is none of them, because an approval has to name somebody.
pub(super) fn approver(context: &Context, args: &ApproverArgs) -> Result<String, CommandError> {
    let user = || context.variables.get("USER").cloned().filter(|name| !name.is_empty());
    let named = args.by.clone().or_else(|| of_git(context)).or_else(user);
    named.or_else(|| answer(context, "id", &["-un"])).ok_or(CommandError::Nobody)
}

fn of_git(context: &Context) -> Option<String> {
    let setting = |key: &str| answer(context, "git", &["config", "--get", key]);
    match (setting("user.name"), setting("user.email")) {
        (Some(name), Some(email)) => Some(format!("{name} <{email}>")),
        (name, email) => name.or(email),
    }
}

/// Gives the line with which a program answers, where it is there and has one.
fn answer(context: &Context, program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&context.folder).env_clear().envs(&context.variables);
    let output = command.output().ok().filter(|output| output.status.success())?;
    let line = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!line.is_empty()).then_some(line)
}
