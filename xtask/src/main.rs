//! `cargo xtask`: hemma's own front door. Another repository's is the same three lines.

use std::process::ExitCode;

fn main() -> ExitCode {
    hemma_cli::main()
}
