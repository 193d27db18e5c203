//! Which mistakes does the language tool find, and where? Played from a recording.
//!
//! `cargo run --example day3_4_smoke_test`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_embed::language_tool::{Check, SENTENCE};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day3_4_smoke_test/ok.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()

    let check = Check::new("http://127.0.0.1:18085".parse()?, SENTENCE);
    for mistake in world.ask(&check).await?.errors {
        println!("{}: {} ({})", mistake.offset, mistake.message, mistake.rule_id);
    }
    Ok(())
}
