//! The progress of a run over many texts.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use hemma_core::{Finding, Hint, Progress, causes};
use hemma_embed::{Client, Origin, Outage, RequestError};
use jiff::Timestamp;

use crate::Run;
use crate::answer::Saved;
use crate::ids;
use crate::render::grouped;

/// Counts the finished texts, and reports them from time to time.
pub(crate) struct Tally<'r> {
    run: &'r Run<'r>,
    out: PathBuf,
    cache: Option<PathBuf>,
    progress: Progress,
    every: Duration,
    began: Duration,
    said: Duration,
    total: usize,
    cached: usize,
    computed: usize,
    failed: usize,
    failures: Vec<String>,
}

impl<'r> Tally<'r> {
    /// The tally of a run that writes `out` at its end, and keeps finished texts in `cache`.
    pub(crate) fn new(
        run: &'r Run<'r>,
        total: usize,
        out: PathBuf,
        cache: Option<PathBuf>,
    ) -> Self {
        // A moving line may change often; a log wants fewer lines.
        let watched = run.terminal().somebody();
        let every = if watched { Duration::from_millis(200) } else { Duration::from_secs(10) };
        let (progress, began) = (run.progress(), run.world().elapsed());
        let (cached, computed, failed, failures) = (0, 0, 0, Vec::new());
        let tally = Self {
            run,
            out,
            cache,
            progress,
            every,
            began,
            said: began,
            total,
            cached,
            computed,
            failed,
            failures,
        };
        tally.save();
        tally
    }

    /// Reports outages of the server, how long it is retried, and that it answers again.
    pub(crate) fn hears_of_outages(&self, client: &Client) {
        let (progress, began) = (self.run.progress(), (self.run.world().now(), Instant::now()));
        client.on_outage(move |outage| progress.line(&outage_words(outage, began)));
    }

    /// Counts finished texts.
    pub(crate) fn done(&mut self, origin: Origin, count: usize) {
        match origin {
            Origin::Cache => self.cached += count,
            Origin::Server => self.computed += count,
        }
        self.save();
        self.tell();
    }

    /// Counts texts for which the server gave no result.
    pub(crate) fn failed(&mut self, at: &[usize], error: &RequestError) {
        self.failed += at.len();
        self.failures.push(format!("{}: {}", places(at), causes(error)));
        self.tell();
    }

    /// Whether no text was finished. The result of an earlier run is worth more than that.
    pub(crate) fn is_in_vain(&self) -> bool {
        self.failed > 0 && self.cached + self.computed == 0
    }

    /// The finding of the run over `subject`. `shape` is that of the written matrix.
    pub(crate) fn finding(self, subject: String, shape: Option<&str>) -> Finding {
        let unwritten = || format!("{} was not written", self.out.display());
        let written = shape.map_or_else(unwritten, str::to_owned);
        let detail = format!("{written}: {}", self.summary());
        if self.failures.is_empty() {
            return Finding::pass(ids::TEXTS_DONE, subject, detail);
        }
        let hint = Hint::Run("cargo xtask offload container-health".to_owned());
        Finding::fail(ids::TEXTS_FAILED, subject, detail).evidence(self.failures).hint(hint)
    }

    /// Notes what is kept if the run ends here. Texts that are finished later are in the cache as
    /// well.
    fn save(&self) {
        self.run.saves(Saved {
            done: self.cached + self.computed,
            total: self.total,
            cache: self.cache.clone(),
            unwritten: self.out.clone(),
        });
    }

    /// Reports the progress, if it has not been reported for a while.
    fn tell(&mut self) {
        let now = self.run.world().elapsed();
        if now.saturating_sub(self.said) >= self.every {
            self.said = now;
            self.progress.line(&self.line(now.saturating_sub(self.began)));
        }
    }

