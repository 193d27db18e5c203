//! Service files, as the machine's own tools read them.

use std::path::PathBuf;
use std::time::Duration;

use hemma_tunnel::service::{Manager, Service};

use crate::support::background::Background;
use crate::support::sshd::command;
use crate::support::{Scene, skipped};

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

/// What the user's own manager says, and whether it was content.
async fn systemctl(words: &[&str]) -> (bool, String) {
    match command("systemctl").arg("--user").args(words).output().await {
        Ok(output) => {
            let said = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8_lossy(&said).trim().to_owned())
        }
        Err(error) => (false, error.to_string()),
    }
}

/// A unit that is gone with this boot at the latest.
struct Unit {
    name: String,
    file: PathBuf,
}

impl Drop for Unit {
    fn drop(&mut self) {
        // The manager forgets it when it reads its files the next time.
        let _ = std::fs::remove_file(&self.file);
    }
}

#[tokio::test]
async fn systemd_opens_a_tunnel_from_it() {
    let (_, state) = systemctl(&["is-system-running"]).await;
    #[expect(
        clippy::disallowed_methods,
        reason = "where the manager looks is known from nowhere else"
    )]
    let runtime = std::env::var("XDG_RUNTIME_DIR");
    let (Ok(runtime), true) = (runtime, ["running", "degraded", "starting"].contains(&&*state))
    else {
        return skipped(&format!("systemd runs nothing for this user: {state}"));
    };
    let Some(scene) = Scene::new().await else { return };
    let background = Background::new();
    let line = background.line(scene.sshd.client_config(), vec![scene.forward("a")]);
    let unit =
        Service { program: "/usr/bin/env".into(), arguments: line, ..service(Manager::Systemd) };
    let name = format!("hemma-tunnel-test-{}.service", std::process::id());
    let directory = PathBuf::from(runtime).join("systemd/user");
    std::fs::create_dir_all(&directory).expect("it is the user's own");
    let unit_file = Unit { file: directory.join(&name), name };
    std::fs::write(&unit_file.file, unit.text().expect("it renders")).expect("writable");
    assert!(systemctl(&["daemon-reload"]).await.0);
    let (started, said) = systemctl(&["start", &unit_file.name]).await;
    assert!(started, "{said}");
    let mut is_well = false;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if let Some(client) = background.client().await {
            is_well = client.status().await.is_ok_and(|it| it.tunnel.is_well());
        }
        if is_well {
            break;
        }
    }
    let (_, status) = systemctl(&["status", &unit_file.name]).await;
    let (stopped, said) = systemctl(&["stop", &unit_file.name]).await;
    drop(unit_file);
    systemctl(&["daemon-reload"]).await;
    assert!(is_well, "{status}");
    assert!(stopped && background.client().await.is_none(), "{said}");
}
