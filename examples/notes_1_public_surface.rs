//! Is nothing but the web's two ports and ssh open to everybody? Played from a recording, so it runs
//! anywhere.
//!
//! `cargo run --example notes_1_public_surface`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::net::Ipv4Addr;

use hemma_core::{Cassette, World};
use hemma_deploy::every_compose_file;
use hemma_ingress::exposure;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/notes_1_public_surface/ok.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    // The host's public address; the lab's is this machine's own. From outside each port is tried.
    let address = Some(Ipv4Addr::LOCALHOST.into());
    let files = every_compose_file(&config);
    for finding in exposure::verify(&world, &(&config).into(), &files, address).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
