//! Is a host ready for its first deploy? Played from a recording, so it runs anywhere.
//!
//! `cargo run --example day0_1_preconditions`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_deploy::preconditions;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day0_1_preconditions/ok.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    for finding in preconditions::verify(&world, &config).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
