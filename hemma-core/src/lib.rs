//! *How does a program observe and change hosts, with consent, dry runs and replay?* The types that
//! hemma's crates share.
//!
//! What a program learns is a [`Question`], and what it does is a [`Change`]: plain values with
//! typed answers and typed errors. They meet the outside in one place, the [`World`], which runs
//! them for real, records them, replays a [`Cassette`], or only plans. A change needs an
//! [`Approval`], which only the operator's consent gives.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use hemma_core::{Command, Exec, World};
//!
//! let world = World::local();
//! let uname = Exec::here(Command::new("uname"));     // or `Exec::on(&"hemma".parse()?, …)`
//! println!("{}", world.ask(&uname).await?.stdout);
//! # Ok::<(), hemma_core::ExecError>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! All features are on by default, and each can be left out (`default-features = false`).
//!
//! | feature | what it adds |
//! |---|---|
//! | `ssh` | commands on hosts; without it a question about a host gets an error that says so |
//! | `cassette` | recording and replaying: [`World::recording`], [`World::replay`], [`Cassette`] |
//! | `idna` | [`names::DomainName`], names of hosts on the web |
//! | `schema` | JSON schemas (`schemars`) of names and hosts |
//!
//! # What it does not do
//!
//! It knows no DNS, TLS, Docker or tunnel: those are crates of their own, which depend on this one
//! and not on each other. It never prints, exits, or reads settings from the environment. It does
//! not retry a lost connection, because half of a run answered over another connection would be
//! misleading.

mod approval;
#[cfg(feature = "cassette")]
mod cassette;
mod command;
mod credentials;
mod exec;
mod exec_error;
mod finding_id;
mod guard;
mod hint;
mod host;
mod job;
mod live;
pub mod names;
mod not_recorded;
mod operator_error;
mod output;
mod poll_policy;
mod program;
mod progress;
mod question;
mod remedy;
mod report;
pub mod script;
#[cfg(feature = "cassette")]
mod scrub;
mod secret;
pub mod storage;
pub mod sudo;
mod suggestions;
pub mod text;
mod value;
mod verdict;
mod workdir;
mod world;

pub use approval::{Approval, Consent};
#[cfg(feature = "cassette")]
pub use cassette::{Cassette, CassetteError, Exchange, Origin, Scene};
pub use command::{Command, Stdin, USUAL_LIMIT, quote, quote_path};
pub use credentials::without_credentials;
pub use exec::Exec;
pub use exec_error::ExecError;
pub use finding_id::{FindingId, FindingKind};
pub use guard::Guard;
pub use hint::Hint;
pub use host::{Host, HostError, Place};
pub use job::Job;
pub use live::{
    Attended, ConnectError, Extensions, Journal, JournalEntry, JournalEvent, Live, Loss, Remark,
    SshOptions,
};
#[cfg(feature = "ssh")]
pub use live::{Duplex, Echo, End, SshMaster, StreamError, Terminal};
pub use not_recorded::NotRecorded;
pub use operator_error::{Advice, Classified, ErrorClass, OperatorError};
pub use output::Output;
pub use poll_policy::PollPolicy;
pub use program::{Ended, Told};
pub use progress::{Heard, News, Part, Progress};
pub use question::{Applied, Cancel, Change, Question};
pub use remedy::{AnyRemedy, Remedy, RemedySet};
pub use report::{Finding, Report, causes};
pub use secret::{HIDDEN, Secret};
pub use suggestions::Suggestions;
pub use verdict::Verdict;
pub use workdir::Workdir;
pub use world::{Step, World};
