//! Show which statements would give an application its role and databases. Played from a recording.
//!
//! `cargo run --example day2_4_shared_db`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, World};
use hemma_deploy::shared_db;
use hemma_lab::application::settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/day2_4_shared_db/plan.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()
    let config = settings("")?;
    let database = config.database.as_ref().ok_or("hemma.toml has no [database]")?;

    // `shared_db::ensure` carries them out, with the operator's approval.
    for step in shared_db::plan(&world, &config).await? {
        println!("{}  -- {}", step.statement(&database.role), step.reason());
    }
    Ok(())
}
