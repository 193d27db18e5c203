//! A process that is killed, in earnest: what lies in the cache then is whole, and is not asked for
//! again.

use std::process::Stdio;
use std::time::Duration;

use hemma_embed::cache::{Cache, Key};
use hemma_embed::{Client, Options};

use crate::offload::{DIM, matrix, model, options, sound};
use crate::runs::texts;
use crate::server::Server;

const TEXTS: usize = 10_000;

/// A run over all texts, with its cache in the directory it is started in. The test below starts it
/// as a process, with the server's address in `address`.
#[tokio::test]
#[ignore = "it is a part of the other test"]
async fn victim() {
    let url = std::fs::read_to_string("address").expect("it was written").parse().expect("a URL");
    let client = Client::new(url, Options { cache: Some(Cache::at("cache")), ..options() });
    client.embed(texts(TEXTS)).gather().await.expect("a sound server");
}

#[tokio::test]
async fn whenever_it_is_killed_the_next_run_asks_only_for_what_is_missing() {
    let dir = tempfile::tempdir().expect("a place for files");
    let server = Server::start(|asked| sound(asked).after(Duration::from_millis(4))).await;
    std::fs::write(dir.path().join("address"), server.url.to_string()).expect("it is written");
    let texts = texts(TEXTS);
    let cache = Cache::at(dir.path().join("cache"));
    let drawer = cache.embeddings(DIM);
    let kept = || {
        let path = |it: &String| drawer.path(&Key::embed(&model(), it));
        texts.iter().filter(|it| path(it).is_file()).count()
    };
    let asked = || server.asked().iter().map(|it| it.list("texts").len()).sum::<usize>();
    for millis in [40, 90, 130, 170, 210] {
        #[expect(clippy::disallowed_methods, reason = "only a process can be killed")]
        let mut victim = tokio::process::Command::new(std::env::current_exe().expect("it runs"));
        victim.args(["--exact", "killed::victim", "--ignored"]).current_dir(dir.path());
        victim.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let (begun, mut victim) = (asked(), victim.kill_on_drop(true).spawn().expect("it starts"));
        while asked() == begun {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::sleep(Duration::from_millis(millis)).await;
        victim.kill().await.expect("it runs");
    }
    let (kept, before) = (kept(), asked());
    assert!(kept > 0 && kept < TEXTS, "it was killed in the middle: {kept}");
    let client =
        Client::new(server.url.clone(), Options { cache: Some(cache.clone()), ..options() });
    let gathered = client.embed(&texts).gather().await.expect("a sound server");
    assert_eq!(asked() - before, TEXTS - kept);
    assert_eq!(gathered.rows.embeddings, Some(matrix(&texts, DIM)));
}