    fn summary(&self) -> String {
        let took = self.run.world().elapsed().saturating_sub(self.began);
        let seconds = took.as_secs_f64();
        let mut words = Vec::new();
        let mut add = |count: usize, what: &str| {
            if count > 0 {
                words.push(format!("{} {what}", grouped(count)));
            }
        };
        add(self.cached, "from the cache");
        add(self.computed, "computed");
        add(self.failed, "failed");
        words.push(format!("{seconds:.1} s"));
        words.join(", ")
    }

    fn line(&self, took: Duration) -> String {
        let done = self.cached + self.computed + self.failed;
        let so_far = format!("{} of {}", grouped(done), grouped(self.total));
        if done == 0 || took.is_zero() {
            return so_far;
        }
        let rate = per_second(done, took);
        // Texts from the cache take almost no time, so the rest goes as fast as the computed ones.
        let asked = self.computed + self.failed;
        let pace = if asked == 0 { rate } else { per_second(asked, took) };
        let rest = left(self.total.saturating_sub(done), pace);
        format!("{so_far}, {}/s, {rest} left", shown(rate))
    }
}

/// An outage in words. `began` is one moment by two clocks.
fn outage_words(outage: Outage, (clock, instant): (Timestamp, Instant)) -> String {
    let at = |it: Instant| {
        let moment = match it.checked_duration_since(instant) {
            Some(after) => clock.checked_add(after),
            None => clock.checked_sub(instant.duration_since(it)),
        };
        moment.unwrap_or(clock).strftime("%H:%M:%S UTC").to_string()
    };
    match outage {
        Outage::Began { since, until } => format!(
            "the server has not answered since {}, and is retried until {}",
            at(since),
            at(until)
        ),
        Outage::Over => "the server answers again".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown with two digits")]
fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

fn shown(rate: f64) -> String {
    if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") }
}

/// The remaining time in one unit, as a person would say it.
#[expect(clippy::cast_precision_loss, reason = "a forecast is shown in whole units")]
fn left(items: usize, pace: f64) -> String {
    let seconds = items as f64 / pace;
    if seconds < 90.0 {
        format!("{seconds:.0} s")
    } else if seconds < 5400.0 {
        format!("{:.0} min", seconds / 60.0)
    } else {
        format!("{:.1} h", seconds / 3600.0)
    }
}

/// The numbers of texts, counted from 1.
fn places(at: &[usize]) -> String {
    let runs = at.chunk_by(|a, b| a + 1 == *b);
    let words = runs.filter_map(|run| match (run.first()?, run.last()?) {
        (first, last) if first == last => Some(format!("{}", first + 1)),
        (first, last) => Some(format!("{}–{}", first + 1, last + 1)),
    });
    let words: Vec<_> = words.collect();
    if words.len() > 8 {
        return format!("{} texts from {}", at.len(), words[0]);
    }
    format!("text {}", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_said_by_the_clock_on_the_wall() {
        let (clock, instant) = (Timestamp::UNIX_EPOCH, Instant::now());
        let after = |seconds| instant + Duration::from_secs(seconds);
        let began = Outage::Began { since: after(70), until: after(670) };
        assert_eq!(
            outage_words(began, (clock, instant)),
            "the server has not answered since 00:01:10 UTC, and is retried until 00:11:10 UTC"
        );
        assert_eq!(outage_words(Outage::Over, (clock, instant)), "the server answers again");
    }

    #[test]
    fn numbers_are_said_as_a_person_says_them() {
        let rows =
            [(0, 4.0, "0 s"), (356, 4.0, "89 s"), (720, 4.0, "3 min"), (43_200, 4.0, "3.0 h")];
        for (items, pace, words) in rows {
            assert_eq!(left(items, pace), words);
        }
        let rows: [(&[usize], &str); 3] = [
            (&[0], "text 1"),
            (&[0, 1, 2, 7, 9, 10], "text 1–3, 8, 10–11"),
            (&[0, 2, 4, 6, 8, 10, 12, 14, 16], "9 texts from 1"),
        ];
        for (at, words) in rows {
            assert_eq!(places(at), words);
        }
        assert_eq!((shown(4.04), shown(612.3)), ("4.0".to_owned(), "612".to_owned()));
    }
}
