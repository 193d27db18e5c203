//! Are the localhost-only services of the host reachable from here? Played from a recording.
//!
//! `cargo run --example day3_3_tunnels`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_cli::forwards;
use hemma_core::{Cassette, World};
use hemma_lab::application::settings;
use hemma_tunnel::daemon::{InstanceDir, verify};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day3_3_tunnels/ok.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let seat = InstanceDir::new("/run/user/1000/hemma", config.host.alias.clone());
    for finding in verify(&world, &seat, &forwards(&config.forward)?).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
