//! The retry policy: how often to ask again, and how long to pause in between.

use std::time::{Duration, Instant};

use crate::outage::Outage;
use crate::wire::{Problem, RequestError, Until};

/// The retry policy of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The maximum number of attempts.
    pub attempts: u32,
    /// The pause after the first attempt; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// The limit for all attempts and pauses. A restarting server is waited for until then.
    pub deadline: Duration,
}

impl Default for Retry {
    /// Allows for a start of the offload server: it loads its models before it opens its port,
    /// which takes minutes with a cold cache.
    fn default() -> Self {
        Self {
            attempts: 4,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(15),
            deadline: Duration::from_secs(600),
        }
    }
}

impl Retry {
    /// A policy of one attempt.
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Asks until there is an answer, a final refusal, or no attempt or time left.
    ///
    /// After a lost connection, `there` says whether the server is back, and nothing is sent
    /// before: requests that crash the server are limited by the attempts, and a start that takes
    /// minutes must not use them up. Behind a tunnel a closed port looks like a lost connection, so
    /// the two are treated alike. `tell` is called when the server goes away and when it is back.
    pub(crate) async fn run<T, Asked, There>(
        &self,
        mut ask: impl FnMut(Until) -> Asked,
        there: impl Fn(Until) -> There,
        worth_waiting_for: impl Fn() -> bool,
        tell: impl Fn(Outage),
    ) -> Result<T, RequestError>
    where
        Asked: Future<Output = Result<T, RequestError>>,
        There: Future<Output = bool>,
    {
        let until = Until::within(self.deadline);
        let mut pause = self.first_pause;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match ask(until).await {
                Ok(answer) => return Ok(answer),
                Err(error) => RequestError { attempts, ..error },
            };
            let since = Instant::now();
            let again = error.may_pass() && (!error.lost() || worth_waiting_for());
            let rest = told(&error).map_or(pause, |it| it.max(pause));
            if !again || attempts >= self.attempts || !until.allows(rest) {
                return Err(error);
            }
            tokio::time::sleep(rest).await;
            pause = (pause * 2).min(self.longest_pause);
            while error.lost() && !there(until).await {
                tell(Outage::Began { since, until: until.end() });
                if !until.allows(pause) {
                    return Err(error.gone(self.deadline));
                }
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(self.longest_pause);
            }
            tell(Outage::Over);
        }
    }
}

/// The pause that the server asks for.
fn told(error: &RequestError) -> Option<Duration> {
    match error.problem {
        Problem::Status { retry_after, .. } => retry_after.map(Duration::from_secs),
        _ => None,
    }
}
