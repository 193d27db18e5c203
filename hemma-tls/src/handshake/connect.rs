//! Connects to an address, and returns a verified stream or the obstacle.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{ClientConfig, Error, InvalidMessage, ProtocolVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::recorder::{NoCertificate, Recorder};
use super::{HandshakeError, Met, Presented};
use crate::text::printable;
use crate::{Certificate, Site, trust};

/// The maximum size of a file with roots. The whole public set has 220 KB.
const ROOTS_BYTES_MAX: u64 = 1 << 20;

/// The result of a connection attempt.
pub(crate) enum Open {
    /// The verifier accepted the chain; the stream can be used.
    Trusted(Box<TlsStream<TcpStream>>, Presented),
    /// No trusted connection could be made.
    Not(Met),
}

/// Opens a connection that the real verifier accepts, within `limit`.
pub(crate) async fn open(site: &Site, limit: Duration) -> Result<Open, HandshakeError> {
    let deadline = Instant::now() + limit;
    let stream = match open_plain(site, deadline).await? {
        Ok(stream) => stream,
        Err(met) => return Ok(Open::Not(met)),
    };
    let judge = trust::verifier(&roots(site).await?).map_err(|reason| {
        let file = site.roots.first().cloned().unwrap_or_default();
        HandshakeError::Roots { file, reason }
    })?;
    let recorder = Arc::new(Recorder::new(Arc::clone(&judge)));
    let client = Arc::new(NoCertificate::default());
    let connector = TlsConnector::from(Arc::new(config(&recorder, &client)));
    let shaken = timeout_at(deadline, connector.connect(site.name.tls(), stream)).await;
    let seen = recorder.seen();
    let asks_client_certificate = client.was_asked();
    // The chain up to the first certificate that cannot be read, so that the first is always the
    // site's own.
    let chain: Vec<Certificate> =
        seen.ders.iter().map_while(|it| Certificate::parse(it).ok()).collect();
    match shaken {
        Ok(Ok(stream)) => {
            let protocol = stream.get_ref().1.protocol_version().map(version);
            let presented =
                Presented { chain, defects: Vec::new(), protocol, asks_client_certificate };
            Ok(Open::Trusted(Box::new(stream), presented))
        }
        Ok(Err(error)) if !seen.ders.is_empty() && is_refusal(&error) => {
            let presented =
                trust::Chain { ders: &seen.ders, read: &chain, left_out: seen.left_out };
            let defects = trust::judge(&judge, &presented, &site.name, UnixTime::now());
            let presented = Presented { chain, defects, protocol: None, asks_client_certificate };
            Ok(Open::Not(Met::Tls(presented)))
        }
        Ok(Err(error)) if asks_client_certificate && is_alert(&error) => {
            Ok(Open::Not(Met::ClientCertificate))
        }
        Ok(Err(error)) => Ok(Open::Not(stranger(site, &error, deadline).await)),
        Err(_) => Ok(Open::Not(Met::Silent)),
    }
}

fn version(agreed: ProtocolVersion) -> String {
    match agreed {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Opens a plain TCP connection. An obstacle is an answer.
pub(crate) async fn open_plain(
    site: &Site,
    deadline: Instant,
) -> Result<Result<TcpStream, Met>, HandshakeError> {
    match timeout_at(deadline, TcpStream::connect(site.to)).await {
        Ok(Ok(stream)) => Ok(Ok(stream)),
        Ok(Err(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Ok(Err(Met::Refused)),
            io::ErrorKind::ConnectionReset => Ok(Err(Met::Closed)),
            io::ErrorKind::TimedOut => Ok(Err(Met::Unanswered)),
            _ => Err(HandshakeError::Unreachable { site: site.clone(), reason: error.to_string() }),
        },
        Err(_) => Ok(Err(Met::Unanswered)),
    }
}

fn config(recorder: &Arc<Recorder>, client: &Arc<NoCertificate>) -> ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier: Arc<dyn rustls::client::danger::ServerCertVerifier> = Arc::clone(recorder) as _;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has every suite that the default versions need")
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut config = config.with_client_cert_resolver(Arc::clone(client) as _);
    // A resumed session would skip the certificate, which is needed here.
    config.resumption = rustls::client::Resumption::disabled();
    config
}

async fn roots(site: &Site) -> Result<Vec<CertificateDer<'static>>, HandshakeError> {
    let mut all = Vec::new();
    for file in &site.roots {
        let roots = read_roots(file).await;
        all.extend(roots.map_err(|reason| HandshakeError::Roots { file: file.clone(), reason })?);
    }
    Ok(all)
}

async fn read_roots(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let opened = tokio::fs::File::open(file).await.map_err(|it| it.to_string())?;
    let mut bytes = Vec::new();
    let read = opened.take(ROOTS_BYTES_MAX).read_to_end(&mut bytes).await;
    read.map_err(|it| it.to_string())?;
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match roots {
        Ok(roots) if roots.is_empty() => Err("it holds no certificate".to_owned()),
        Ok(roots) => Ok(roots),
        Err(error) => Err(error.to_string()),
    }
}

fn tls_error(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}

/// Whether the verifier refused the chain.
fn is_refusal(error: &io::Error) -> bool {
    matches!(tls_error(error), Some(Error::InvalidCertificate(_)))
}

/// Whether the server ended the handshake with an alert.
fn is_alert(error: &io::Error) -> bool {
    matches!(tls_error(error), Some(Error::AlertReceived(_)))
}

/// Finds out what answers if no chain was presented.
async fn stranger(site: &Site, error: &io::Error, deadline: Instant) -> Met {
    match tls_error(error) {
        Some(Error::AlertReceived(alert)) => Met::Alert { alert: format!("{alert:?}") },
        Some(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => {
            match first_line(site, deadline).await {
                Some(line) if line.starts_with("HTTP/") => Met::PlainHttp { status: line },
                Some(line) => Met::NotTls { reason: format!("it says `{line}`") },
                None => Met::NotTls { reason: "its answer is no TLS".to_owned() },
            }
        }
        Some(Error::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        )) => Met::Oversized,
        Some(other) => Met::NotTls { reason: printable(other.to_string().as_bytes(), 200) },
        None => Met::Closed,
    }
}

/// The first line of the server's reply to a plain request.
async fn first_line(site: &Site, deadline: Instant) -> Option<String> {
    let mut stream = open_plain(site, deadline).await.ok()?.ok()?;
    let request = format!("GET / HTTP/1.0\r\nHost: {}\r\n\r\n", site.name);
    let mut start = [0; 64];
    let talk = async {
        stream.write_all(request.as_bytes()).await.ok()?;
        let length = stream.read(&mut start).await.ok()?;
        let line = start[..length].split(|it| *it == b'\r' || *it == b'\n').next()?;
        Some(printable(line, 60)).filter(|it| !it.is_empty())
    };
    timeout_at(deadline, talk).await.ok().flatten()
}
