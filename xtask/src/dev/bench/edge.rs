//! The public edge: all looks at once compared with the slowest of them, and lookups and handshakes
//! compared with what people use.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use hemma_cli::{Answer, Failure, Run, edge};
use hemma_core::{Command, Hint, Live, Place, Report, SshOptions, Verdict, World};
use hemma_deploy::Config;
use hemma_lab::Lab;

use super::sample::{Sample, ratio};
use super::settings::settings;
use crate::dev::workspace;

/// Measure DNS, TLS and GET for all names at once, and each library beside Python's
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often the whole is measured
    #[arg(long, default_value_t = 20)]
    runs: u32,
    /// Leave out the libraries, which have to be built with optimisation first
    #[arg(long)]
    whole_only: bool,
}

/// The bench of a library, its name for hemma's side and for the other's, and the least ratio of
/// their speeds.
const BESIDE: [(&str, &str, &str, f64); 2] =
    [("hemma-dns", "lookups", "dnspython", 5.0), ("hemma-tls", "handshakes", "Python ssl", 2.0)];

/// The time limit of a bench, which may begin with a cold build.
const BENCH_LIMIT: Duration = Duration::from_secs(20 * 60);

/// Nothing is deployed.
#[derive(Debug, thiserror::Error)]
#[error("the practice host has no certificates to look at")]
struct NotDeployed;

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let lab = Lab::up(&run.progress()).await?;
        let _claim = lab.claim().await?;
        let config = settings(&lab.config_file())?;
        run.terminal().busy("looking at the edge");
        let mut text = whole(&config, self.runs.max(1)).await?;
        if !self.whole_only {
            let root = workspace::root(run.here())?;
            for (package, bench, other, wanted) in BESIDE {
                run.terminal().busy(&format!("building and running the bench of {package}"));
                text += &beside(root, package, bench, other, wanted).await?;
            }
        }
        run.terminal().idle();
        Ok(Answer::text(text))
    }
}

/// Times all looks together, and the slowest one: every name, from every vantage point, DNS, TLS
/// and GET.
async fn whole(config: &Config, runs: u32) -> Result<String, Failure> {
    let [mut all, mut slowest] = [Sample::default(), Sample::default()];
    let mut looks = 0;
    for _ in 0..runs {
        let world = World::local();
        let scope = edge::scope(config)?;
        let started = Instant::now();
        let (records, outside) =
            tokio::join!(hemma_dns::verify(&world, &scope), edge::outside(&world, config));
        all.add(started.elapsed());
        let findings = records.findings.into_iter().chain(outside?.findings);
        if findings.collect::<Report>().verdict() != Verdict::Pass {
            let hint = Hint::Run("cargo xtask deploy --lab --yes".to_owned());
            return Err(Failure::unknown(NotDeployed).hint(hint));
        }
        let steps = world.steps();
        looks = steps.len();
        slowest.add(steps.iter().map(|it| it.took).max().unwrap_or_default());
    }
    let times = ratio(all.median(), slowest.median());
    let names = config.public.len();
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{names} names, {looks} looks, {runs} runs, medians (least–most)");
    let _ = writeln!(text, "  all at once            {}", all.shown());
    let _ = writeln!(text, "  the slowest single one {}", slowest.shown());
    let _ = writeln!(text, "  all take {times:.2} times the slowest; at most 1.50 is meant");
    Ok(text)
}

/// The output of the library's bench, and the ratio of the two rates in it.
async fn beside(
    root: &Path,
    package: &str,
    bench: &str,
    other: &str,
    wanted: f64,
) -> Result<String, Failure> {
    let line = Command::new("cargo").args(["bench", "--quiet", "-p", package, "--bench", bench]);
    let line = line.cwd(root.display().to_string()).limit(BENCH_LIMIT);
    let ran = Live::new(SshOptions::default()).run(&Place::Here, &line).await?;
    if !ran.success() {
        return Err(Failure::unknown(Stopped(package.to_owned(), ran.last_words().to_owned())));
    }
    let mut text = format!("{package}, bench {bench}\n");
    for line in ran.stdout.lines() {
        let _ = writeln!(text, "  {line}");
    }
    let _ = match (rate(&ran.stdout, package), rate(&ran.stdout, other)) {
        (Some(ours), Some(theirs)) => {
            let times = ours / theirs;
            writeln!(text, "  {times:.1} times the rate of {other}; at least {wanted:.0} is meant")
        }
        _ => writeln!(text, "  {other} was not measured"),
    };
    Ok(text)
}

/// A bench did not run to its end.
#[derive(Debug, thiserror::Error)]
#[error("the bench of {0} stopped: {1}")]
struct Stopped(String, String);

/// The rate in the last line that begins with `who`: `hemma-dns: 10000 in 540 ms, 18500 a second`.
fn rate(text: &str, who: &str) -> Option<f64> {
    let lines = text.lines().rev().filter_map(|it| it.trim().strip_prefix(who)?.strip_prefix(": "));
    let rate =
        lines.filter_map(|it| it.split_once(" a second")?.0.rsplit(' ').next()?.parse().ok());
    { rate }.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rate_of_each_side_counts() {
        let text = "64 at once\nhemma-dns: 1000 in 54 ms, 17000 a second\n  resident 1 KiB\n\
            hemma-dns: 10000 in 540 ms, 18500 a second\ndnspython: 10000 in 9 s, 1100 a second; x\n";
        assert_eq!(rate(text, "hemma-dns"), Some(18500.0));
        assert_eq!(rate(text, "dnspython"), Some(1100.0));
        assert_eq!(rate(text, "Python ssl"), None);
    }
}
