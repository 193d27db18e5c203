//! How does a program of our own end, that outlives its terminal? Played from a recording.
//!
//! `cargo run --example offload_5_pipeline`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;

use hemma_core::{Cassette, Command, Job, Told, World};

const SERVICES: [&str; 2] = [
    "HEMMA_LANGUAGE_TOOL_URL=http://127.0.0.1:18085",
    "HEMMA_EMBEDDINGS_URL=http://127.0.0.1:19000",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let tape = Cassette::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/cassettes/offload_5_pipeline/failed.toml"
    ))?;
    let world = World::replay(tape); // the real thing: World::local()

    let research = "PYTHONUNBUFFERED=1 pdm run essay-scoring-research run --backend hemma \
                    --offload-service-url http://127.0.0.1:19000";
    let run = Command::new("env").arg("--").args(SERVICES).args(research.split_whitespace());
    println!("{run}");
    let job = Job { run, log: "research.log".into(), told: Told::new(|_| {}) };
    println!("{:?}", world.ask_again(&job).await?);
    Ok(())
}
