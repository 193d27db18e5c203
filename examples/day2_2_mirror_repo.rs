//! Move a checkout forward to the tip of its branch, never sideways. Played from a recording.
//!
//! `cargo run --example day2_2_mirror_repo`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, Consent, Progress, World};
use hemma_git::checkout::{self, CheckoutSpec, Outcome};
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_2_mirror_repo/behind.toml"
    ))?;
    let config = settings(&tape.scene.config)?;
    let spec = CheckoutSpec::from(&config);
    let world = World::replay(tape); // the real thing: World::local()

    if let Some(line) = checkout::plan(&world, &spec).await? {
        println!("would {line}");
    }
    let Some(approval) = world.approve(Consent::Given) else { return Ok(()) };
    match checkout::ensure(&world, &spec, &approval, &Progress::silent()).await? {
        Outcome::Already => println!("it was up to date"),
        Outcome::Cloned => println!("it was cloned"),
        Outcome::Pulled(to) => println!("it moved to {to}"),
    }
    Ok(())
}
