//! Servers on loopback, and certificates with every defect there is.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hemma_core::World;
use hemma_tls::Site;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(crate) const NAME: &str = "api.hemma.example";
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn world() -> World {
    World::local()
}

/// A certificate authority whose root is a file.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) der: CertificateDer<'static>,
    pub(crate) file: NamedTempFile,
}

/// A chain and the key of its first certificate.
pub(crate) struct Identity {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: PrivateKeyDer<'static>,
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let (params, key) = (authority_params(name), KeyPair::generate().expect("a key"));
        let root = params.self_signed(&key).expect("it signs");
        let mut file = NamedTempFile::new().expect("a file");
        file.write_all(root.pem().as_bytes()).expect("it is written");
        Self { der: root.der().clone(), issuer: Issuer::new(params, key), file }
    }

    /// An authority below this one, and its certificate.
    pub(crate) fn intermediate(&self) -> Self {
        self.below(authority_params("Test Between"))
    }

    /// An authority below this one that is valid for these days, counted from now.
    pub(crate) fn intermediate_for(&self, from: i32, until: i32) -> Self {
        self.below(valid(authority_params("Test Between"), from, until))
    }

    /// An authority below this one with the same name.
    pub(crate) fn namesake(&self, name: &str) -> Self {
        self.below(authority_params(name))
    }

    fn below(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key");
        let der = params.signed_by(&key, &self.issuer).expect("it signs").der().clone();
        let file = NamedTempFile::new().expect("a file");
        Self { der, issuer: Issuer::new(params, key), file }
    }

    pub(crate) fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("it signs");
        Identity { chain: vec![certificate.der().clone()], key: key.into() }
    }

    /// A site whose certificate this authority may sign.
    pub(crate) fn site(&self, to: SocketAddr) -> Site {
        let mut site = Site::new(NAME.parse().expect("a name"), to);
        site.roots.push(self.file.path().to_owned());
        site
    }
}

/// A certificate for these names that is valid now, for ninety days from yesterday on.
pub(crate) fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|it| (*it).to_owned()).collect();
    valid(CertificateParams::new(names).expect("names"), -1, 89)
}

#[expect(clippy::disallowed_methods, reason = "a certificate for a server of this very moment")]
pub(crate) fn valid(mut params: CertificateParams, from: i32, until: i32) -> CertificateParams {
    let at = |days: i32| match days {
        0.. => SystemTime::now() + DAY * days.unsigned_abs(),
        _ => SystemTime::now() - DAY * days.unsigned_abs(),
    };
    params.not_before = at(from).into();
    params.not_after = at(until).into();
    params
}

pub(crate) fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("it signs");
    Identity { chain: vec![certificate.der().clone()], key: key.into() }
}

/// Lets `serve` have each connection, for as long as the test lives.
pub(crate) async fn listen<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// A server that presents `identity`, and then lets `serve` have the stream.
pub(crate) async fn tls<F>(
    identity: Identity,
    serve: impl Fn(TlsStream<TcpStream>) -> F + Clone + Send + Sync + 'static,
) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let acceptor = acceptor(identity);
    listen(move |stream| {
        let (acceptor, serve) = (acceptor.clone(), serve.clone());
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                serve(stream).await;
            }
        }
    })
    .await
}

pub(crate) fn acceptor(identity: Identity) -> TlsAcceptor {
    let clients = rustls::server::WebPkiClientVerifier::no_client_auth();
    acceptor_for(identity, clients, rustls::DEFAULT_VERSIONS)
}

/// Accepts with these versions the clients that `clients` does.
pub(crate) fn acceptor_for(
    identity: Identity,
    clients: Arc<dyn ClientCertVerifier>,
    versions: &[&'static SupportedProtocolVersion],
) -> TlsAcceptor {
    // The usual way refuses to serve some of what is to be served here.
    let key = rustls::crypto::ring::sign::any_supported_type(&identity.key).expect("a key");
    let unchecked = CertifiedKey::new(identity.chain, key);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .expect("they have suites")
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(unchecked)));
    TlsAcceptor::from(Arc::new(config))
}

/// Waits for a request's head, then sends `reply`.
pub(crate) async fn answer<S>(mut stream: S, reply: &[u8])
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut seen = Vec::new();
    let mut part = [0; 1024];
    while !seen.windows(4).any(|it| it == b"\r\n\r\n") {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(length) => seen.extend_from_slice(&part[..length]),
        }
    }
    let _ = stream.write_all(reply).await;
    let _ = stream.shutdown().await;
}

/// What a hostile server may make this whole process hold more, the server's own buffers and the
/// tests beside it included. The servers would send gigabytes.
pub(crate) const GROWTH_KIB_MAX: u64 = 128 << 10;

/// The most memory that this process has held so far, in KiB.
pub(crate) fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).unwrap_or_default()
}
