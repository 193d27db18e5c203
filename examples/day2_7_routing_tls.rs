//! Does HTTPS reach the right service with the right certificate? Played from a recording, so it
//! runs anywhere.
//!
//! `cargo run --example day2_7_routing_tls`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::Ipv4Addr;

use hemma_core::{Cassette, World};
use hemma_lab::application::settings;
use hemma_tls::routing::{self, Expect, Route};
use hemma_tls::{Site, chain};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_7_routing_tls/ok.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let mut routes = Vec::new();
    for public in config.public {
        let to = (Ipv4Addr::LOCALHOST, config.edge.https.get()).into(); // the lab: on loopback
        let roots = config.edge.roots.iter().cloned().map(Into::into).collect();
        let site = Site { roots, ..Site::new(public.name.parse()?, to) };
        let path = public.health.map_or_else(|| "/".to_owned(), String::from);
        let expect = Expect { json: public.expect.json, ..Expect::default() };
        let http = (Ipv4Addr::LOCALHOST, config.edge.http.get()).into();
        routes.push(Route { site, http, path, service: public.service.into(), expect });
    }
    let sites: Vec<Site> = routes.iter().map(|it| it.site.clone()).collect();
    let (chains, routing) =
        tokio::join!(chain::verify(&world, &sites), routing::verify(&world, &routes));
    for finding in chains.findings.into_iter().chain(routing.findings) {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
