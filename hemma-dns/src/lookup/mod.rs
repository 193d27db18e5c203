//! A lookup: one question to one server, and its answer.

mod answer;
mod error;
mod exchange;
mod query;
mod question;
mod read;
mod system;

use std::time::Duration;

use hemma_core::{Live, Question};

pub use answer::{Alias, Answer, Data, Found, Record, Transport};
pub use error::LookupError;
pub(crate) use question::DNS_PORT;
pub use question::{Lookup, PublicResolver, RecordKind, Vantage};
#[cfg(feature = "fuzzing")]
pub use read::fuzz_read;

impl Question for Lookup {
    const KIND: &'static str = "dns.lookup";
    type Answer = Answer;
    type Error = LookupError;

    async fn ask(&self, _: &Live) -> Result<Answer, LookupError> {
        let servers = match self.at {
            Vantage::System => system::servers(self).await?,
            Vantage::Public(resolver) => vec![resolver.address()],
            Vantage::Resolver(server) | Vantage::Authority(server) => vec![server],
        };
        // The time is divided, so that a dead first server leaves some for the second.
        let each = u32::try_from(servers.len()).unwrap_or(u32::MAX).max(1);
        let limit = Duration::from_millis(self.limit_ms) / each;
        let mut last = LookupError::no_servers(self, "it names none");
        for server in servers {
            match exchange::ask(self, server, limit).await {
                Ok(answer) => return Ok(answer),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}
