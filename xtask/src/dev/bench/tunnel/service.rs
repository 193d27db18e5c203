//! The server at the other end: a small one on the loopback of the practice host.

use hemma_cli::Failure;
use hemma_lab::Lab;

/// A port on which nothing of the host or of the application listens.
const PORT: u16 = 18999;

const SERVER: &str = include_str!("service.pl");

const START: &str = r#"
setsid perl -e "$1" "$2" </dev/null >/dev/null 2>&1 &
echo $!
for _ in $(seq 50); do
    ss -Hlnt "sport = :$2" | grep -q . && exit 0
    sleep 0.1
done
exit 1"#;

/// A service that runs on the host until it is stopped.
pub(super) struct Service {
    pub(super) port: u16,
    pid: String,
}

#[derive(Debug, thiserror::Error)]
#[error("the server on the practice host does not listen: {0}")]
struct Deaf(String);

pub(super) async fn start(lab: &Lab) -> Result<Service, Failure> {
    let output = lab.root(START, &[SERVER, &PORT.to_string()]).await?;
    if !output.success() {
        return Err(Failure::unknown(Deaf(output.last_words().to_owned())));
    }
    Ok(Service { port: PORT, pid: output.stdout.trim().to_owned() })
}

impl Service {
    pub(super) async fn stop(self, lab: &Lab) -> Result<(), Failure> {
        Ok(lab.root("kill -- \"-$1\"", &[&self.pid]).await.map(drop)?)
    }
}
