//! A wrong `hemma.toml` is reported before anything is asked of any host.

use crate::stage::Stage;

/// The file, and hemma's message.
const FILES: [(&str, &str); 7] = [
    (
        "[host]\nalais = \"hemma\"\n",
        "hemma.toml:2:1: host: there is no key `alais` here; did you mean `alias`?",
    ),
    (
        "[compose]\nfiles = \"one.yml\"\n",
        "hemma.toml:2:9: compose.files: a list in [ ] is needed here",
    ),
    ("[host]\nalias = \"-oProxyCommand=id\"\n", "hemma.toml:2:9: "),
    ("[host]\nalias = \"\"\n", "hemma.toml:2:9: "),
    ("[compose]\nnetwork = \"--driver=host\"\n", "hemma.toml:2:11: "),
    ("[compose]\nfiles = [\"../x.yml\"]\n", "it must stay inside the checkout"),
    ("[host\n", "hemma.toml:1:"),
];

#[tokio::test]
async fn a_wrong_hemma_toml_is_refused_with_line_and_column() {
    let stage = Stage::set().await;
    let before = stage.traces().await;
    for (text, says) in FILES {
        stage.write("hemma.toml", text);
        stage.hemma(&["deploy", "--yes"]).await.refuses(2, says);
    }
    std::fs::remove_file(stage.here().join("hemma.toml")).expect("it is there");
    let missing = stage.hemma(&["deploy", "--yes"]).await;
    missing.refuses(2, "there is no `hemma.toml`").says("hint: ");
    for alias in ["-oProxyCommand=id", "a b", ""] {
        let flag = format!("--host={alias}");
        stage.hemma(&["status", &flag]).await.refuses(2, "cannot be a host alias");
    }
    stage.is_as(&before).await;
}
