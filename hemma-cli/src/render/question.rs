//! The operator's answer to a question.

use std::io::{BufRead, IsTerminal};

use rustix::termios::{QueueSelector, tcflush};

/// Drops input that was typed before the question was read.
pub(super) fn forget_what_was_typed() {
    let input = std::io::stdin();
    if input.is_terminal() {
        // If it cannot be dropped, there is no terminal any more, and then no answer either.
        let _ = tcflush(&input, QueueSelector::IFlush);
    }
}

/// A line from the operator; `None` where the input has ended.
pub(super) async fn answer() -> Option<String> {
    // It runs on its own thread: an interruption must not have to wait for the Enter key.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
    });
    read.await.ok()?.ok()?
}
