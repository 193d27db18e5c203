//! A value that is typed without echo, or read from standard input.

use std::io::{IsTerminal, Read};

use hemma_core::{Attended, Command, Hint, Live, Secret, SshOptions};

use crate::{Failure, Run};

/// Restores the terminal however it ends; Ctrl-C reaches it, too.
const ASK: &str = r#"
printf '%s (it is not shown): ' "$1" >&2
trap 'stty echo; echo >&2' EXIT
trap 'exit 130' INT TERM HUP
stty -echo
IFS= read -r value && printf %s "$value"
"#;

/// Asks for a value that may be seen.
const ASK_OPENLY: &str = r#"
printf '%s: ' "$1" >&2
IFS= read -r value && printf %s "$value"
"#;

/// The largest value: a longer one was not meant to be one.
const BYTES_MAX: u64 = 64 << 10;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("no value was given")]
    NoValue,
    #[error("the value has more than {} KiB, which no setting has", BYTES_MAX >> 10)]
    TooLong,
    #[error("the value could not be read")]
    Read(#[source] std::io::Error),
}

/// A value from the operator: asked for by `name` at a terminal, else read from standard input.
/// `hint` says how to give it there.
pub(crate) async fn secret(run: &Run<'_>, name: String, hint: &str) -> Result<Secret, Failure> {
    if run.terminal().somebody() {
        return ask(run, ASK, name).await.map(Secret::new);
    }
    // Reading standard input may block, and must stay interruptible.
    let read = tokio::task::spawn_blocking(read).await.map_err(Failure::unknown)??;
    read.ok_or_else(|| Failure::usage(Error::NoValue).hint(Hint::Do(hint.to_owned())))
}

/// A word from the operator's terminal, which shows it.
pub(crate) async fn word(run: &Run<'_>, name: String) -> Result<String, Failure> {
    ask(run, ASK_OPENLY, name).await
}

async fn ask(run: &Run<'_>, script: &str, name: String) -> Result<String, Failure> {
    run.terminal().forget_what_was_typed();
    let script = Command::script(script, [name]).named("ask for a value");
    let local = Live::new(SshOptions::default());
    let answer = local.attend(&script, Attended::Kept).await?;
    if !answer.success() {
        return Err(Failure::usage(Error::NoValue));
    }
    Ok(answer.stdout)
}

fn read() -> Result<Option<Secret>, Failure> {
    let input = std::io::stdin().lock();
    let mut text = String::new();
    // On a terminal the value would be visible, and no prompt asked for it.
    if !input.is_terminal() {
        let mut input = input.take(BYTES_MAX + 1);
        input.read_to_string(&mut text).map_err(|source| Failure::usage(Error::Read(source)))?;
    }
    if text.len() as u64 > BYTES_MAX {
        return Err(Failure::usage(Error::TooLong));
    }
    // Tools that print a value end it with a line end that is not part of it.
    let value = text.strip_suffix('\n').unwrap_or(&text);
    Ok((!value.is_empty()).then(|| Secret::new(value)))
}
