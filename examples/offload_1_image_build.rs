//! What would the image of the embedding server be built from? Played from a recording.
//!
//! `cargo run --example offload_1_image_build`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_cli::offload;
use hemma_core::{Cassette, World};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/offload_1_image_build/empty.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let made_of = config.offload.clone().ok_or("hemma.toml has no [offload]")?;
    let world = World::replay(tape); // the real thing: World::local()

    for finding in offload::look(&world, &config, &made_of, None).await?.build_inputs() {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
