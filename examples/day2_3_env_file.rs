//! Judge the host's `.env` by its keys. Played from a recording.
//!
//! `cargo run --example day2_3_env_file`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_deploy::Layers;
use hemma_deploy::env_file;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_3_env_file/ok.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()

    // The rules are those of `[env]`; without a `hemma.toml` they are HuleEdu's.
    let report = env_file::verify(&world, &settings("")?, Layers::Main).await;
    for finding in report.findings {
        println!("{}  {}  {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
