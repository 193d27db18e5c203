//! Does every service stand as its compose file says? Played from a recording.
//!
//! `cargo run --example day2_6_service_health`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, Verdict, World};
use hemma_deploy::rollout;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_6_service_health/drifted.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let report = rollout::health(&world, &config).await;
    for finding in report.findings.iter().filter(|it| it.verdict != Verdict::Pass) {
        println!("{}: {}", finding.subject, finding.detail);
    }
    println!("altogether: {}", report.verdict().mark());
    Ok(())
}
