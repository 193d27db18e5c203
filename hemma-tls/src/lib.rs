//! Tmp.
mod certificate;
mod handshake;
mod site;
mod text;
mod trust;
pub use certificate::{Certificate, CertificateError};
pub use handshake::{Handshake, HandshakeError, Met, Presented};
pub use site::{Site, SiteName, SiteNameError};
pub use trust::Defect;
