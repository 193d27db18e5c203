//! From the name to the service behind it, through the lab's own internet: real name servers, a
//! resolver that caches, and a certificate authority that comes in by port 80.

use crate::stage::{Stage, until};

const NAMES: [&str; 3] =
    ["api.huleedu.hule.education", "huleedu.hule.education", "ws.huleedu.hule.education"];

#[tokio::test]
async fn a_deploy_waits_for_certificates_and_ends_at_the_services() {
    let stage = Stage::deployed().await;
    forget(&stage, &NAMES).await;
    stage
        .lab
        .push_fault("change-one-service", &["bff_teacher_service"])
        .await
        .expect("it is pushed");
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    deploy.exits(0).says("look 1 of 31: ").says(": 3 of 3 issued");
    for (name, service) in NAMES.iter().zip(["api_gateway", "bff_teacher", "websocket"]) {
        let line = |words: &str| deploy.stdout.lines().any(|it| it.contains(words));
        assert!(line(&format!("pass  {name} ")), "{deploy}");
        assert!(line(&format!("pass  certificate of {name} ")), "{deploy}");
        assert!(line(&format!("{service}_service answers, TLS 1.3, HSTS")), "{deploy}");
    }
    stage.hemma(&["day1", "dns-records"]).await.exits(0);
    stage.hemma(&["day2", "routing-tls"]).await.exits(0);
}

#[tokio::test]
async fn a_record_that_leads_elsewhere_is_named_and_takes_nothing_back() {
    let stage = Stage::deployed().await;
    let zone = "/lab/dns drop ws.huleedu && /lab/dns set 'ws.huleedu 60 IN A 127.0.0.99'";
    internet(&stage, &format!("{zone} && sleep 0.3 && /lab/dns flush")).await;
    let before = stage.traces().await;
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    deploy.exits(1).says("leads to 127.0.0.99; the host is 127.0.0.1");
    deploy.says("where the zone is kept");
    assert_eq!(deploy.problems().len(), 1, "{deploy}");
    stage.is_as(&before).await;
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_certificate_that_does_not_come_is_told_with_its_cause() {
    let stage = Stage::deployed().await;
    internet(&stage, "/lab/router shut").await;
    forget(&stage, &NAMES[2..]).await;
    stage.root("docker restart --time 1 huleedu_websocket_service").await;
    let log = "said=$(docker logs --since 60s acme-companion 2>&1); \
        case $said in *'ws.'*'Invalid status'*) ;; *) echo \"only $said\" ;; esac";
    until("the authority tried and failed", async || stage.root(log).await).await;
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    deploy.exits(1).says("nothing listens on port 80 at the name's address");
    deploy.says("start the proxy, and see where the name leads");

    internet(&stage, "/lab/router open").await;
    stage.root("docker restart --time 1 huleedu_websocket_service").await;
    let healthy = "docker inspect -f '{{.State.Health.Status}}' huleedu_websocket_service";
    let healthy = format!("{healthy} | grep -v '^healthy$' || true");
    until("it is healthy again", async || stage.root(&healthy).await).await;
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
async fn a_commit_that_opens_a_port_is_refused_unless_hemma_toml_names_it() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("public-port", &[]).await.expect("it is pushed");
    let deploy = stage.hemma(&["deploy", "--yes"]).await;
    deploy.refuses(1, "redis would open it to other machines, on every address");
    deploy.says("`[edge] open = [6379]`");
    stage.configure(|it| it.edge.open = vec![6379.try_into().expect("a port")]);
    let plan = stage.hemma(&["plan"]).await;
    plan.exits(4).says("~ pull");
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    stage.is_as(&before).await;
}

/// The address of the host on the lab's own network, which this machine reaches as another one.
#[tokio::test]
async fn what_is_open_is_found_by_trying_it_from_outside() {
    let stage = Stage::deployed().await;
    let address = stage.root("hostname -i").await.parse().expect("it has one address");
    stage.configure(|it| it.edge.addresses = vec![address]);
    let look = async || stage.hemma(&["notes", "public-surface"]).await;
    look().await.exits(0).says("other ports tried, none is open");

    // Changed by hand, as accidents are: on every address, in the files and in what runs.
    let compose =
        "docker compose -p huleedu -f docker-compose.hemma.yml -f docker-compose.prod.yml";
    let up = format!("sudo {compose} up -d -t 1 --no-deps redis 2>&1");
    let open = "sed -i 's/127.0.0.1:6379:6379/6379:6379/' docker-compose.infrastructure.yml";
    stage.operator(&format!("{open} && {up}")).await;
    let seen = look().await;
    seen.exits(1).says("from here      port 6379 of hemma answers");
    seen.says("published in docker-compose.infrastructure.yml:42");
    assert_eq!(seen.stdout.matches("answers").count(), 1, "{seen}");

    // Open in the files, the engine and the host, but behind a firewall.
    stage.root("iptables -t raw -I PREROUTING -p tcp --dport 6379 -j DROP").await;
    let shut = look().await;
    stage.root("iptables -t raw -D PREROUTING -p tcp --dport 6379 -j DROP").await;
    shut.exits(1).says("huleedu_redis has port 6379 open");
    shut.says("other ports tried, none is open");

    stage.operator(&format!("git checkout -q . && {up}")).await;
}

async fn forget(stage: &Stage, names: &[&str]) {
    stage.root(&format!("/lab/certificates forget {}", names.join(" "))).await;
}

async fn internet(stage: &Stage, script: &str) {
    let output = stage.lab.internet(script, &[]).await.expect("it answers");
    assert!(output.success(), "{script}\n{}", output.stderr);
}
