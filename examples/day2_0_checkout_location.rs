//! What state is a repository on a host in? Played from a recording, so it runs anywhere.
//!
//! `cargo run --example day2_0_checkout_location`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_git::checkout::{self, Checkout};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_0_checkout_location/drifted.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let world = World::replay(tape); // the real thing: World::local()

    match checkout::look(&world, &(&config).into(), false).await? {
        Checkout::Repository(seen) => {
            println!("{} is at {} on {:?}", seen.dir, seen.head, seen.branch);
            println!("changed since: {:?}", seen.dirty);
        }
        other => println!("no repository: {other:?}"),
    }
    Ok(())
}
