//! Changing the `.env`: one value without showing it, or the whole file in an editor.

use std::path::Path;

use crate::hemma::Ran;
use crate::stage::Stage;

const SET: [&str; 4] = ["env", "set", "SMTP_TOKEN", "--yes"];
const EDIT: [&str; 3] = ["day2", "env-file", "--edit"];
const SECRET: &str = "s3cr3t $HOME 'quoted'";

/// Prints the file, its mode, and the newest kept copy.
const FILE: &str = r#"
cat .env
stat -c %a:%U .env
kept=$(ls -t ~/.local/state/hemma/huleedu/env/* 2>/dev/null | head -n 1)
[ -z "$kept" ] || { echo "kept $(stat -c %a "$kept")"; sha256sum <"$kept"; }"#;

#[tokio::test]
async fn a_value_is_set_unseen_and_the_file_before_it_kept() {
    let stage = Stage::deployed().await;
    let whole = stage.operator("cat .env").await;
    let digest = stage.operator("sha256sum <.env").await;
    stage.operator("chmod 644 .env").await;

    for (input, exit, says) in [
        (String::new(), 2, "no value was given"),
        ("x".repeat(70_000), 2, "the value has more than 64 KiB"),
    ] {
        stage.fed(&SET, &input).await.refuses(exit, says);
    }
    stage.fed(&SET[..3], SECRET).await.refuses(2, "confirmation is required");
    stage.fed(&["env", "set", "SMTP TOKEN", "--yes"], SECRET).await.refuses(2, "SMTP TOKEN");

    let set = stage.fed(&SET, format!("{SECRET}\n")).await;
    unseen(set.exits(0).says("set  SMTP_TOKEN  in ~/apps/huleedu/.env"));
    let line = "SMTP_TOKEN=\"s3cr3t \\$HOME 'quoted'\"";
    let seen = stage.operator(FILE).await;
    assert_eq!(seen, format!("{whole}\n{line}\n600:operator\nkept 600\n{digest}"));
    // Compose reads back what was given.
    let compose = "printf 'services: {x: {image: x}}' | sudo -n docker compose -p x \
                   --env-file .env -f - config --environment | grep ^SMTP_TOKEN";
    assert_eq!(stage.operator(compose).await, format!("SMTP_TOKEN={SECRET}"));

    // Setting it again changes nothing, and needs no consent.
    let before = stage.traces().await;
    let again = stage.fed(&SET[..3], SECRET).await;
    unseen(again.exits(0));
    assert!(!again.stdout.contains("~ set"), "{again}");
    stage.is_as(&before).await;

    typed_without_echo(&stage).await;
    keys_beside_an_example(&stage).await;
    stage.fed(&["env", "set", "SMTP_TOKEN", "--yes"], "\n").await.refuses(2, "no value was given");
    stage.operator("sed -i /^SMTP_TOKEN=/d .env").await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
}

async fn typed_without_echo(stage: &Stage) {
    let (running, terminal) = stage.seated(&SET[..3], "false");
    running.has_said("value of SMTP_TOKEN (it is not shown): ").await;
    // Input before `stty` takes effect would be shown, as in every program that asks so.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    terminal.types("s3cr3t-typed");
    running.has_said("Go ahead? [y/N] ").await;
    terminal.types("y");
    unseen(running.end().await.exits(0));
    stage.is_quiet().await;
    assert_eq!(stage.operator("grep ^SMTP_TOKEN .env").await, "SMTP_TOKEN=s3cr3t-typed");
}

async fn keys_beside_an_example(stage: &Stage) {
    stage.write("example", "JWT_SECRET_KEY=s3cr3t\nNEW_KEY=s3cr3t\n");
    let diff = stage.hemma(&["env", "diff", "example"]).await;
    unseen(diff.exits(1).says("- NEW_KEY\n").says("+ SMTP_TOKEN\n"));
    assert!(!diff.stdout.contains(" JWT_SECRET_KEY"), "{diff}");
    stage.hemma(&["env", "diff", "no-such-file"]).await.refuses(2, "could not be read");
}

#[track_caller]
fn unseen(ran: &Ran) {
    assert!(!ran.stdout.contains("s3cr3t") && !ran.stderr.contains("s3cr3t"), "{ran}");
}

#[tokio::test]
async fn the_file_is_edited_in_the_operators_own_editor() {
    let stage = Stage::deployed().await;
    let whole = stage.operator("cat .env").await;
    let digest = stage.operator("sha256sum <.env").await;
    stage
        .hemma(&[EDIT[0], EDIT[1], EDIT[2], "--yes"])
        .await
        .refuses(2, "an editor needs a terminal");

    let untouched = stage.traces().await;
    let broken = edited(&stage, "exit 3", &[]).await;
    broken.refuses(1, "the editor ended with exit code 3; nothing was changed");
    let malformed = edited(&stage, "echo \"A='s3cr3t\" >>\"$1\"", &["Edit it again?", "n"]).await;
    unseen(malformed.refuses(1, "the edited file is not a valid .env; nothing was changed"));
    edited(&stage, "true", &[]).await.exits(0);
    edited(&stage, "echo SMTP_TOKEN=s3cr3t >>\"$1\"", &["Go ahead?", "n"]).await.exits(4);
    stage.is_as(&untouched).await;
    assert_eq!(copies(stage.here()), [""; 0], "a private copy was left");

    // Private while it is open, and removed afterwards.
    let write = "stat -c %a \"$1\" \"${1%/*}\" >seen; echo SMTP_TOKEN=s3cr3t-edited >>\"$1\"";
    let done = edited(&stage, write, &["Go ahead?", "y"]).await;
    unseen(done.exits(0).says("add  SMTP_TOKEN  it is new"));
    let modes = std::fs::read_to_string(stage.here().join("seen")).expect("the editor wrote it");
    assert_eq!(modes, "600\n700\n");
    assert_eq!(copies(stage.here()), [""; 0], "a private copy was left");
    let seen = stage.operator(FILE).await;
    let line = "SMTP_TOKEN=s3cr3t-edited";
    assert_eq!(seen, format!("{whole}\n{line}\n600:operator\nkept 600\n{digest}"));

    somebody_else_was_faster(&stage).await;
    stage.operator("sed -i /^SMTP_TOKEN=/d .env").await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
}

async fn somebody_else_was_faster(stage: &Stage) {
    let theirs = "printf 'SMTP_TOKEN=theirs\\n' >>.env";
    let ours = "echo >open; while [ ! -e close ]; do sleep 0.05; done; echo SMTP_TOKEN=s3cr3t-ours >>\"$1\"";
    let (running, terminal) = stage.seated(&EDIT, &editor(stage, ours));
    crate::stage::until("the editor is open", async || {
        if stage.here().join("open").exists() { String::new() } else { "no file".to_owned() }
    })
    .await;
    stage.operator(theirs).await;
    let before = stage.traces().await;
    stage.write("close", "");
    running.has_said("Go ahead?").await;
    terminal.types("y");
    let refused = running.end().await;
    unseen(refused.refuses(1, "has changed meanwhile; nothing was written"));
    stage.is_quiet().await;
    stage.is_as(&before).await;
    // The typed text is kept.
    refused.says("your text is kept in ");
    let kept = copies(stage.here());
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(kept[0].ends_with("SMTP_TOKEN=s3cr3t-ours\n"), "{kept:?}");
}

/// A run in which `script` edits, and each of the answers is typed after its question.
async fn edited(stage: &Stage, script: &str, answers: &[&str]) -> Ran {
    let (running, terminal) = stage.seated(&EDIT, &editor(stage, script));
    for answer in answers.chunks(2) {
        running.has_said(answer[0]).await;
        terminal.types(answer[1]);
    }
    let ran = running.end().await;
    stage.is_quiet().await;
    ran
}

/// An editor of more than one word, as some are.
fn editor(stage: &Stage, script: &str) -> String {
    let file = stage.write("editor", &format!("{script}\n"));
    format!("sh -eu {}", file.display())
}

/// The content of private copies.
fn copies(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).expect("it is there").flatten();
    let own = entries.filter(|it| it.file_name().to_string_lossy().starts_with("hemma-"));
    own.map(|it| std::fs::read_to_string(it.path().join("hemma.env")).unwrap_or_default()).collect()
}
