//! `cargo xtask`: hemma's own front door.

use std::process::ExitCode;

fn main() -> ExitCode {
    hemma_cli::app().main()
}
