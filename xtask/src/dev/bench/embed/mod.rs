//! `hemma-embed` compared with a Python client that follows the contract.

mod server;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use hemma_cli::{Answer, Failure, Run};
use hemma_core::{Command, Live, Place, SshOptions};
use hemma_embed::cache::Cache;
use hemma_embed::{Client, Model, Options, RunError};

use super::sample::{Sample, ratio};

/// Compare the embedding client with one in Python
///
/// Measure an optimised build: `cargo run --release -p hemma-xtask -- dev bench embed`. The memory
/// is that of Linux.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How often each is measured
    #[arg(long, default_value_t = 3)]
    runs: u32,
    /// Rows of one large answer; the usual number is 400 MB
    #[arg(long, default_value_t = 130_208)]
    large: usize,
    /// Texts that are asked for
    #[arg(long, default_value_t = 20_000)]
    cold: usize,
    /// Texts that are in the cache
    #[arg(long, default_value_t = 100_000)]
    cached: usize,
    /// Only gather what is in this cache, and say how much memory that took
    #[arg(long, hide = true, value_name = "DIR")]
    gather: Option<std::path::PathBuf>,
}

const CLIENT: &str = include_str!("client.py");
/// 100 ms of service and a round trip of 30 ms.
const FAR: Duration = Duration::from_millis(130);
const SIDE_BY_SIDE: usize = 4;

/// The other client could not be measured.
#[derive(Debug, thiserror::Error)]
#[error("the Python client failed; it needs python3 with numpy: {0}")]
struct PythonFailed(String);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        let near = server::start(Duration::ZERO)?;
        if let Some(cache) = &self.gather {
            gather(near, self.cached, 2, Some(cache)).await?;
            return Ok(Answer::text(peak_memory()));
        }
        // A new directory each time: ext4 is slow to make files where some were just removed.
        let dir = run.here().join(format!("target/bench-embed-{}", std::process::id()));
        std::fs::create_dir_all(&dir)?;
        let bench = Bench { live: Live::new(SshOptions::default()), args: self, near };
        let mut text = String::new();
        if cfg!(debug_assertions) {
            text += "this build is not optimised: its numbers mean nothing\n";
        }
        let measuring = |what: &str| run.terminal().busy(&format!("measuring: {what}"));
        measuring("one large answer");
        text += &bench.large().await?;
        measuring("texts that are not in the cache yet");
        text += &bench.cold(&dir).await?;
        measuring("the same over a slow link");
        text += &bench.far(&dir).await?;
        measuring("texts that are in the cache");
        text += &bench.cached(&dir).await?;
        run.terminal().idle();
        std::fs::remove_dir_all(&dir)?;
        Ok(Answer::text(text))
    }
}

struct Bench {
    live: Live,
    args: Args,
    near: SocketAddr,
}

impl Bench {
    async fn large(&self) -> Result<String, Failure> {
        let rows = self.args.large;
        let client = client(self.near, 2, None);
        let [mut ours, mut bare, mut python] = [(); 3].map(|()| Sample::default());
        client.embed_at_once(vec!["x"; rows]).await?;
        for _ in 0..self.args.runs {
            let texts = vec!["x"; rows];
            let started = Instant::now();
            client.embed_at_once(texts).await?;
            ours.add(started.elapsed());
            let near = self.near;
            bare.add(
                tokio::task::spawn_blocking(move || bare_read(near, rows))
                    .await
                    .map_err(Failure::unknown)??,
            );
            python.add(self.python("at-once", rows, Path::new(".")).await?);
        }
        let bytes = rows * Model::default().dim * size_of::<f32>();
        let mut text = format!("one answer of {} MB\n", bytes / 1_000_000);
        line(&mut text, "hemma, request and all", &ours);
        line(&mut text, "a bare read into memory", &bare);
        line(&mut text, "Python, from the first byte", &python);
        told(&mut text, ratio(bare.median(), ours.median()), "the speed of the bare read");
        told(&mut text, ratio(python.median(), ours.median()), "the speed of Python");
        Ok(text)
    }

    async fn cold(&self, dir: &Path) -> Result<String, Failure> {
        let [mut ours, mut python] = [(); 2].map(|()| Sample::default());
        for turn in 0..self.args.runs {
            let started = Instant::now();
            gather(self.near, self.args.cold, 2, Some(&dir.join(format!("cold-{turn}")))).await?;
            ours.add(started.elapsed());
            let theirs = dir.join(format!("python-{turn}"));
            python.add(self.python("run", self.args.cold, &theirs).await?);
        }
        let mut text = format!("{} texts that are not in the cache yet\n", self.args.cold);
        line(&mut text, "hemma", &ours);
        line(&mut text, "Python", &python);
        told(&mut text, ratio(python.median(), ours.median()), "the speed of Python");
        Ok(text)
    }

