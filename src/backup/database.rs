//! A PostgreSQL database, dumped inside its container and read back.

use std::io::Cursor;
use std::path::Path;

use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncWriteExt, BufReader, sink};

use super::BackupError;
use crate::config::Service;
use crate::engine::{Container, Engine};
use crate::model::Secret;

/// Takes the password from stdin: an argument is seen in the list of processes.
const WITH_PASSWORD: &str = r#"IFS= read -r PGPASSWORD; export PGPASSWORD; exec "$@""#;

/// Dumps a database into `<service>.dump` and reads the whole dump back.
///
/// Most images trust whoever connects from inside the container; the password is for those that do not.
/// The custom format, because a plain dump that was cut off in the middle restores without an error;
/// and `pg_restore` into nothing rather than `--list`, which reads only the head of a dump.
pub(super) async fn dump(
    engine: &Engine,
    container: &Container,
    service: &Service,
    password: Option<&Secret>,
    folder: &Path,
) -> Result<String, BackupError> {
    let name = format!("{}.dump", container.service);
    let (file, partial) = (folder.join(&name), folder.join(format!("{name}.partial")));
    let failed = |cause| BackupError::Io { file: file.display().to_string(), cause };
    let user = format!("--username={}", service.user.as_deref().unwrap_or("postgres"));
    let database = service.database.as_deref().or(service.user.as_deref()).unwrap_or("postgres");

    let mut options = File::options();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut out = options.open(&partial).await.map_err(failed)?;
    let mut command = vec!["pg_dump", "--format=custom", "--no-password", &user, database];
    let mut line = None;
    if let Some(password) = password {
        command.splice(..0, ["sh", "-c", WITH_PASSWORD, "sh"]);
        line = Some(Cursor::new(format!("{}\n", password.reveal()).into_bytes()));
    }
    let input = line.as_mut().map(|line| line as &mut (dyn AsyncRead + Unpin + Send));
    let ended = engine.exec(&container.id, &command, None, input, &mut out).await?;
    succeeded(container, "pg_dump", ended.code, &ended.stderr)?;
    out.flush().await.map_err(failed)?;
    out.sync_all().await.map_err(failed)?;
    if out.metadata().await.map_err(failed)?.len() == 0 {
        return Err(BackupError::Empty(container.service.clone()));
    }

    let mut written = BufReader::new(File::open(&partial).await.map_err(failed)?);
    let command = ["pg_restore", "--file=/dev/null"];
    let ended = engine.exec(&container.id, &command, None, Some(&mut written), &mut sink()).await?;
    succeeded(container, "pg_restore", ended.code, &ended.stderr)?;
    tokio::fs::rename(&partial, &file).await.map_err(failed)?;
    Ok(name)
}

fn succeeded(
    container: &Container,
    program: &'static str,
    code: i64,
    stderr: &str,
) -> Result<(), BackupError> {
    if code == 0 {
        return Ok(());
    }
    let (service, said) = (container.service.clone(), stderr.trim().to_owned());
    Err(BackupError::Database { service, program, code, said })
}
