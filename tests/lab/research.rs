//! The language tool on the host, and through a tunnel, also after the host was rebooted.

use std::time::Duration;

use hemma_core::{Live, SshOptions, Verdict, World};
use hemma_embed::language_tool;
use hemma_tunnel::{Forward, Options, Probe, Snapshot, Supervisor};
use tokio::sync::watch;

use crate::stage::{Stage, until};

/// Starts it as the main files do.
const WITHOUT_RESEARCH: &str = "sudo -n docker compose -p huleedu -f docker-compose.hemma.yml \
     -f docker-compose.prod.yml up -d --no-deps language_tool_service 2>&1";

/// Longer than an engine needs to start its containers again.
const LIMIT: Duration = Duration::from_secs(120);

const LISTENERS: &str = "ss -Hlnt 'sport = :8085' | awk '{print $4}'";

#[tokio::test]
async fn the_language_tool_is_there_for_the_host_alone_and_a_tunnel_outlives_a_reboot() {
    let stage = Stage::deployed().await;
    stage.operator(WITHOUT_RESEARCH).await;
    let health = stage.hemma(&["day3", "language-tool-health"]).await;
    health.refuses(1, "127.0.0.1:8085 on the host does not lead to it");
    let deploy = stage.hemma(&["day3", "language-tool-deploy", "--yes"]).await;
    deploy.exits(0).says("~ recreate  language_tool_service").says("on 127.0.0.1:8085 only");
    assert_eq!(stage.root(LISTENERS).await, "127.0.0.1:8085");
    stage.hemma(&["day3", "language-tool-deploy", "--yes"]).await.exits(0).says("nothing to do");
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");

    let mut options = Options::default();
    options.ssh.config_file = Some(stage.lab.ssh_config());
    let supervisor = Supervisor::start("hemma".parse().expect("an alias"), options);
    let forward = Forward::new("language-tool".parse().expect("a name"), 0, 8085);
    let probe = Probe::http("/healthz").expecting("status", "healthy");
    supervisor.add(forward.expect("a forward").probe(probe)).expect("the only one");
    let mut changes = supervisor.subscribe();
    is_well(&mut changes).await;
    finds_mistakes(&changes).await;

    stage.lab.reboot().await.expect("the host comes back");
    is_well(&mut changes).await;
    finds_mistakes(&changes).await;
    assert!(supervisor.snapshot().reconnects > 0);

    supervisor.stop(Duration::from_secs(1)).await;
    stage.operator(WITHOUT_RESEARCH).await;
    until("the services are back", async || {
        let seen = stage.hemma(&["day2", "service-health"]).await;
        if seen.exit == Some(0) { String::new() } else { seen.to_string() }
    })
    .await;
}

async fn is_well(changes: &mut watch::Receiver<Snapshot>) {
    let well = changes.wait_for(|it| !it.forwards.is_empty() && it.is_well());
    let waited = tokio::time::timeout(LIMIT, well).await.is_ok_and(|it| it.is_ok());
    assert!(waited, "{:#?}", *changes.borrow());
}

/// One real request, as `day3 smoke-test` sends it.
async fn finds_mistakes(changes: &watch::Receiver<Snapshot>) {
    let at = changes.borrow().forwards[0].local[0];
    let url = format!("http://{at}").parse().expect("a plain URL");
    let world = World::live(Live::new(SshOptions::default()));
    for finding in
        [language_tool::verify(&world, &url).await, language_tool::smoke(&world, &url).await]
    {
        assert_eq!(finding.verdict, Verdict::Pass, "{finding:?}");
    }
}
