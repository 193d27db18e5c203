//! `cargo xtask`: the commands of hemma for every repository, the practice host, and the tools of
//! hemma's developers.

mod dev;
#[cfg(test)]
mod help;
mod ids;
mod lab;

use hemma_cli::App;

fn main() -> std::process::ExitCode {
    app().main()
}

/// The command line of this repository.
fn app() -> App {
    let app = App::new().practice_host::<lab::Host>().verb::<lab::Args>();
    app.verb::<dev::Args>().verb::<dev::ci::Args>()
}
