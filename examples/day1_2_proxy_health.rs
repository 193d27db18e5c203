//! Does the shared reverse proxy run, and has it the web's two ports? Played from a recording, so
//! it runs anywhere.
//!
//! `cargo run --example day1_2_proxy_health`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_ingress::proxy;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day1_2_proxy_health/ok.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()

    for finding in proxy::health(&world, &(&settings("")?).into()).await.findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
