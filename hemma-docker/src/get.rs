//! One GET to a port that only the host itself can reach.

use std::time::Duration;

use hemma_core::{Classified, Command, ErrorClass, Exec, ExecError, Host, OperatorError, World};

/// The script needs only bash: a host need not have curl. With HTTP/1.0 the answer ends with the
/// connection.
const SCRIPT: &str = r#"
export LC_ALL=C
exec timeout 45 bash -c '
exec 3<>"/dev/tcp/127.0.0.1/$1" || exit
printf "GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n" "$2" "$1" >&3
head -c 1048576 <&3' bash "$1" "$2"
"#;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The status code.
    pub status: u16,
    /// The body; bytes that are not UTF-8 are replaced.
    pub body: String,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The host could not be asked.
    #[error("could not ask port {port} on {host}")]
    Ask {
        /// The host.
        host: Host,
        /// The port.
        port: u16,
        /// Why not.
        source: ExecError,
    },
    /// Nothing listens on the port.
    #[error("nothing listens on 127.0.0.1:{port} of {host}")]
    Refused {
        /// The host.
        host: Host,
        /// The port.
        port: u16,
    },
    /// The port accepts connections and does not answer.
    #[error("127.0.0.1:{port} of {host} accepted the request and did not answer within 45 s")]
    Silent {
        /// The host.
        host: Host,
        /// The port.
        port: u16,
    },
    /// The answer is not HTTP.
    #[error("127.0.0.1:{port} of {host} answered, but not in HTTP: {said}")]
    NotHttp {
        /// The host.
        host: Host,
        /// The port.
        port: u16,
        /// The beginning of the answer, or the host's message.
        said: String,
    },
}

impl OperatorError for Error {
    fn classify(&self) -> Classified {
        match self {
            Self::Ask { source, .. } => source.classify(),
            Self::Refused { .. } | Self::Silent { .. } | Self::NotHttp { .. } => {
                ErrorClass::NotAsPlanned
                    .without("the caller knows which service it is, and how to see its state")
            }
        }
    }
}

/// Requests `http://127.0.0.1:port/path` on the host.
pub async fn get(world: &World, host: &Host, port: u16, path: &str) -> Result<Answered, Error> {
    let script = Command::script(SCRIPT, [port.to_string(), path.to_owned()])
        .named("get-on-host")
        .limit(Duration::from_secs(60));
    let host = host.clone();
    let output = match world.ask(&Exec::on(&host, script)).await {
        Ok(output) => output,
        Err(source) => return Err(Error::Ask { host, port, source }),
    };
    match output.exit {
        124 => Err(Error::Silent { host, port }),
        _ if output.stderr.contains("Connection refused") => Err(Error::Refused { host, port }),
        _ => read(&output.stdout).ok_or_else(|| {
            let first = output.stdout.lines().next().filter(|it| !it.trim().is_empty());
            let said = first.unwrap_or_else(|| output.last_words()).chars().take(120).collect();
            Error::NotHttp { host, port, said }
        }),
    }
}

/// The status and the body of an answer that ended with its connection.
fn read(text: &str) -> Option<Answered> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.get(..3)?.parse().ok()?;
    Some(Answered { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_status_and_a_body() {
        let rows = [
            (
                "HTTP/1.1 503 Service Unavailable\r\nserver: x\r\n\r\n{}\r\n\r\n",
                Some((503, "{}\r\n\r\n")),
            ),
            ("HTTP/1.0 200\r\n\r\n", Some((200, ""))),
            ("HTTP/1.1 200 OK\r\ncut", None),
            ("HTTP/1.1 2\r\n\r\n", None),
            ("SSH-2.0-OpenSSH\r\n\r\n", None),
            ("", None),
        ];
        for (text, expected) in rows {
            let read = read(text);
            assert_eq!(read.as_ref().map(|it| (it.status, it.body.as_str())), expected, "{text:?}");
        }
    }
}
