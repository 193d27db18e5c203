//! A verifier that keeps the presented chain and lets the real verifier judge it, and a client
//! without a certificate that notes whether one is asked for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, Error, SignatureScheme};

use crate::trust::select;

#[derive(Debug)]
pub(super) struct Recorder {
    judge: Arc<WebPkiServerVerifier>,
    seen: Mutex<Seen>,
}

/// What a server presented.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// The certificates that were looked at, in the order sent.
    pub(super) ders: Vec<CertificateDer<'static>>,
    /// The number of issuers that were not.
    pub(super) left_out: usize,
}

impl Recorder {
    pub(super) fn new(judge: Arc<WebPkiServerVerifier>) -> Self {
        Self { judge, seen: Mutex::default() }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let selected = select(end, between);
        let issuers = selected.issuers.iter().map(|at| between[*at].clone().into_owned());
        let ders: Vec<_> = std::iter::once(end.clone().into_owned()).chain(issuers).collect();
        let verified = self.judge.verify_server_cert(end, &ders[1..], name, ocsp, now);
        let seen = Seen { ders, left_out: selected.left_out };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

/// A client without a certificate.
#[derive(Debug, Default)]
pub(super) struct NoCertificate {
    asked: AtomicBool,
}

impl NoCertificate {
    /// Whether the server asked for a certificate.
    pub(super) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
