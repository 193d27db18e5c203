//! Lookups against a server on loopback, beside hickory-resolver's and dnspython's in the same run.
//!
//! `cargo bench -p hemma-dns`. Never a test: a busy machine must not fail it.

#![expect(clippy::print_stdout, reason = "a measurement is shown")]

use std::net::{SocketAddr, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use hemma_core::{Command, Exec, Live, Question, SshOptions, World};
use hemma_dns::{Lookup, RecordKind, Vantage};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::{DnsHandle, FirstAnswer};
use hickory_resolver::proto::op::{DnsRequestOptions, Query};
use hickory_resolver::proto::rr::{Name, RecordType};

const AT_ONCE: usize = 64;
const COUNTS: [usize; 2] = [1_000, 10_000];

/// A Python script that times these lookups with dnspython in a pool of threads; prints seconds.
const PYTHON: &str = "
import sys, time, concurrent.futures as f
import dns.message, dns.query
port, count, pool = map(int, sys.argv[1:4])
def look(n):
    q = dns.message.make_query(f'n{n}.example.', 'A')
    return dns.query.udp(q, '127.0.0.1', port=port, timeout=5)
start = time.perf_counter()
with f.ThreadPoolExecutor(pool) as e:
    assert all(r.answer for r in e.map(look, range(count)))
print(time.perf_counter() - start)
";

#[tokio::main]
async fn main() {
    let (server, busy) = serve();
    println!("{AT_ONCE} at once, against one server thread on loopback");
    for count in COUNTS {
        measure("bare sockets, nothing read", count, &busy, bare(server, count)).await;
        measure("hemma-dns", count, &busy, ours(server, count)).await;
        println!("  resident {} KiB, peak {} KiB", kib("VmRSS:"), kib("VmHWM:"));
        measure("hickory's connection alone", count, &busy, connection(server, count)).await;
        measure("hickory-resolver", count, &busy, resolver(server, count)).await;
    }
    let (count, before) = (COUNTS[1], busy());
    match python(server, count).await {
        Ok(took) => report("dnspython", count, took, busy().saturating_sub(before)),
        Err(why) => println!("dnspython: {why}"),
    }
}

/// Wall time depends on who else is on the machine; what each lookup costs of the processor less so.
async fn measure(
    what: &str,
    count: usize,
    busy: &impl Fn() -> Duration,
    looked: impl Future<Output = Duration>,
) {
    let (server, all) = (busy(), spent());
    let took = looked.await;
    let server = busy().saturating_sub(server);
    report(what, count, took, server);
    let own = spent().saturating_sub(all).saturating_sub(server);
    println!("  {} us of the processor for each", own.as_micros() / count as u128);
}

/// A server that was busy all the time is what held the other side up.
fn report(what: &str, count: usize, took: Duration, server: Duration) {
    #[expect(clippy::cast_precision_loss, reason = "a count of thousands is exact")]
    let rate = count as f64 / took.as_secs_f64();
    let share = 100.0 * server.as_secs_f64() / took.as_secs_f64();
    let millis = took.as_millis();
    println!(
        "{what}: {count} in {millis} ms, {rate:.0} a second; the server was busy {share:.0} %"
    );
}

async fn ours(server: SocketAddr, count: usize) -> Duration {
    let live = Live::new(SshOptions::default());
    let started = Instant::now();
    let looked = stream::iter(0..count).map(async |it| {
        let name = format!("n{it}.example").parse().expect("a name");
        let lookup = Lookup::new(&name, RecordKind::A, Vantage::Resolver(server));
        lookup.ask(&live).await.expect("it answers").addresses().count()
    });
    let found: usize = looked.buffer_unordered(AT_ONCE).fold(0, async |all, it| all + it).await;
    assert_eq!(found, count);
    started.elapsed()
}

/// The library's connection to one server, whose answers come whole: what our own exchange would
/// stand on.
async fn connection(server: SocketAddr, count: usize) -> Duration {
    let provider = TokioRuntimeProvider::new();
    let exchange =
        UdpClientStream::builder(server, provider).with_os_port_selection(true).exchange();
    let started = Instant::now();
    let looked = stream::iter(0..count).map(async |it| {
        let query = Query::query(name(it), RecordType::A);
        let answer = exchange.lookup(query, DnsRequestOptions::default()).first_answer().await;
        answer.expect("it answers").answers.len()
    });
    let found: usize = looked.buffer_unordered(AT_ONCE).fold(0, async |all, it| all + it).await;
    assert_eq!(found, count);
    started.elapsed()
}

/// The library's lookup, with everything off that a prober must not have.
async fn resolver(server: SocketAddr, count: usize) -> Duration {
    let mut only = NameServerConfig::udp(server.ip());
    only.connections[0].port = server.port();
    let config = ResolverConfig::from_parts(None, Vec::new(), vec![only]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::new());
    let options = builder.options_mut();
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.os_port_selection = true;
    let resolver = builder.build().expect("nothing of it can be wrong");
    let started = Instant::now();
    let looked = stream::iter(0..count).map(async |it| {
        let answer = resolver.lookup(name(it), RecordType::A).await;
        answer.expect("it answers").answers().len()
    });
    let found: usize = looked.buffer_unordered(AT_ONCE).fold(0, async |all, it| all + it).await;
    assert_eq!(found, count);
    started.elapsed()
}

fn name(number: usize) -> Name {
    Name::from_ascii(format!("n{number}.example.")).expect("a name")
}

/// What sockets and server alone take: as fast as anybody could be.
async fn bare(server: SocketAddr, count: usize) -> Duration {
    let mut packet = vec![0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, b'n', 7];
    packet.extend(b"example\0\0\x01\0\x01");
    let packet = &packet;
    let started = Instant::now();
    let sent = stream::iter(0..count).map(async |_| {
        let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
        socket.connect(server).await.expect("loopback");
        socket.send(packet).await.expect("loopback");
        socket.recv(&mut [0; 512]).await.expect("it answers")
    });
    sent.buffer_unordered(AT_ONCE).for_each(async |_| ()).await;
    started.elapsed()
}

async fn python(server: SocketAddr, count: usize) -> Result<Duration, String> {
    let words = [server.port().to_string(), count.to_string(), AT_ONCE.to_string()];
    let command = Command::new("python3").args(["-c", PYTHON]).args(words);
    let world = World::live(Live::new(SshOptions::default()));
    let seen = world.ask(&Exec::here(command)).await.map_err(|it| it.to_string())?;
    let seconds = seen.stdout.trim().parse().map_err(|_| seen.last_words().to_owned())?;
    Ok(Duration::from_secs_f64(seconds))
}

/// Answers every question with one address: the question itself, a pointer to its name, and that.
/// With what of the processor its thread has used so far.
fn serve() -> (SocketAddr, impl Fn() -> Duration) {
    const ADDRESS: [u8; 16] = [0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1];
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback");
    let address = socket.local_addr().expect("it is bound");
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        tell.send(std::fs::read_link("/proc/thread-self").unwrap_or_default()).expect("a listener");
        let mut packet = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            // Behind the name come its end, the type and the class; what follows is left out.
            let name = packet[12..length].iter().position(|it| *it == 0).unwrap_or_default();
            let end = 12 + name + 5;
            let mut reply = packet[..end].to_vec();
            reply[2] |= 0x80;
            reply[7] = 1;
            reply[11] = 0;
            reply.extend(ADDRESS);
            let _ = socket.send_to(&reply, from);
        }
    });
    let thread = told.recv().expect("it starts");
    let thread = Path::new("/proc").join(thread);
    let busy = move || on_processor(&thread);
    (address, busy)
}

/// What the threads of this process have used of the processor so far.
fn spent() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    threads.map(|it| on_processor(&it.path())).sum()
}

/// The first number of `schedstat` is nanoseconds on the processor.
fn on_processor(thread: &Path) -> Duration {
    let text = std::fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|it| it.parse().ok()).unwrap_or_default())
}

fn kib(what: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix(what)).unwrap_or("?");
    line.trim().trim_end_matches(" kB").to_owned()
}
