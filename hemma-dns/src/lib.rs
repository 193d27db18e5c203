//! *Do the public names point at the host, as seen from everywhere?*
//!
//! A [`Lookup`] asks one server for one name and keeps the aliases on the way, the TTL of each
//! record, and the server that answered. "There is no such name" is an answer; SERVFAIL, REFUSED
//! and silence are errors of their own. [`verify`] asks the system's resolver, public ones and the
//! zone's own servers at once, and judges: points here, elsewhere, nowhere, still cached, led away
//! by an AAAA record, or barred by CAA.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use hemma_core::{Verdict, World};
//! use hemma_dns::{Authorities, Scope, Target, Vantage, verify};
//!
//! let closed = "127.0.0.1:1".parse()?; // for real: leave the two fields below as they are
//! let here = Target::Addresses(vec!["203.0.113.10".parse()?]);
//! let scope = Scope {
//!     resolvers: vec![Vantage::Resolver(closed)],
//!     authorities: Authorities::Given(vec![closed]),
//!     ..Scope::everywhere(vec!["api.example.org".parse()?], here)
//! };
//! let report = verify(&World::local(), &scope).await;
//! assert_eq!(report.verdict(), Verdict::Unknown); // no server answered: neither yes nor no
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! With `system` (on by default), hickory-resolver reads which resolvers this machine uses: on
//! macOS from its network settings. Without it they are the addresses in `/etc/resolv.conf`, and 21
//! crates fewer are compiled.
//!
//! # What it does not do
//!
//! It changes no record. It checks no signature: a resolver that validates answers SERVFAIL, and
//! that is shown. It reads no hosts file, since visitors have another one. It caches nothing except
//! the answers that the [`World`](hemma_core::World) remembers within a run. It follows aliases
//! from zone to zone only when it asks the zones' own servers, where no resolver does so.

pub mod caa;
pub mod ids;
mod lookup;
mod name;
mod operator_error;
pub mod records;
pub mod zone;

pub use lookup::{
    Alias, Answer, Data, Found, Lookup, LookupError, PublicResolver, Record, RecordKind, Transport,
    Vantage,
};
pub use name::{DnsName, DnsNameError};
pub use records::{Scope, Target, verify};
pub use zone::Authorities;

#[cfg(feature = "fuzzing")]
pub use lookup::fuzz_read;