    async fn far(&self, dir: &Path) -> Result<String, Failure> {
        let far = server::start(FAR)?;
        let mut ours = Sample::default();
        let cache = dir.join("far");
        let started = Instant::now();
        gather(far, self.args.cold, SIDE_BY_SIDE, Some(&cache)).await?;
        ours.add(started.elapsed());
        let requests = self.args.cold.div_ceil(64);
        let rounds = u32::try_from(requests.div_ceil(SIDE_BY_SIDE)).unwrap_or(u32::MAX);
        let ideal = FAR * rounds;
        let millis = FAR.as_millis();
        let mut text =
            format!("the same with {millis} ms a request, {SIDE_BY_SIDE} requests at once\n");
        line(&mut text, "hemma", &ours);
        told(&mut text, ratio(ideal, ours.median()), "of what is possible");
        Ok(text)
    }

    async fn cached(&self, dir: &Path) -> Result<String, Failure> {
        let count = self.args.cached;
        let (ours_in, theirs_in) = (dir.join("cached"), dir.join("cached-python"));
        gather(self.near, count, 4, Some(&ours_in)).await?;
        self.python("run", count, &theirs_in).await?;
        let [mut ours, mut python] = [(); 2].map(|()| Sample::default());
        for _ in 0..self.args.runs {
            let started = Instant::now();
            gather(self.near, count, 2, Some(&ours_in)).await?;
            ours.add(started.elapsed());
            python.add(self.python("run", count, &theirs_in).await?);
        }
        let mut text = format!("{count} texts that are in the cache\n");
        line(&mut text, "hemma", &ours);
        line(&mut text, "Python", &python);
        told(&mut text, ratio(python.median(), ours.median()), "the speed of Python");
        for count in [count / 5, count] {
            let peak = self.peak(count, &ours_in).await?;
            let matrix = count * Model::default().dim * size_of::<f32>() / 1024;
            // Writing to a string cannot fail.
            let _ =
                writeln!(text, "  {count} texts: a matrix of {matrix} kB, at most {}", peak.trim());
        }
        Ok(text)
    }

    /// The time that the Python client reports, without its start.
    async fn python(&self, what: &str, count: usize, dir: &Path) -> Result<Duration, Failure> {
        let mut last = String::new();
        for python in ["/usr/bin/python3", "python3"] {
            let arguments = [what.to_owned(), self.near.to_string(), count.to_string()];
            let command = Command::new(python)
                .args(["-c", CLIENT])
                .args(arguments)
                .arg(dir.display().to_string())
                .limit(Duration::from_secs(1800));
            let output = self.live.run(&Place::Here, &command).await?;
            if let Ok(seconds) = output.stdout.trim().parse() {
                return Ok(Duration::from_secs_f64(seconds));
            }
            output.last_words().clone_into(&mut last);
        }
        Err(Failure::unknown(PythonFailed(last)))
    }

    /// The peak memory of a new process, which has held nothing before.
    async fn peak(&self, count: usize, cache: &Path) -> Result<String, Failure> {
        let program = std::env::current_exe()?.display().to_string();
        let command = Command::new(program)
            .args(["dev", "bench", "embed", "--cached", &count.to_string(), "--gather"])
            .arg(cache.display().to_string());
        Ok(self.live.run(&Place::Here, &command).await?.stdout)
    }
}

fn client(address: SocketAddr, concurrency: usize, cache: Option<&Path>) -> Client {
    let url = format!("http://{address}").parse().expect("an address is a URL");
    let cache = cache.map(Cache::at);
    Client::new(url, Options { cache, concurrency, ..Options::default() })
}

async fn gather(
    address: SocketAddr,
    count: usize,
    concurrency: usize,
    cache: Option<&Path>,
) -> Result<(), RunError> {
    let texts = (0..count).map(|at| {
        format!("Text number {at} with some words in it, as an essay has a few of them.")
    });
    client(address, concurrency, cache).embed(texts).gather().await?.whole()?;
    Ok(())
}

/// Reads the answer into memory and no further, from its first byte on.
fn bare_read(address: SocketAddr, rows: usize) -> std::io::Result<Duration> {
    let body = format!("{{\"texts\":[{}]}}", vec!["\"x\""; rows].join(","));
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "POST /v1/embed HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        if let Some(value) = header.strip_prefix("Content-Length: ") {
            length = value.trim().parse().unwrap_or(0);
        }
        header.clear();
    }
    let started = Instant::now();
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes)?;
    Ok(started.elapsed())
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    format!("{}\n", line.unwrap_or("unknown").trim())
}

fn line(text: &mut String, what: &str, sample: &Sample) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "  {what:32} {}", sample.shown());
}

fn told(text: &mut String, ratio: f64, what: &str) {
    let _ = writeln!(text, "  {ratio:.2} times {what}");
}
