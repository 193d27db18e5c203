//! `[destination.NAME]`: the values that are in force, and the word that production wants.

use crate::stage::Stage;

const RESTART: [&str; 4] = ["restart", "redis", "-d", "production"];

#[tokio::test]
async fn production_is_changed_by_typing_its_name_alone() {
    let stage = Stage::deployed().await;
    let toml = std::fs::read_to_string(stage.here().join("hemma.toml")).expect("it is there");
    stage.write("hemma.toml", &format!("{toml}\n[destination.production.deploy]\n"));
    let before = stage.traces().await;
    for answer in ["y", "yes", "produktion", ""] {
        let (running, terminal) = stage.seated(&RESTART, "false");
        running.has_said("Type `production` to confirm:").await;
        terminal.types(answer);
        running.end().await.says("nothing was changed");
    }
    stage.is_as(&before).await;
    let (running, terminal) = stage.seated(&RESTART, "false");
    running.has_said("production: hemma (huleedu)").await;
    terminal.types("production");
    running.end().await.exits(0);
    stage.hemma(&["history"]).await.exits(0).says("restart -d production");
}
