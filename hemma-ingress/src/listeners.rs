//! The programs that listen on ports of the host.

use std::net::IpAddr;

use hemma_core::{Command, Exec, ExecError, Host, World};

/// A listening port of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The address; the unspecified one means every address.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// The program and its process id, if the host shows it.
    pub program: Option<String>,
}

/// The programs that listen on ports that the engine opened for containers.
const ENGINE_PROGRAMS: [&str; 3] = ["docker-proxy ", "dockerd ", "rootlesskit "];

impl Listener {
    /// Whether the engine opened the port for a container. `None` if the host does not show the
    /// program.
    pub fn is_of_engine(&self) -> Option<bool> {
        let program = self.program.as_deref()?;
        Some(ENGINE_PROGRAMS.iter().any(|it| program.starts_with(it)))
    }
}

/// The listening TCP ports of the host; `None` if it has no `ss`.
pub async fn look(world: &World, host: &Host) -> Result<Option<Vec<Listener>>, ExecError> {
    let asked = Exec::on(host, Command::new("ss").args(["-H", "-l", "-n", "-t", "-p"]).sudo());
    let output = world.ask(&asked).await?;
    Ok(output.success().then(|| output.stdout.lines().filter_map(parse).collect()))
}

/// Parses `LISTEN 0 511 127.0.0.1:8080 0.0.0.0:* users:(("node",pid=77,fd=3))`.
fn parse(line: &str) -> Option<Listener> {
    let mut words = line.split_whitespace().skip(3);
    let (address, port) = words.next()?.rsplit_once(':')?;
    let bare = address.trim_start_matches('[').trim_end_matches(']');
    let bare = bare.split('%').next().unwrap_or(bare);
    let address = if bare == "*" { "::" } else { bare };
    let users = line.split_once("users:((").map(|it| it.1);
    let program = users.and_then(|it| {
        let name = it.split('"').nth(1)?;
        let pid = it.split("pid=").nth(1)?.split([',', ')']).next()?;
        Some(format!("{name} (pid {pid})"))
    });
    Some(Listener { address: address.parse().ok()?, port: port.parse().ok()?, program })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ss_are_read() {
        let rows = [
            (
                "LISTEN 0 511 127.0.0.1:8080 0.0.0.0:* users:((\"node\",pid=77,fd=3))",
                "127.0.0.1",
                8080,
                Some("node (pid 77)"),
            ),
            ("LISTEN 0 128 0.0.0.0:22 0.0.0.0:*", "0.0.0.0", 22, None),
            (
                "LISTEN 0 128 [::]:80 [::]:* users:((\"docker-proxy\",pid=1,fd=4))",
                "::",
                80,
                Some("docker-proxy (pid 1)"),
            ),
            ("LISTEN 0 128 *:443 *:*", "::", 443, None),
            ("LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:*", "127.0.0.53", 53, None),
        ];
        for (line, address, port, program) in rows {
            let seen = parse(line).expect("a line of ss");
            assert_eq!((seen.address.to_string().as_str(), seen.port), (address, port));
            assert_eq!(seen.program.as_deref(), program);
        }
        assert_eq!(parse("State Recv-Q"), None);
    }
}
