//! Readers of long files, compared with what a person waits for.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use hemma_cli::Answer;
use hemma_deploy::config::EnvConfig;
use hemma_deploy::env_file::{EnvFile, Surroundings, judge};
use hemma_deploy::plan::ImageInputs;

use super::sample::Sample;

/// Measure the readers of `.env` and of Dockerfiles with the longest files that they take
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 7)]
    runs: u32,
}

/// The time that none of them may need in a release build.
const LIMIT: Duration = Duration::from_millis(50);

/// The largest Dockerfile that is looked at, in bytes.
const DOCKERFILE_BYTES: usize = 256 * 1024;

/// Reads one of the files.
type Reader = Box<dyn Fn()>;

impl Args {
    pub(crate) fn run(&self) -> Answer {
        let mut keys = String::new();
        for it in 0..23_000 {
            let _ = writeln!(keys, "KEY_{it}=value of {it}");
        }
        let file = |line: &str| line.repeat(DOCKERFILE_BYTES / line.len());
        let rows: [(&str, Reader); 4] = [
            (".env with 23,000 keys", Box::new(move || judged(&keys))),
            ("Dockerfile of 256 KiB of stages", dockerfile(file("FROM a\n"))),
            ("Dockerfile of 256 KiB of one command", dockerfile(file("RUN x \\\n"))),
            ("Dockerfile of 256 KiB of copies", dockerfile(file("COPY a b /c\n"))),
        ];
        let mut text = String::new();
        for (name, read) in rows {
            let mut sample = Sample::default();
            for _ in 0..self.runs.max(1) {
                let started = Instant::now();
                read();
                sample.add(started.elapsed());
            }
            let is_within = if sample.median() < LIMIT { "within" } else { "above" };
            let _ =
                writeln!(text, "{name}: {}, {is_within} {} ms", sample.shown(), LIMIT.as_millis());
        }
        Answer::text(text)
    }
}

fn judged(text: &str) {
    let outside = Surroundings::new();
    if let Ok(file) = EnvFile::parse(text, &outside) {
        std::hint::black_box(judge(text, &file, &EnvConfig::default(), &[], &outside));
    }
}

fn dockerfile(text: String) -> Reader {
    let build = serde_json::json!({ "context": ".", "dockerfile": "Dockerfile" });
    let build = serde_json::from_value(build).unwrap_or_default();
    Box::new(move || {
        std::hint::black_box(ImageInputs::read(&build, Some(&text)));
    })
}
