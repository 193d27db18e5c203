//! Make sure that a network exists, and say whether it had to be made. Played from a recording.
//!
//! `cargo run --example day2_1_external_network`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, Consent, Host, World};
use hemma_docker::network::{self, Outcome};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_1_external_network/ok.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()
    let (host, name): (Host, _) = ("hemma".parse()?, "hule-network".parse()?);

    // Without consent there is no approval, and without an approval nothing can change.
    let Some(approval) = world.approve(Consent::Given) else { return Ok(()) };
    match network::ensure(&world, &host, &name, &approval).await? {
        Outcome::Already => println!("{name} was there"),
        Outcome::Created => println!("{name} was created"),
    }
    Ok(())
}
