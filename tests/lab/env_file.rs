//! A `.env` that is not one: each verb that would read it says what it is instead, and leaves it
//! alone.

use crate::stage::Stage;

const CHECKOUT: &str = "/home/operator/apps/huleedu";

/// The command that spoils the file, the message, and the next command.
const SPOILT: [(&str, &str, &str); 4] = [
    ("chown root .env", "belongs to root and is not readable", "sudo chown"),
    ("rm .env; mkdir .env", "is a directory", "rmdir"),
    (
        "head -c 10485760 /dev/zero | tr '\\0' a >.env",
        "has 10485760 bytes, too many for a settings file",
        "ls -l",
    ),
    (
        r"printf 'X=\377abc\n' >>.env",
        "is not UTF-8: line 14 holds a byte that is not text",
        "nano +14",
    ),
];

#[tokio::test]
#[ignore = "thorough"]
async fn what_is_no_settings_file_is_refused_by_every_verb_that_would_read_it() {
    let stage = Stage::deployed().await;
    stage.root(&format!("cp -p {CHECKOUT}/.env /root/env.whole")).await;
    for (spoil, says, next) in SPOILT {
        stage.root(&format!("cd {CHECKOUT} && {{ {spoil}; }}")).await;
        let before = stage.traces().await;
        let hint = format!("hint: run `ssh hemma '{next}");
        for verb in
            [&["deploy", "--yes"][..], &["restart", "redis", "--yes"], &["day2", "env-file"]]
        {
            stage.hemma(verb).await.refuses(1, says).says(&hint);
        }
        let set = stage.fed(&["env", "set", "HF_TOKEN", "--yes"], "x\n").await;
        set.refuses(1, says).says(&hint);
        stage.is_as(&before).await;
        stage.root(&format!("rm -rf {CHECKOUT}/.env; cp -p /root/env.whole {CHECKOUT}/.env")).await;
    }
    byte_order_mark_and_carriage_returns(&stage).await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0);
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

/// Compose ignores these bytes when it reads the file, and so does hemma; it keeps them. They are
/// part of a release all the same, so that its file is restored exactly.
async fn byte_order_mark_and_carriage_returns(stage: &Stage) {
    let rewrite = r"{ printf '\357\273\277'; sed 's/$/\r/' /root/env.whole; } >/home/operator/apps/huleedu/.env";
    stage.root(rewrite).await;
    let adopted = stage.hemma(&["deploy", "--yes"]).await;
    adopted.exits(0).says("comments or the order of lines changed").says("\n1 change in ");
    stage
        .hemma(&["day2", "env-file"])
        .await
        .exits(0)
        .says("a byte order mark and carriage returns");
    stage.fed(&["env", "set", "CANARY", "--yes"], "one two\n").await.exits(0);
    let seen =
        stage.operator("head -c 3 .env | od -An -tx1; tail -n 1 .env | od -An -c -w200").await;
    assert_eq!(seen.split_whitespace().take(3).collect::<String>(), "efbbbf");
    assert!(seen.ends_with("'   o   n   e       t   w   o   '  \\r  \\n"), "{seen}");
    stage.root("cp -p /root/env.whole /home/operator/apps/huleedu/.env").await;
}
