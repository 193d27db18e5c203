//! Looking up and creating a network, in worlds typed by hand.

use hemma_core::{Cassette, Consent, Exchange, World};
use serde_json::{Value, json};

use super::*;

fn network(id: &str) -> Value {
    json!({ "id": id, "name": "hule-network", "driver": "bridge", "created": "2026-02-07" })
}

fn other() -> Value {
    json!({ "id": "ab", "name": "hule-network-2", "driver": "bridge", "created": "2026-02-07" })
}

fn lost() -> Value {
    json!({ "error": { "lost": { "host": "hemma", "said": "connection closed" } } })
}

fn list(networks: &[Value]) -> Value {
    json!({ "answer": networks })
}

/// A world with these answers, in this order: a list, and the result of creating.
fn world(listed: Value, made: Option<Value>) -> World {
    let exchange = |kind: &str, asked: Value, mut told: Value| Exchange {
        kind: kind.to_owned(),
        at_ms: 0,
        took_ms: 0,
        progress: Vec::new(),
        asked,
        answer: told.get_mut("answer").map(Value::take),
        error: told.get_mut("error").map(Value::take),
    };
    let mut exchanges = vec![exchange("docker.networks", json!({ "host": "hemma" }), listed)];
    let asked = json!({ "host": "hemma", "name": "hule-network" });
    exchanges.extend(made.map(|made| exchange("docker.network-create", asked, made)));
    let scene = json!({
        "typed": "day2 external-network --yes",
        "origin": "hand",
        "now": "2026-02-07T12:00:00Z",
        "tool": "docker 20.10.24",
    });
    let scene = serde_json::from_value(scene).expect("a scene");
    World::replay(Cassette { scene, exchange: exchanges })
}

#[tokio::test]
async fn a_look_tells_missing_from_unseen() {
    let several = list(&[network("0cf9b9551ff8aa"), network("53466602aac0bb")]);
    let rows = [
        (list(&[network("0cf9b9551ff8aa"), other()]), "pass bridge, 0cf9b9551ff8"),
        (list(&[other()]), "FAIL it does not exist on hemma"),
        (several, "FAIL 2 networks on hemma have the name `hule-network`"),
        (lost(), "? the connection to the Docker engine on hemma was lost: connection closed"),
    ];
    let host = "hemma".parse().expect("a plain word");
    for (listed, expected) in rows {
        let (world, name) =
            (world(listed, None), "hule-network".parse::<NetworkName>().expect("a network"));
        let seen = verify(&world, &host, &name).await;
        let missing = is_missing(&world, &host, &name).await;
        assert_eq!(
            missing == Ok(true),
            expected.starts_with("FAIL it does not exist"),
            "{expected}"
        );
        assert_eq!(format!("{} {}", seen.verdict.mark(), seen.detail), expected);
        assert_eq!(seen.hint.is_some(), seen.verdict.mark() != "pass", "{expected}");
    }
}

#[tokio::test]
async fn it_is_made_once() {
    let made = |already: bool| Some(json!({ "answer": { "id": "0cf9", "already": already } }));
    let refused = json!({ "error": { "refused": {
        "host": "hemma", "status": 403, "said": "could not find an available subnet",
    } } });
    let rows = [
        (list(&[network("0cf9")]), None, "Ok(Already)"),
        (list(&[other()]), made(false), "Ok(Created)"),
        // Another client was faster.
        (list(&[]), made(true), "Ok(Already)"),
        (list(&[network("0cf9"), network("5346")]), None, "Err(Several"),
        (lost(), None, "Err(List"),
        (list(&[]), Some(refused), "Err(Create"),
    ];
    let host = "hemma".parse().expect("a plain word");
    for (listed, made, expected) in rows {
        let world = world(listed, made);
        let approval = world.approve(Consent::Given).expect("consent was given");
        let outcome = ensure(
            &world,
            &host,
            &"hule-network".parse::<NetworkName>().expect("a network"),
            &approval,
        )
        .await;
        assert!(format!("{outcome:?}").starts_with(expected), "{outcome:?} is not {expected}");
        assert!(world.unplayed().is_empty(), "{expected}");
    }
}
