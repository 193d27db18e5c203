//! Which container serves embeddings, and who started it? Played from a recording.
//!
//! `cargo run --example offload_2_container_run`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_cli::offload;
use hemma_core::{Cassette, World};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/offload_2_container_run/script.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let made_of = config.offload.clone().ok_or("hemma.toml has no [offload]")?;
    let world = World::replay(tape); // the real thing: World::local()

    let seen = offload::verify(&world, &config, &made_of, ("essay_embed_offload", 9000)).await;
    for finding in seen.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
