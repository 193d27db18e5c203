//! hemma as the operator's shell runs it, against the practice host.
//!
//! Real sshd, sudo, engine, Compose and git, with their failures. The tests take turns on two
//! hosts, so that two can run at once: each begins with a [`stage::Stage`], which waits for its
//! turn, repairs what an earlier test may have left broken, and prepares the host for the test. A
//! host with the application on it is kept from test to test: a deploy costs more than most tests.
//!
//! ```text
//! cargo build --package hemma-xtask && cargo test --features lab --test lab
//! ```

mod hemma;
mod stage;
mod terminal;
mod watch;

mod backup;
mod boundaries;
mod canary;
mod checkout;
mod compose_files;
mod connection;
mod databases;
mod deploy;
mod destinations;
mod edge;
mod env_file;
mod env_values;
mod exec;
mod foreign;
mod gate;
mod interruption;
mod link;
mod lock;
mod practice;
mod preflight;
mod primitives;
mod promise;
mod promises;
mod prune;
mod registry;
mod research;
mod rollback;
mod sessions;
mod settings;
mod stages;
mod storage;
mod tools;
mod verbs;
mod whole_way;
mod words;
