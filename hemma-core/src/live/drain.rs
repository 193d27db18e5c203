//! Reads a process's output to its end, line by line, with a bound on what is kept.

use tokio::io::{AsyncRead, AsyncReadExt};

use crate::Progress;

/// The maximum output that is kept. The rest is read and dropped, so that the process is not
/// blocked.
const KEPT_BYTES_MAX: usize = 16 << 20;

/// A longer line is reported in pieces.
const LINE_BYTES_MAX: usize = 8 << 10;

pub(super) async fn drain(
    mut from: impl AsyncRead + Unpin,
    progress: &Progress,
) -> std::io::Result<String> {
    let mut kept = Vec::new();
    let mut line = Vec::new();
    let mut chunk = vec![0; 16 << 10];
    loop {
        let count = from.read(&mut chunk).await?;
        if count == 0 {
            break;
        }
        let fresh = &chunk[..count];
        let room = KEPT_BYTES_MAX.saturating_sub(kept.len()).min(count);
        kept.extend_from_slice(&fresh[..room]);
        tell_lines(&mut line, fresh, progress);
    }
    if !line.is_empty() {
        progress.line(String::from_utf8_lossy(&line).trim_end());
    }
    Ok(String::from_utf8_lossy(&kept).into_owned())
}

/// Reports complete lines. A carriage return ends a line too: progress bars rewrite theirs.
fn tell_lines(line: &mut Vec<u8>, fresh: &[u8], progress: &Progress) {
    for &byte in fresh {
        let ends = byte == b'\n' || byte == b'\r';
        if !ends {
            line.push(byte);
        }
        if (ends && !line.is_empty()) || line.len() >= LINE_BYTES_MAX {
            progress.line(String::from_utf8_lossy(line).trim_end());
            line.clear();
        }
    }
}
