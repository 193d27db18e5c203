//! `hemma`: the commands for every repository, as an installed program.

fn main() -> std::process::ExitCode {
    hemma_cli::main()
}
