//! The reasons for a failed connection, as real ssh and sshd report them.

use hemma_core::{Command, ConnectError, ExecError, Live, SshOptions};

use crate::host::{Login, on_host};

async fn refusal(live: Live) -> ConnectError {
    let answer = live.run(&on_host(), &Command::new("true")).await;
    match answer {
        Err(ExecError::Connect { source, .. }) => source,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_ssh_says_is_told_apart() {
    let banner = "Banner /etc/passwd";
    let Some(login) = Login::with_sshd("/bin/bash", banner) else { return };
    let wrong = login.home.with_file_name("wrong_known_hosts");
    let known = std::fs::read_to_string(login.home.with_file_name("known_hosts")).expect("there");
    let other = std::fs::read_to_string(login.home.with_file_name("user_key.pub")).expect("there");
    let name = known.split(' ').next().expect("a name");
    std::fs::write(&wrong, format!("{name} {other}")).expect("writable");
    let key = login.home.with_file_name("host_key");
    let rows = [
        ("UserKnownHostsFile /dev/null".to_owned(), "HostKeyUnknown", "is not known"),
        (format!("UserKnownHostsFile {}", wrong.display()), "HostKeyChanged", "has changed"),
        (format!("IdentityFile {}", key.display()), "KeyRefused", "Permission denied"),
        ("Port 1".to_owned(), "Refused", "Connection refused"),
        ("HostName no-such-host.invalid".to_owned(), "UnknownHost", "no-such-host.invalid"),
        ("ProxyJump 127.0.0.1:1".to_owned(), "Proxy", "port 1: Connection refused"),
        ("ProxyCommand false".to_owned(), "Proxy", "it closed the connection"),
        ("Ciphers aes128-ctr\n  Portt 3".to_owned(), "Configuration", "line 3"),
    ];
    for (first, variant, said) in rows {
        let text = std::fs::read_to_string(login.ssh_config("")).expect("just written");
        // ssh takes the first value of a key.
        let text = text.replacen("Host hemma\n", &format!("Host hemma\n  {first}\n"), 1);
        let file = login.home.with_file_name("other_config");
        let unused = |it: &&str| !(first.starts_with("Identity") && it.contains("user_key"));
        let text: Vec<&str> = text.lines().filter(unused).collect();
        std::fs::write(&file, text.join("\n") + "\n").expect("writable");
        let options = SshOptions { config_file: Some(file), ..SshOptions::default() };
        let error = refusal(Live::new(options)).await;
        let read = format!("{error:?}");
        assert!(read.starts_with(variant) && error.to_string().contains(said), "{first}: {read}");
    }
}

/// As sshd does with an address that it punishes, and fail2ban with `reject`.
#[tokio::test]
async fn a_connection_that_is_closed_before_the_login_asks_for_patience() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("ssh_config");
    let text = format!("Host hemma\n  HostName 127.0.0.1\n  Port {port}\n");
    std::fs::write(&file, text).expect("writable");
    let options = SshOptions { config_file: Some(file), ..SshOptions::default() };
    let error = refusal(Live::new(options)).await;
    assert!(matches!(error, ConnectError::ClosedEarly { .. }), "{error:?}");
    let hint = format!("{:?}", error.hint(&crate::host::host()));
    assert!(hint.contains("wait a minute") && hint.contains("PerSourcePenalties"), "{hint}");
}
