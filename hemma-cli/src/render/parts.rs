//! Progress of several things at once, and the line of each.

use std::time::{Duration, Instant};

use hemma_core::{News, Part};

use super::took::took;
use super::words::plain;

/// The time after which a rate is meaningful.
const RATE_AFTER: Duration = Duration::from_secs(1);

/// The things in progress, in the order in which they were named.
#[derive(Debug, Default)]
pub(super) struct Parts {
    all: Vec<One>,
}

#[derive(Debug)]
struct One {
    name: String,
    begun: Option<Instant>,
    /// The current step.
    step: String,
    ended: bool,
    /// The name of what is fetched, the time of its first report, and the amount at that time.
    fetched: Option<(String, Instant, f64)>,
}

/// The effect of a progress event on the screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// The line of this part changes.
    Moves(String, String),
    /// The line of this part is removed, and this final line stays.
    Ends(String, String),
    /// The event is about several parts, and it is not known which.
    Shared(String),
    /// No effect.
    Nothing,
}

impl Parts {
    /// Notes an event.
    pub(super) fn hear(&mut self, part: &Part, now: Instant) -> Shows {
        let [name] = &part.names[..] else {
            let shared = plain(&format!("{}: {}", part.names.join(" or "), part.news));
            return Shows::Shared(shared);
        };
        let one = self.one(name);
        if part.news != News::Waits {
            one.begun.get_or_insert(now);
        }
        let taken = one.begun.and_then(|it| took(now.duration_since(it)));
        let within = taken.map(|it| format!(" in {it}")).unwrap_or_default();
        match &part.news {
            News::Waits => Shows::Nothing,
            News::Step(at, what) => {
                let at = at.map(|(at, of)| format!("{at}/{of} ")).unwrap_or_default();
                one.step = plain(&format!("{at}{what}"));
                one.fetched = None;
                Shows::Moves(name.clone(), one.step.clone())
            }
            News::Wrote(line) => {
                Shows::Moves(name.clone(), plain(&format!("{}: {}", one.step, line.trim())))
            }
            News::Fetched(amount) => {
                let rate = one.rate(amount, now).map(|it| format!(", {it}")).unwrap_or_default();
                Shows::Moves(name.clone(), plain(&format!("{}: {amount}{rate}", one.step)))
            }
            News::Done { cached } => {
                one.ended = true;
                let cached = if *cached { ", all of it from the cache" } else { "" };
                Shows::Ends(name.clone(), format!("built  {}{within}{cached}", plain(name)))
            }
            News::Failed(why) => {
                one.ended = true;
                Shows::Ends(name.clone(), plain(&format!("FAILED {name}{within}: {why}")))
            }
        }
    }

    /// The number of parts that are done and under way: `3 of 12 built, 4 under way`.
    pub(super) fn summary(&self) -> String {
        let ended = self.all.iter().filter(|it| it.ended).count();
        let under_way = self.all.iter().filter(|it| !it.ended && it.begun.is_some()).count();
        let under_way =
            if under_way == 0 { String::new() } else { format!(", {under_way} under way") };
        format!("building images: {ended} of {} done{under_way}", self.all.len())
    }

    /// The width of the widest name.
    pub(super) fn width(&self) -> usize {
        self.all.iter().map(|it| it.name.chars().count()).max().unwrap_or(0)
    }

    fn one(&mut self, name: &str) -> &mut One {
        let found = self.all.iter().position(|it| it.name == name);
        let at = found.unwrap_or_else(|| {
            let step = String::new();
            self.all.push(One {
                name: name.to_owned(),
                begun: None,
                step,
                ended: false,
                fetched: None,
            });
            self.all.len() - 1
        });
        &mut self.all[at]
    }
}

impl One {
    /// The amount that is fetched per second, after a while.
    fn rate(&mut self, amount: &str, now: Instant) -> Option<String> {
        let (got, of) = amount.split_once(" / ")?;
        let bytes = bytes(got)?;
        let (_, since, before) = match &self.fetched {
            Some(known) if known.0 == of => known,
            _ => self.fetched.insert((of.to_owned(), now, bytes)),
        };
        let passed = now.duration_since(*since);
        let rate = (bytes - before) / passed.as_secs_f64();
        (passed >= RATE_AFTER && rate > 0.0).then(|| format!("{:.1} MB/s", rate / 1e6))
    }
}

/// The bytes of `10.49MB`.
fn bytes(amount: &str) -> Option<f64> {
    let end = amount.find(|it: char| it.is_ascii_alphabetic())?;
    let unit = match &amount[end..] {
        "B" => 1.0,
        "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some(amount[..end].trim().parse::<f64>().ok()? * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_a_line_that_goes_when_it_is_done() {
        let begun = Instant::now();
        let mut parts = Parts::default();
        let mut hear = |names: &[&str], second: u64, news| {
            let names = names.iter().map(|it| (*it).to_owned()).collect();
            parts.hear(&Part { names, news }, begun + Duration::from_secs(second))
        };
        let moves = |name: &str, text: &str| Shows::Moves(name.to_owned(), text.to_owned());
        assert_eq!(hear(&["api"], 0, News::Waits), Shows::Nothing);
        assert_eq!(hear(&["web"], 0, News::Waits), Shows::Nothing);
        let step = |at, what: &str| News::Step(Some((at, 7)), what.to_owned());
        assert_eq!(hear(&["api"], 1, step(1, "FROM a")), moves("api", "1/7 FROM a"));
        let fetched = |amount: &str| News::Fetched(amount.to_owned());
        let seen = hear(&["api"], 1, fetched("1.0MB / 30MB"));
        assert_eq!(seen, moves("api", "1/7 FROM a: 1.0MB / 30MB"));
        let seen = hear(&["api"], 3, fetched("9.0MB / 30MB"));
        assert_eq!(seen, moves("api", "1/7 FROM a: 9.0MB / 30MB, 4.0 MB/s"));
        let seen = hear(&["api"], 4, News::Wrote("a\u{1b}[2Jb".to_owned()));
        assert_eq!(seen, moves("api", "1/7 FROM a: ab"));
        let seen = hear(&["api", "web"], 5, step(2, "COPY . ."));
        assert_eq!(seen, Shows::Shared("api or web: step 2/7: COPY . .".to_owned()));
        let seen = hear(&["api"], 13, News::Done { cached: false });
        assert_eq!(seen, Shows::Ends("api".to_owned(), "built  api in 12 s".to_owned()));
        let seen = hear(&["web"], 13, News::Failed("no such file".to_owned()));
        assert_eq!(seen, Shows::Ends("web".to_owned(), "FAILED web: no such file".to_owned()));
        assert_eq!(parts.summary(), "building images: 2 of 2 done");
    }
}
