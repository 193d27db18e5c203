//! Is the language tool on the host real, and for the host only? Played from a recording.
//!
//! `cargo run --example day3_2_language_tool_health`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_docker::{get, local_port};
use hemma_embed::language_tool;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day3_2_language_tool_health/stub.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let (host, project) = (&config.host.alias, &config.compose.project);
    let bound = local_port::verify(&world, host, (project, "language_tool_service"), 8085).await;
    let answer = get::get(&world, host, 8085, "/healthz").await?;
    let health = language_tool::judge_answer("health", answer.status, &answer.body);
    for finding in [bound, health] {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    Ok(())
}
