//! Notices that the machine has slept or is in another network.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::clock::{Clock, Sleeps};

const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Increments `stirred` when the machine has slept or its network has changed. Never returns.
pub(crate) async fn watch(clock: Arc<dyn Clock>, stirred: watch::Sender<u64>) {
    let mut sleeps = Sleeps::new(&*clock);
    let mut seen = from_here();
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let slept = sleeps.since_last_look(&*clock);
        let now = from_here();
        // A network that has gone needs no hurry; a new one does.
        let came = now.iter().flatten().any(|it| !seen.contains(&Some(*it)));
        seen = now;
        if slept.is_some() || came {
            stirred.send_modify(|it| *it += 1);
        }
    }
}

/// The addresses from which this machine sends to the internet. Connecting a UDP socket only asks
/// the routing table and sends nothing.
fn from_here() -> [Option<IpAddr>; 2] {
    // Documentation addresses: routed like any other, and used by no host.
    let v4 = ([0, 0, 0, 0], [192, 0, 2, 1]);
    let v6 = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
    [
        source(SocketAddr::from((v4.0, 0)), SocketAddr::from((v4.1, 9))),
        source(SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)), SocketAddr::from((v6, 9))),
    ]
}

fn source(any: SocketAddr, to: SocketAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(to).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
