//! Commands inside a running container, their output streamed.

use bollard::container::LogOutput;
use bollard::exec::{StartExecOptions, StartExecResults};
use bollard::models::ExecConfig;
use futures_util::StreamExt;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy};

use super::docker::bounded;
use super::{Engine, EngineError};

/// Tells how a command inside a container ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecEnd {
    /// Its exit code.
    pub code: i64,
    /// What it wrote to stderr.
    pub stderr: String,
}

impl Engine {
    /// Runs a command in a container as `user`, or as the one that the container has, gives it `input`
    /// where there is some, and streams its stdout to `sink`.
    ///
    /// # Errors
    ///
    /// When the engine refuses or the streams break. A command that fails is no error: see
    /// [`ExecEnd::code`].
    pub async fn exec(
        &self,
        container_id: &str,
        command: &[&str],
        user: Option<&str>,
        input: Option<&mut (dyn AsyncRead + Unpin + Send)>,
        sink: &mut (dyn AsyncWrite + Unpin + Send),
    ) -> Result<ExecEnd, EngineError> {
        let what = || format!("run `{}`", command.first().unwrap_or(&""));
        let broke = |cause: String| EngineError::Refused { what: what(), cause };
        let config = ExecConfig {
            attach_stdin: Some(input.is_some()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            cmd: Some(command.iter().map(ToString::to_string).collect()),
            user: user.map(str::to_owned),
            ..ExecConfig::default()
        };
        let exec =
            bounded("prepare a command", self.docker().create_exec(container_id, config)).await?;
        let start = self.docker().start_exec(&exec.id, None::<StartExecOptions>);
        let StartExecResults::Attached { mut output, input: mut stdin } =
            bounded("start a command", start).await?
        else {
            return Err(broke("it was started without its output".to_owned()));
        };
        let feed = async {
            if let Some(input) = input {
                copy(input, &mut stdin).await?;
            }
            stdin.shutdown().await
        };
        let drain = async {
            let mut stderr = String::new();
            while let Some(part) = output.next().await {
                match part.map_err(|cause| broke(cause.to_string()))? {
                    LogOutput::StdErr { message } => {
                        stderr.push_str(&String::from_utf8_lossy(&message));
                    }
                    LogOutput::StdOut { message } | LogOutput::Console { message } => {
                        let written = sink.write_all(&message).await;
                        written.map_err(|cause| broke(cause.to_string()))?;
                    }
                    LogOutput::StdIn { .. } => {}
                }
            }
            Ok(stderr)
        };
        // A command that ends before it read everything closes its stdin; its exit code tells.
        let (_, stderr) = tokio::join!(feed, drain);
        let stderr = stderr?;
        sink.flush().await.map_err(|cause| broke(cause.to_string()))?;
        let ended =
            bounded("tell how a command ended", self.docker().inspect_exec(&exec.id)).await?;
        let code = ended.exit_code.ok_or_else(|| broke("it has no exit code".to_owned()))?;
        Ok(ExecEnd { code, stderr })
    }
}
