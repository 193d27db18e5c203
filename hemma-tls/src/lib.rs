//! *Does HTTPS reach the right service with the right certificate?*
//!
//! A [`Handshake`] keeps the chain that a server presents, even a bad one, and lets the real
//! verifier judge it: trusted, or expired, not yet valid, for another name, the proxy's default
//! one, self-signed, of an unknown root, incomplete; or no TLS at all, refused, closed, silent. A
//! [`Get`] sends a request to a chosen address, only over a verified connection. Further modules
//! use them: [`chain`] (the right certificate, and for how long), [`routing`] (the right service),
//! [`challenge`] (port 80), [`issuance`] (why there is no certificate yet) and [`readiness`]
//! (whether the proxy is told the names).
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use hemma_core::{Verdict, World};
//! use hemma_tls::{Site, chain};
//!
//! // A real address is the one that the name has, or the one that it should have, with port 443.
//! let closed = "127.0.0.1:1".parse()?;
//! let site = Site::new("api.example.org".parse()?, closed);
//! let world = World::local();
//! let report = chain::verify(&world, &[site]).await;
//! assert_eq!(report.verdict(), Verdict::Fail);
//! assert_eq!(report.findings[0].id.as_str(), "certificate.none");
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # What it does not do
//!
//! It resolves no names and asks no engine: addresses, log lines and variables are given to it. It
//! requests and renews no certificate; it never follows a redirect, never sends HEAD, and sends
//! nothing to a server that the verifier refuses. Like browsers, it checks no revocation.

mod certificate;
pub mod chain;
pub mod challenge;
mod get;
mod handshake;
pub mod ids;
pub mod issuance;
mod operator_error;
pub mod readiness;
pub mod routing;
mod site;
mod text;
mod trust;

pub use certificate::{Certificate, CertificateError};
pub use get::{Get, GetError, Parts, Reply, Scheme, SeenParts};
pub use handshake::{Handshake, HandshakeError, Met, Presented};
pub use site::{Site, SiteName, SiteNameError};
pub use trust::Defect;
