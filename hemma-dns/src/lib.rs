//! *Do the public names point at the host, as seen from everywhere?*
//!
//! A [`Lookup`] asks one server for one name and keeps what matters to a prober: the aliases on
//! the way, the seconds for which each record may be kept, and who said so. "There is no such
//! name" is an answer; SERVFAIL, REFUSED and silence are errors of their own. [`verify`] asks the
//! system's resolver, public ones and the zone's own servers at once, and judges: points here,
//! elsewhere, nowhere, still cached, led away by an AAAA record, or barred by CAA.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use hemma_core::{Verdict, World};
//! use hemma_dns::{Authorities, Scope, Target, Vantage, verify};
//!
//! let nobody = "127.0.0.1:1".parse()?; // for real: leave the two fields below as they are
//! let here = Target::Addresses(vec!["203.0.113.10".parse()?]);
//! let scope = Scope {
//!     resolvers: vec![Vantage::Resolver(nobody)],
//!     authorities: Authorities::Given(vec![nobody]),
//!     ..Scope::everywhere(vec!["api.example.org".parse()?], here)
//! };
//! let report = verify(&World::local(), &scope).await;
//! assert_eq!(report.verdict(), Verdict::Unknown); // nobody could be asked: neither yes nor no
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! `system` (on by default) has hickory-resolver read which resolvers this machine is set up with: on
//! macOS its network settings. Without it they are the addresses in `/etc/resolv.conf`, and 21 crates
//! fewer are compiled.
//!
//! # What it does not do
//!
//! It changes no record. It checks no signature: a resolver that validates says SERVFAIL, and that
//! is shown. It reads no hosts file, since visitors have another one. It keeps no cache beyond what
//! the [`World`](hemma_core::World) remembers within a run, and follows aliases from zone to zone
//! only for the zones' own servers, where no resolver does it for us.

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
