//! Streams of a command are byte for byte its own.

use hemma_core::{Command, ExecError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::host::{Login, close, host};

const GREETING: &str = "echo hello; echo hello >&2; printf 'no end'\n";

#[tokio::test]
async fn a_conversation_begins_with_the_commands_own_words() {
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", GREETING);
    let live = login.live();
    let mut duplex = live.duplex(&host(), &Command::new("cat")).await.expect("it starts");
    // One byte is given back before the next is sent: nothing of it is held.
    for byte in [0x1e, b'x', 0, 0xff, b'\n'] {
        duplex.write_all(&[byte]).await.expect("it reads");
        if byte != 0x1e {
            let mut seen = [0; 1];
            duplex.read_exact(&mut seen).await.expect("it is sent back");
            if seen == [0x1e] {
                duplex.read_exact(&mut seen).await.expect("it is sent back");
            }
            assert_eq!(seen, [byte]);
        }
    }
    duplex.shutdown().await.expect("it is open");
    let mut rest = Vec::new();
    duplex.read_to_end(&mut rest).await.expect("it ends");
    assert!(rest.is_empty(), "{rest:?}");
    assert!(duplex.stderr().lock().expect("not poisoned").is_empty());
    assert!(duplex.end().not_begun().await.is_none());
    close(&live).await;
}

#[tokio::test]
async fn a_conversation_that_did_not_begin_says_why() {
    let Some(login) = Login::with("/bin/bash") else { return };
    login.file(".bashrc", "echo closed today; exit 4\n");
    let live = login.live();
    match live.duplex(&host(), &Command::new("cat")).await {
        Ok(mut duplex) => {
            let mut all = Vec::new();
            duplex.read_to_end(&mut all).await.expect("it ends");
            assert!(all.is_empty(), "{all:?}");
            let error = duplex.end().not_begun().await.expect("it did not begin");
            assert!(error.to_string().contains("closed today"), "{error}");
        }
        Err(error) => assert!(matches!(error, ExecError::LoginShell { .. }), "{error}"),
    }
    close(&live).await;
}

#[tokio::test]
async fn a_stream_is_the_commands_own_to_the_last_byte() {
    let more = "ForceCommand sh -c \"$SSH_ORIGINAL_COMMAND\"; echo bye";
    for more in ["", more] {
        let Some(login) = Login::with_sshd("/bin/bash", more) else { return };
        login.file(".bashrc", GREETING);
        let live = login.live();
        let count = "3000000";
        let script = "head -c $1 /dev/zero; printf '\\036hemma:'; printf end >&2; exit 9";
        let mut all = Vec::new();
        let command = Command::script(script, [count]);
        let taken = |piece: &[u8]| {
            all.extend_from_slice(piece);
            Ok(())
        };
        let output = live.stream(&host(), &command, taken).await.expect("it is taken");
        assert_eq!((output.exit, output.stderr.as_str()), (9, "end"));
        assert_eq!(all.len(), 3_000_007);
        assert!(all.ends_with(b"\0\x1ehemma:"));
        close(&live).await;
    }
}
