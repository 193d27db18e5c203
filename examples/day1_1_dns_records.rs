//! Do the public names lead to the host, seen from everywhere? Played from a recording, so it runs
//! anywhere.
//!
//! `cargo run --example day1_1_dns_records`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_dns::{Authorities, Scope, Target, Vantage};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day1_1_dns_records/ok.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let names = config.public.iter().map(|it| it.name.parse()).collect::<Result<Vec<_>, _>>()?;
    let host = config.edge.host.ok_or("hemma.toml has no [edge] host")?;
    let scope = Scope {
        resolvers: config.edge.resolvers.iter().copied().map(Vantage::Resolver).collect(),
        authorities: Authorities::Given(config.edge.name_servers),
        ..Scope::everywhere(names, Target::SameAs(host.parse()?))
    };
    for finding in hemma_dns::verify(&world, &scope).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
