//! The program that has a local port. It is only looked up; no port is freed by force.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use hemma_core::{Command, Live, NotRecorded, Place, Question};
use serde::Serialize;

/// A question for the program that has a port of this machine's 127.0.0.1: `None` if it is free.
#[derive(Debug, Clone, Serialize)]
pub struct Holder {
    /// The port.
    pub port: u16,
}

impl Question for Holder {
    const KIND: &'static str = "tunnel.port-holder";
    type Answer = Option<String>;
    type Error = NotRecorded;

    async fn ask(&self, live: &Live) -> Result<Option<String>, NotRecorded> {
        let at = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        if TcpListener::bind(at).is_ok() {
            return Ok(None);
        }
        Ok(Some(name(live, at).await))
    }
}

/// The program that listens on a port, as text: `nginx (pid 4711)`.
pub(crate) async fn name(live: &Live, at: SocketAddr) -> String {
    let found = match inode_of(Path::new("/proc"), at) {
        Some(inode) => owner_of(Path::new("/proc"), inode),
        None => by_lsof(live, at.port()).await,
    };
    found.unwrap_or_else(|| "another user's program".to_owned())
}

/// The socket that listens at an address or at all addresses, from `/proc/net/tcp` and `tcp6`.
fn inode_of(proc: &Path, at: SocketAddr) -> Option<u64> {
    let tables = ["net/tcp", "net/tcp6"];
    let texts = tables.iter().filter_map(|it| std::fs::read_to_string(proc.join(it)).ok());
    texts.collect::<Vec<_>>().iter().find_map(|it| parse_table(it, at.port()))
}

/// Parses `sl local_address rem_address st … inode`, with hexadecimal addresses; state 0A is
/// listening.
fn parse_table(table: &str, port: u16) -> Option<u64> {
    table.lines().skip(1).find_map(|line| {
        let mut words = line.split_whitespace();
        let (_, local) = words.nth(1)?.rsplit_once(':')?;
        let listens = words.nth(1)? == "0A";
        let inode = words.nth(5)?.parse().ok()?;
        (listens && u16::from_str_radix(local, 16) == Ok(port)).then_some(inode)
    })
}

/// The process that has the socket open. `None` if its owner may not be read.
fn owner_of(proc: &Path, inode: u64) -> Option<String> {
    let link = format!("socket:[{inode}]");
    let processes = std::fs::read_dir(proc).ok()?.flatten();
    processes.into_iter().find_map(|process| {
        let pid: u32 = process.file_name().to_str()?.parse().ok()?;
        let mut open = std::fs::read_dir(process.path().join("fd")).ok()?.flatten();
        open.find(|it| {
            std::fs::read_link(it.path()).is_ok_and(|it| it.as_os_str() == link.as_str())
        })?;
        let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
        Some(format!("{} (pid {pid})", name.trim()))
    })
}

/// Asks lsof, because macOS has no `/proc`; `-F` is its machine-readable format.
async fn by_lsof(live: &Live, port: u16) -> Option<String> {
    let port = format!("-iTCP:{port}");
    let lsof = Command::new("lsof").args(["-nP", &port, "-sTCP:LISTEN", "-Fpc"]);
    let output = live.run(&Place::Here, &lsof).await.ok()?;
    parse_lsof(&output.stdout)
}

/// Parses one field per line: `p4711`, `cnginx`.
fn parse_lsof(output: &str) -> Option<String> {
    let field = |key| output.lines().find_map(|it| it.strip_prefix(key));
    let pid: u32 = field('p')?.parse().ok()?;
    Some(format!("{} (pid {pid})", field('c')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when \
        retrnsmt   uid  timeout inode\n   \
        0: 0100007F:46A5 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 \
        777 1 0000000000000000 20 4 30 10 -1\n   \
        1: 0100007F:46A5 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 \
        31337 1 0000000000000000 100 0 0 10 0\n   \
        2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 \
        22 1 0000000000000000 100 0 0 10 0\n";

    #[test]
    fn only_a_listener_holds_a_port() {
        let rows = [(18085, Some(31337)), (22, Some(22)), (40000, None)];
        for (port, inode) in rows {
            assert_eq!(parse_table(TABLE, port), inode, "{port}");
        }
        assert_eq!(parse_table("garbage\nmore : garbage", 1), None);
    }

    #[test]
    fn lsof_is_read() {
        let rows = [
            ("p4711\ncnginx\nf6\n", Some("nginx (pid 4711)")),
            ("p4711\n", None),
            ("", None),
            ("px\ncnginx\n", None),
        ];
        for (output, expected) in rows {
            assert_eq!(parse_lsof(output).as_deref(), expected, "{output:?}");
        }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_port_of_our_own_is_found() {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("loopback is there");
        let live = Live::new(hemma_core::SshOptions::default());
        let held = name(&live, listener.local_addr().expect("bound")).await;
        assert!(held.ends_with(&format!("(pid {})", std::process::id())), "{held}");
    }
}
