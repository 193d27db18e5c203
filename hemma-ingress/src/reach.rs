//! The names that the proxy routes, and the ports on which its targets listen.

use std::collections::BTreeMap;

use hemma_core::{Command, Exec, ExecError, Host, World};

use hemma_core::names::ContainerName;

/// The view from inside the proxy and the containers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The names with a virtual host in the proxy's configuration. `None` if it was not read: there
    /// is no proxy, or nginx does not run or does not use it.
    pub names: Option<Vec<String>>,
    /// The TCP ports on which each container listens for others.
    pub listening: BTreeMap<String, Vec<u16>>,
}

/// Prints the arguments of each `server_name` in a configuration, one a line. It takes words as nginx
/// does: in quotes or bare, with escapes, ended by `;`, `{` or `}`, over several lines or several in
/// one; `#` begins a comment only where a word could begin.
macro_rules! server_names {
    () => {
        r##"
function word(text) {
  if (count++ == 0) first = text
  else if (first == "server_name") print "name", text
}
BEGIN {
  single = sprintf("%c", 39)
  ends["\""] = "^([^\"\\\\]|\\\\.)*\""
  ends[single] = "^([^" single "\\\\]|\\\\.)*" single
}
{
  rest = $0
  while (1) {
    if (quote != "") {
      if (!match(rest, ends[quote])) { held = held rest " "; break }
      word(held substr(rest, 1, RLENGTH - 1))
      rest = substr(rest, RLENGTH + 1)
      quote = held = ""
      continue
    }
    sub(/^[ \t\r]+/, "", rest)
    begins = substr(rest, 1, 1)
    if (begins == "" || begins == "#") break
    if (begins ~ /[;{}]/) { count = 0; rest = substr(rest, 2); continue }
    if (begins in ends) { quote = begins; rest = substr(rest, 2); continue }
    if (!match(rest, /^(\\.|[$][{]|[^ \t\r;{\\])+/)) RLENGTH = 1
    word(substr(rest, 1, RLENGTH))
    rest = substr(rest, RLENGTH + 1)
  }
}
"##
    };
}

/// Reads `/proc` of the container's first process: that needs no program in the container, and
/// shows only its own network. Of the proxy's configuration only the names leave the host.
const REACH: &str = concat!(
    r#"
proxy=$1; shift
if [ -n "$proxy" ] && shown=$(docker exec "$proxy" nginx -T 2>/dev/null); then
  echo configuration
  printf '%s\n' "$shown" | awk '"#,
    server_names!(),
    r#"'
fi
for container do
  pid=$(docker inspect --format '{{.State.Pid}}' "$container" 2>/dev/null)
  [ "${pid:-0}" -gt 0 ] 2>/dev/null || continue
  echo "container $container"
  cat "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" 2>/dev/null | awk '$4 == "0A" { print "listens", $2 }'
done
exit 0
"#
);

/// Looks into the proxy, if there is one, and into each of `containers`.
pub async fn look(
    world: &World,
    host: &Host,
    proxy: Option<&ContainerName>,
    containers: &[ContainerName],
) -> Result<Reach, ExecError> {
    let proxy = proxy.map(ToString::to_string).unwrap_or_default();
    let words = std::iter::once(proxy).chain(containers.iter().map(ToString::to_string));
    let script = Command::script(REACH, words).named("look-into-containers").sudo();
    let output = world.ask(&Exec::on(host, script)).await?;
    Ok(read(&output.stdout))
}

/// Reads the output of the script.
fn read(text: &str) -> Reach {
    let mut reach = Reach::default();
    let mut ports: Option<&mut Vec<u16>> = None;
    for line in text.lines() {
        match line.split_once(' ') {
            None if line == "configuration" => reach.names = Some(Vec::new()),
            Some(("name", name)) if !matches!(name, "" | "_") => {
                reach.names.get_or_insert_default().push(name.to_ascii_lowercase());
            }
            Some(("container", name)) => {
                ports = Some(reach.listening.entry(name.to_owned()).or_default());
            }
            Some(("listens", end)) => {
                if let (Some(ports), Some(port)) = (&mut ports, listening(end)) {
                    ports.push(port);
                }
            }
            _ => {}
        }
    }
    if let Some(names) = &mut reach.names {
        names.sort();
        names.dedup();
    }
    reach
}

/// The port of a listener that other containers reach. `0100007F:1F90` is 127.0.0.1, port 8080,
/// which none reaches.
fn listening(end: &str) -> Option<u16> {
    let (address, port) = end.split_once(':')?;
    let is_loopback = match address.len() {
        8 => address.ends_with("7F"),
        _ => address == "00000000000000000000000001000000",
    };
    (!is_loopback).then(|| u16::from_str_radix(port, 16).ok()).flatten()
}

/// Reads `text` as the script's output. For the fuzzer.
#[cfg(feature = "fuzzing")]
pub fn fuzz_read(text: &str) -> Reach {
    read(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that awk on this machine prints for a configuration.
    async fn names(configuration: &str) -> Vec<String> {
        let awk = Command::new("awk").arg(server_names!()).stdin(configuration);
        let output = World::local().ask(&Exec::here(awk)).await.expect("awk runs");
        output.stdout.lines().map(ToOwned::to_owned).collect()
    }

    #[tokio::test]
    async fn names_are_those_that_nginx_reads() {
        let rows: [(&str, &[&str]); 17] = [
            ("server_name a.example;", &["a.example"]),
            ("server_name a.example b.example;", &["a.example", "b.example"]),
            // nginx-proxy's own.
            (
                "server {\n    server_name _; # This is just an invalid value which will never trigger on a real hostname.\n    server_tokens off;",
                &["_"],
            ),
            ("server_name\n    a.example\n    b.example\n;", &["a.example", "b.example"]),
            ("server { listen 80; server_name a.example; }", &["a.example"]),
            (
                "server{server_name a.example;return 503;}server{server_name b.example;}",
                &["a.example", "b.example"],
            ),
            ("# server_name a.example;\nserver_name b.example;", &["b.example"]),
            ("server_name a.example # b.example\nc.example;", &["a.example", "c.example"]),
            ("server_name \"a.example\" 'b.example';", &["a.example", "b.example"]),
            ("log_format x 'server_name a.example; # no';\nserver_name b.example;", &["b.example"]),
            (
                "log_format x 'one\n server_name a.example;';\nserver_name b.example;",
                &["b.example"],
            ),
            (
                "log_format x \"a\\\" server_name c.example;\";\nserver_name b.example;",
                &["b.example"],
            ),
            ("map $host ${x} { server_names 1; }\nserver_name b.example;", &["b.example"]),
            ("server_name ~^(?<n>.+)\\.a\\.example$;", &["~^(?<n>.+)\\.a\\.example$"]),
            ("server_name_in_redirect on;\r\nserver_name\ta.example;\r\n", &["a.example"]),
            (
                "proxy_set_header X server_name;\nserver_name \"\" a#b.example;",
                &["", "a#b.example"],
            ),
            ("server_name a.example", &["a.example"]),
        ];
        for (configuration, expected) in rows {
            let expected: Vec<String> = expected.iter().map(|it| format!("name {it}")).collect();
            assert_eq!(names(configuration).await, expected, "{configuration}");
        }
    }

    #[test]
    fn names_and_ports_are_read() {
        let text = "configuration\nname _\nname A.example\nname a.example\nlistens 00000000:0050\n\
            container api\nlistens 00000000:1F90\nlistens 0100007F:1F91\n\
            listens 00000000000000000000000000000000:1F92\n\
            listens 00000000000000000000000001000000:1F93\nlistens x\ncontainer ws\nnoise\n";
        let reach = read(text);
        assert_eq!(reach.names.as_deref(), Some(&["a.example".to_owned()][..]));
        assert_eq!(reach.listening["api"], [8080, 8082]);
        assert!(reach.listening["ws"].is_empty());
        // A configuration without names and a missing one are two answers.
        assert_eq!(read("configuration\nname _\n").names, Some(Vec::new()));
        assert_eq!(read("container api\n").names, None);
    }
}
