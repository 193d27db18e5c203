//! Service files, as the machine's own tools read them.

use hemma_tunnel::service::{Manager, Service};

use crate::support::skipped;
use crate::support::sshd::command;

fn service(manager: Manager) -> Service {
    Service {
        manager,
        home: "/home/someone".into(),
        program: "/bin/true".into(),
        arguments: ["tunnel", "run", "a b", "100%", "$HOME", "\"q\"", "<&>"]
            .map(str::to_owned)
            .into(),
        path: "/usr/local/bin:/usr/bin:/bin".to_owned(),
        agent: Some("/run/user/1000/keyring/ssh".to_owned()),
        log: "/home/someone/.cache/hemma/service.log".into(),
    }
}

#[tokio::test]
async fn launchd_would_read_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("com.hemma.tunnel.plist");
    let text = service(Manager::Launchd).text().expect("it renders");
    std::fs::write(&file, text).expect("writable");
    let tools = [("plutil", vec!["-lint"]), ("plistutil", vec!["-i"])];
    for (tool, words) in tools {
        if let Ok(output) = command(tool).args(words).arg(&file).output().await {
            return assert!(output.status.success(), "{output:?}");
        }
    }
    skipped("neither plutil nor plistutil is here; install libplist-utils");
}

#[tokio::test]
async fn systemd_would_read_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("hemma-tunnel.service");
    let text = service(Manager::Systemd).text().expect("it renders");
    std::fs::write(&file, text).expect("writable");
    let mut verify = command("systemd-analyze");
    verify.args(["--user", "--man=no", "verify"]).arg(&file).env("XDG_RUNTIME_DIR", dir.path());
    let Ok(output) = verify.output().await else {
        return skipped("systemd-analyze is not here; install systemd");
    };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("XDG_RUNTIME_DIR") || said.contains("Failed to initialize manager") {
        return skipped(&format!("systemd-analyze has no user session: {said}"));
    }
    assert!(output.status.success() && !said.contains("hemma-tunnel.service:"), "{said}");
}
