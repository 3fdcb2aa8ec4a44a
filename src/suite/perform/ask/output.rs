//! What a command in a container printed, up to a size.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

/// Keeps what is written to it; what is past its size breaks the stream.
pub(super) struct Output {
    bytes: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl Output {
    pub(super) const fn of(most: usize) -> Self {
        Self { bytes: Vec::new(), most, is_full: false }
    }

    /// Whether more was written than fits.
    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// Gives it as text; what is not UTF-8 is replaced.
    pub(super) fn into_text(self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.bytes.len() + bytes.len() > self.most {
            self.is_full = true;
            return Poll::Ready(Err(io::ErrorKind::FileTooLarge.into()));
        }
        self.bytes.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[tokio::test]
    async fn what_fits_is_kept_and_more_breaks_the_stream() {
        let mut output = Output::of(4);
        output.write_all("größe".as_bytes()).await.unwrap_err();
        assert!(output.is_full());
        let mut output = Output::of(4);
        output.write_all(b"four").await.unwrap();
        assert_eq!((output.is_full(), output.into_text().as_str()), (false, "four"));
    }
}
