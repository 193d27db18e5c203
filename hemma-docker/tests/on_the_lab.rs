//! `.env` and databases on the practice host, for real. The lab is up (`cargo xtask lab up`), and
//! the tests take it one after another.
//!
//! `cargo test -p hemma-docker --features lab --test on_the_lab`

#[path = "on_the_lab/databases.rs"]
mod databases;
#[path = "on_the_lab/env.rs"]
mod env;
#[path = "on_the_lab/stage.rs"]
mod stage;
