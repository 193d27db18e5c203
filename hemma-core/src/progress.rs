//! The progress of a long change.

use std::fmt;
use std::sync::Arc;

/// The listener for the progress of a long change.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Heard<'_>) + Send + Sync>);

/// A progress message of a long change.
#[derive(Debug, Clone, Copy)]
pub enum Heard<'h> {
    /// One line.
    Line(&'h str),
    /// News about one of several things that are made at once.
    Part(&'h Part),
}

/// News about one of several things that are made at once, such as the images of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name; several names if it is not known which of them the news is about.
    pub names: Vec<String>,
    /// The news.
    pub news: News,
}

/// News about one of several things that are made at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It has not begun.
    Waits,
    /// It has reached this step: its number and the number of steps, if known, and what is done in
    /// it.
    Step(Option<(u32, u32)>, String),
    /// It wrote a line.
    Wrote(String),
    /// How much of something was fetched, as the fetching tool prints it.
    Fetched(String),
    /// It is finished.
    Done {
        /// Whether every step came from the cache.
        cached: bool,
    },
    /// It failed, for this reason.
    Failed(String),
}

impl Progress {
    /// Passes each line to `listener`; news about a part becomes a line with its name in front.
    pub fn new(listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::hearing(move |heard| match heard {
            Heard::Line(line) => listener(line),
            Heard::Part(Part { news: News::Waits, .. }) => {}
            Heard::Part(part) => listener(&part.to_string()),
        })
    }

    /// Passes every message to `listener`.
    pub fn hearing(listener: impl Fn(Heard<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// A progress without a listener.
    pub fn silent() -> Self {
        Self::hearing(|_| {})
    }

    /// Reports one line.
    pub fn line(&self, line: &str) {
        (self.0)(Heard::Line(line));
    }

    /// Reports news about one of several things that are made at once.
    pub fn part(&self, part: &Part) {
        (self.0)(Heard::Part(part));
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// `api | step 3/7: RUN pip install`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} | {}", self.names.join(" or "), self.news)
    }
}

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waits => f.write_str("waits"),
            Self::Step(Some((at, of)), what) => write!(f, "step {at}/{of}: {what}"),
            Self::Step(None, what) | Self::Wrote(what) | Self::Fetched(what) => f.write_str(what),
            Self::Done { cached: true } => f.write_str("built, all of it from the cache"),
            Self::Done { cached: false } => f.write_str("built"),
            Self::Failed(why) => write!(f, "failed: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn who_hears_lines_alone_hears_of_each_part_by_its_name() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&heard);
        let progress = Progress::new(move |line| keep.lock().unwrap().push(line.to_owned()));
        let part = |names: &[&str], news| Part {
            names: names.iter().map(|it| (*it).to_owned()).collect(),
            news,
        };
        progress.line("building api, web");
        progress.part(&part(&["api"], News::Waits));
        progress.part(&part(&["api"], News::Step(Some((3, 7)), "RUN make".to_owned())));
        progress.part(&part(&["api", "web"], News::Wrote("ok".to_owned())));
        progress.part(&part(&["api"], News::Done { cached: false }));
        let expected =
            ["building api, web", "api | step 3/7: RUN make", "api or web | ok", "api | built"];
        assert_eq!(*heard.lock().unwrap(), expected);
    }
}
