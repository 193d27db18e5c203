//! What a long change says while it is under way.

use std::fmt;
use std::sync::Arc;

/// Where a long change says how far it has come.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Heard<'_>) + Send + Sync>);

/// What a listener hears of a long change.
#[derive(Debug, Clone, Copy)]
pub enum Heard<'h> {
    /// One line.
    Line(&'h str),
    /// News of some of the things that are made at once.
    Part(&'h Part),
}

/// News of one of several things that are made at once, such as the images of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name; several where it is not known which of them the news is about.
    pub names: Vec<String>,
    /// What became of it.
    pub news: News,
}

/// What became of one of several things that are made at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// It will be made, and has not begun.
    Waits,
    /// It has come to this step: which of how many, where that is known, and what is done in it.
    Step(Option<(u32, u32)>, String),
    /// It wrote a line.
    Wrote(String),
    /// How much of something it has fetched, in the words of the tool that fetches.
    Fetched(String),
    /// It is made; whether nothing of it had to be made again.
    Done {
        /// Every step of it was there from before.
        cached: bool,
    },
    /// It cannot be made.
    Failed(String),
}

impl Progress {
    /// Hands each line to `listener`; news of a part is a line with its name in front.
    pub fn new(listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self::hearing(move |heard| match heard {
            Heard::Line(line) => listener(line),
            Heard::Part(Part { news: News::Waits, .. }) => {}
            Heard::Part(part) => listener(&part.to_string()),
        })
    }

    /// Hands all that is said to `listener`.
    pub fn hearing(listener: impl Fn(Heard<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Nobody listens.
    pub fn silent() -> Self {
        Self::hearing(|_| {})
    }

    /// Says one line.
    pub fn line(&self, line: &str) {
        (self.0)(Heard::Line(line));
    }

    /// Says what became of one of several things that are made at once.
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
