//! The operator's answer to a question.

use std::io::{BufRead, IsTerminal};
use std::time::Duration;

use rustix::termios::{QueueSelector, tcflush};

use super::{Terminal, plain};

/// The time between the closing of a terminal and its signal.
const HANGUP: Duration = Duration::from_secs(1);

impl Terminal {
    /// Drops input that was typed before the question.
    pub(crate) fn forget_what_was_typed(&self) {
        self.idle();
        forget_what_was_typed();
    }

    /// Asks, and accepts only a yes.
    pub(crate) async fn agrees(&self, question: &str) -> bool {
        let answer = self.asks(&format!("{question} [y/N]")).await;
        answer.is_some_and(|it| matches!(it.to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks, and accepts only this word.
    pub(crate) async fn types(&self, question: &str, word: &str) -> bool {
        let answer = self.asks(&format!("{question} Type `{word}` to confirm:")).await;
        answer.is_some_and(|it| it == word)
    }

    /// Asks for a value; `None` where the input has ended. Input from before the question does not
    /// count as an answer.
    pub(crate) async fn asks(&self, question: &str) -> Option<String> {
        self.forget_what_was_typed();
        self.err(&format!("{} ", self.beside().wrapped(&plain(question), 2)));
        let Some(answer) = answer().await else {
            // Ctrl-D leaves the cursor behind the question.
            self.err("\n");
            if self.0.err.deserted() {
                // The terminal was closed, and its signal is on its way.
                tokio::time::sleep(HANGUP).await;
            }
            return None;
        };
        Some(answer.trim().to_owned())
    }
}

/// Drops input that was typed before the question was read.
fn forget_what_was_typed() {
    let input = std::io::stdin();
    if input.is_terminal() {
        // If it cannot be dropped, there is no terminal any more, and then no answer either.
        let _ = tcflush(&input, QueueSelector::IFlush);
    }
}

/// A line from the operator; `None` where the input has ended.
async fn answer() -> Option<String> {
    // It runs on its own thread: an interruption must not have to wait for the Enter key.
    let read = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|length| (length > 0).then_some(line))
    });
    read.await.ok()?.ok()?
}
