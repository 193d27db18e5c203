//! Handshakes with a server on loopback, beside Python's ssl in the same run.
//!
//! `cargo bench -p hemma-tls`. Never a test: a busy machine must not fail it.

#![expect(clippy::print_stdout, reason = "a measurement is shown")]

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hemma_core::{Command, Exec, Live, Question, SshOptions, World};
use hemma_tls::{Handshake, Met, Site};
use rcgen::{CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const AT_ONCE: usize = 16;
const COUNT: usize = 1_000;

/// A Python script that times these handshakes in a pool of threads; prints seconds.
const PYTHON: &str = "
import sys, time, ssl, socket, concurrent.futures as f
port, count, pool = map(int, sys.argv[1:4])
context = ssl.create_default_context(cafile=sys.argv[4])
def meet(_):
    with socket.create_connection(('127.0.0.1', port), timeout=5) as s:
        with context.wrap_socket(s, server_hostname='api.hemma.example') as t:
            return t.getpeercert()
start = time.perf_counter()
with f.ThreadPoolExecutor(pool) as e:
    assert all(e.map(meet, range(count)))
print(time.perf_counter() - start)
";

#[tokio::main]
async fn main() {
    let root = tempfile::NamedTempFile::new().expect("a file");
    let config = identity(root.as_file());
    let (port, busy) = serve(config);
    println!("{AT_ONCE} at once, against one server thread on loopback");
    for count in [COUNT, 10 * COUNT] {
        let before = busy();
        let took = ours(port, count, root.path()).await;
        report("hemma-tls", count, took, busy().saturating_sub(before));
        println!("  resident {} KiB, peak {} KiB", kib("VmRSS:"), kib("VmHWM:"));
    }
    let before = busy();
    match python(port, COUNT, root.path()).await {
        Ok(took) => report("Python ssl", COUNT, took, busy().saturating_sub(before)),
        Err(why) => println!("Python ssl: {why}"),
    }
}

fn report(what: &str, count: usize, took: Duration, server: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a count of thousands is exact")]
    let rate = count as f64 / took.as_secs_f64();
    let share = 100.0 * server.as_secs_f64() / took.as_secs_f64();
    let millis = took.as_millis();
    println!(
        "{what}: {count} in {millis} ms, {rate:.0} a second; the server was busy {share:.0} %"
    );
}

async fn ours(port: u16, count: usize, root: &Path) -> Duration {
    let live = Live::new(SshOptions::default());
    let mut site =
        Site::new("api.hemma.example".parse().expect("a name"), ([127, 0, 0, 1], port).into());
    site.roots.push(root.to_owned());
    let handshake = Handshake::new(&site);
    let started = Instant::now();
    let met = stream::iter(0..count).map(async |_| handshake.ask(&live).await);
    met.buffer_unordered(AT_ONCE)
        .for_each(async |met| {
            assert!(matches!(met, Ok(Met::Tls(it)) if it.defects.is_empty()), "it is trusted");
        })
        .await;
    started.elapsed()
}

async fn python(port: u16, count: usize, root: &Path) -> Result<Duration, String> {
    let numbers = [port.to_string(), count.to_string(), AT_ONCE.to_string()];
    let command = Command::new("python3").args(["-c", PYTHON]).args(numbers);
    let command = command.arg(root.display().to_string());
    let world = World::live(Live::new(SshOptions::default()));
    let seen = world.ask(&Exec::here(command)).await.map_err(|it| it.to_string())?;
    let seconds = seen.stdout.trim().parse().map_err(|_| seen.last_words().to_owned())?;
    Ok(Duration::from_secs_f64(seconds))
}

/// A server's certificate, whose root is written to `root`.
fn identity(mut root: &std::fs::File) -> ServerConfig {
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    // OpenSSL takes equal names of subject and issuer for a self-signed certificate.
    params.distinguished_name.push(rcgen::DnType::CommonName, "Bench Root");
    // Newer Pythons are strict about what an authority's certificate has to say.
    params.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    let authority = params.self_signed(&key).expect("it signs");
    root.write_all(authority.pem().as_bytes()).expect("it is written");
    let issuer = Issuer::new(params, key);
    let own = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec!["api.hemma.example".to_owned()]).expect("a name");
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&own, &issuer).expect("it signs").der().clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the usual ones")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], own.into())
        .expect("a chain and its key")
}

/// A thread of its own, and what of the processor it has used so far.
fn serve(config: ServerConfig) -> (u16, impl Fn() -> Duration) {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
            let thread = std::fs::read_link("/proc/thread-self").unwrap_or_default();
            let port = listener.local_addr().expect("it is bound").port();
            tell.send((port, thread)).expect("somebody listens");
            let acceptor = TlsAcceptor::from(Arc::new(config));
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move { drop(acceptor.accept(stream).await) });
            }
        });
    });
    let (port, thread) = told.recv().expect("it starts");
    // The first number of `schedstat` is nanoseconds on the processor.
    let file = Path::new("/proc").join(thread).join("schedstat");
    let busy = move || {
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let spent = text.split(' ').next().and_then(|it| it.parse().ok());
        Duration::from_nanos(spent.unwrap_or_default())
    };
    (port, busy)
}

fn kib(what: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix(what)).unwrap_or("?");
    line.trim().trim_end_matches(" kB").to_owned()
}
