//! Can the embedding server behind the tunnel serve? Played from a recording.
//!
//! `cargo run --example offload_4_tunnel`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_embed::readiness;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/offload_4_tunnel/already.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()

    for finding in readiness::verify(&world, &"http://127.0.0.1:19000".parse()?).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
