//! `cargo xtask`: what every repository has of hemma, the practice host, and the tools of hemma's
//! makers.

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
