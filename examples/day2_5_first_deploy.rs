//! What would a deploy change, and why? The plan alone, played from a recording.
//!
//! `cargo run --example day2_5_first_deploy`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_deploy::rollout;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_5_first_deploy/changed.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    let situation = rollout::look(&world, &config).await;
    for blocker in situation.blockers().findings {
        println!("{} {}: {}", blocker.verdict.mark(), blocker.subject, blocker.detail);
    }
    for step in situation.plan().steps {
        println!("{step}");
    }
    Ok(())
}
