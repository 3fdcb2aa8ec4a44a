//! PostgreSQL, dumped and read back by the tools in its own container, which fit its version.

use std::path::Path;

use tokio::io::{AsyncRead, sink};

use super::BackupError;
use super::files;
use crate::config::Service;
use crate::engine::{Container, Engine};
use crate::model::Secret;

/// Reads the password from stdin, since an argument is seen in the list of processes.
const WITH_PASSWORD: &str = r#"IFS= read -r PGPASSWORD; export PGPASSWORD; exec "$@""#;

/// Is a database that runs.
pub(super) struct Database<'t> {
    pub engine: &'t Engine,
    pub container: &'t Container,
    pub service: &'t Service,
    pub password: Option<&'t Secret>,
}

impl Database<'_> {
    /// Streams a dump to `file`, and has it read back to its end before it gets that name.
    ///
    /// Listing a dump (`pg_restore --list`) proves nothing: the list stands at its head, and one cut
    /// in half is listed without complaint.
    pub async fn dump(&self, file: &Path) -> Result<(), BackupError> {
        let partial = files::partial(file);
        self.write(&partial).await?;
        self.read_back(&partial).await?;
        files::settle(file)
    }

    async fn write(&self, file: &Path) -> Result<(), BackupError> {
        let user = self.service.user.as_deref().unwrap_or("postgres");
        let name = self.service.database.as_deref().unwrap_or(user);
        let user = format!("--username={user}");
        let name = format!("--dbname={name}");
        let mut command = Vec::new();
        let mut password = None;
        if let Some(secret) = self.password {
            command.extend(["sh", "-c", WITH_PASSWORD, "sh"]);
            password = Some(std::io::Cursor::new(format!("{}\n", secret.reveal()).into_bytes()));
        }
        command.extend(["pg_dump", "--format=custom", "--no-password", &user, &name]);
        let input = password.as_mut().map(|bytes| bytes as &mut (dyn AsyncRead + Unpin + Send));
        let mut output = tokio::fs::File::from_std(files::create(file)?);
        let ended = self.engine.exec(&self.container.id, &command, input, &mut output).await?;
        if ended.code == 0 {
            return Ok(());
        }
        let (service, cause) = (self.container.service.clone(), ended.stderr.trim().to_owned());
        Err(BackupError::Dump { service, code: ended.code, cause })
    }

    async fn read_back(&self, file: &Path) -> Result<(), BackupError> {
        let opened = tokio::fs::File::open(file).await;
        let mut input = opened.map_err(BackupError::file("read", file))?;
        let command = ["pg_restore", "--file=/dev/null"];
        let (id, input) = (&self.container.id, Some(&mut input as _));
        let ended = self.engine.exec(id, &command, input, &mut sink()).await?;
        if ended.code == 0 {
            return Ok(());
        }
        let (service, cause) = (self.container.service.clone(), ended.stderr.trim().to_owned());
        Err(BackupError::Unreadable { service, code: ended.code, cause })
    }
}
