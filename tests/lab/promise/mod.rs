//! hemma's promises, tested with random runs that are broken at random.
//!
//! Each run follows from a number. `HEMMA_PROMISE_SEED` is that of the first run,
//! `HEMMA_PROMISE_RUNS` is how many there are. A run that breaks a promise is printed whole; to
//! repeat it alone:
//!
//! ```text
//! HEMMA_PROMISE_SEED=… HEMMA_PROMISE_RUNS=1 cargo test --features lab --test lab promise -- --nocapture
//! ```

mod facts;
mod ground;
mod kept;
mod play;
mod scenario;
mod secrets;
mod story;

use std::io::Write;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;

use ground::Ground;
use play::Outcome;
use scenario::Scenario;

/// The target of a bad value. It is as secret as every other value.
const NOWHERE: &str = "/nowhere";

/// The default number of runs.
const RUNS: u64 = 60;

/// The limit for failed runs: the host is set up again after each, which takes a while, and more
/// show nothing new.
const FAILED_MAX: usize = 1000;

static FIRST: LazyLock<u64> = LazyLock::new(|| number("HEMMA_PROMISE_SEED").unwrap_or_else(seed));
static COUNT: LazyLock<u64> = LazyLock::new(|| number("HEMMA_PROMISE_RUNS").unwrap_or(RUNS));
static TAKEN: AtomicU64 = AtomicU64::new(0);
static FAILED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::test]
async fn promises_are_kept_on_one_host() {
    runs().await;
}

/// The runs are shared: each is played once, and two hosts need half the time.
#[tokio::test]
async fn promises_are_kept_on_another_host() {
    if *COUNT > 1 {
        runs().await;
    }
}

async fn runs() {
    let began = Instant::now();
    let mut ground: Option<Ground> = None;
    let mut played = 0;
    while let Some(scenario) = next() {
        let mut at = match ground.take() {
            Some(ground) => ground,
            None => Ground::prepare(scenario.seed).await,
        };
        let started = Instant::now();
        let outcome = AssertUnwindSafe(play::play(&mut at, &scenario)).catch_unwind().await;
        let Outcome { wrong, struck, converged } = outcome.unwrap_or_else(|panic| Outcome {
            wrong: vec![words(&*panic)],
            struck: true,
            converged: false,
        });
        let took = started.elapsed().as_secs_f32();
        played += 1;
        let late = if struck || scenario.strike.is_none() { "" } else { " (it had ended)" };
        if wrong.is_empty() {
            say(&format!("kept    {scenario}{late}, {took:.1} s"));
        } else {
            say(&format!("BROKEN  {scenario}{late}, {took:.1} s\n{}", wrong.join("\n")));
            say(&at.told());
            fails(format!("{scenario}: {}", wrong[0]));
        }
        if !converged {
            at.rebuild().await;
        }
        ground = Some(at);
    }
    if let Some(ground) = ground {
        ground.leave().await;
    }
    say(&format!("{played} runs in {:.0} s", began.elapsed().as_secs_f32()));
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "broken promises:\n{}", failed.join("\n"));
}

fn next() -> Option<Scenario> {
    let failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner).len();
    let number = TAKEN.fetch_add(1, Ordering::Relaxed);
    (number < *COUNT && failed < FAILED_MAX).then(|| Scenario::of(FIRST.wrapping_add(number)))
}

fn fails(what: String) {
    FAILED.lock().unwrap_or_else(PoisonError::into_inner).push(what);
}

/// The message of a panic.
fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!("it was given up: {}", text.unwrap_or("without a word"))
}

#[expect(clippy::disallowed_methods, reason = "who repeats a run says which one")]
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// A seed that is small enough to be typed.
fn seed() -> u64 {
    fastrand::u64(..100_000) * 1000
}

#[expect(clippy::disallowed_methods, reason = "the harness keeps what a passing test prints")]
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
