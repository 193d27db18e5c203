//! What would bring the language tool up with its research files? Played from a recording.
//!
//! `cargo run --example day3_1_language_tool_deploy`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_deploy::rollout::{self, Scope};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day3_1_language_tool_deploy/plan.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let scope = Scope::Research(vec!["language_tool_service".to_owned()]);
    let situation = rollout::look_at(&world, &config, &scope).await;
    for finding in situation.blockers().findings {
        println!("{} {}: {}", finding.verdict.mark(), finding.subject, finding.detail);
    }
    for step in situation.plan().steps {
        println!("{step}");
    }
    Ok(())
}
