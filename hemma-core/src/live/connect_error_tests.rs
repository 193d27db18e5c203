use super::*;

/// Messages of ssh with the expected variant, its message, and its hint.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "ssh: Could not resolve hostname hemmma: Name or service not known\r\n",
        "UnknownHost",
        "hemmma",
        "add a `Host` entry",
    ),
    (
        "ssh: connect to host 127.0.0.1 port 22: Connection refused\r\n",
        "Refused",
        "port 22",
        "sshd",
    ),
    ("ssh: connect to host 10.1.1.1 port 22: No route to host\r\n", "NoRoute", "No route", "VPN"),
    (
        "ssh: connect to host 10.1.1.1 port 22: Network is unreachable\r\n",
        "NoRoute",
        "unreachable",
        "VPN",
    ),
    (
        "@@@@@@@@@@@\r\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n@@@@@@@@@@@\r\n\
         Offending ED25519 key in /home/o/.ssh/known_hosts:1\r\n  remove with:\r\n  \
         ssh-keygen -f \"/home/o/.ssh/known_hosts\" -R \"[127.0.0.1]:2222\"\r\n\
         Host key for [127.0.0.1]:2222 has changed and you have requested strict checking.\r\n\
         Host key verification failed.\r\n",
        "HostKeyChanged",
        "Offending ED25519 key in /home/o/.ssh/known_hosts:1",
        "`ssh-keygen -f \"/home/o/.ssh/known_hosts\" -R \"[127.0.0.1]:2222\"`, then `ssh hemma -o ",
    ),
    (
        "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict \
         checking.\r\nHost key verification failed.\r\n",
        "HostKeyUnknown",
        "No ED25519 host key is known for [127.0.0.1]:2222",
        "`ssh hemma -o StrictHostKeyChecking=ask true`",
    ),
    (
        "@       WARNING: REVOKED HOST KEY DETECTED!               @\r\n\
         ED25519 host key for [127.0.0.1]:2222 was revoked and you have requested strict \
         checking.\r\nHost key verification failed.\r\n",
        "HostKey ",
        "was revoked",
        "console",
    ),
    ("Host key verification failed.\r\n", "HostKey ", "failed", "`ssh hemma -v true`"),
    (
        "operator@127.0.0.1: Permission denied (publickey).\r\n",
        "KeyRefused",
        "(publickey)",
        "ssh-add",
    ),
    (
        "Authorized use only. Connection refused for all others.\n\
         operator@127.0.0.1: Permission denied (publickey,password).\r\n",
        "KeyRefused",
        "(publickey,password)",
        "ssh-add",
    ),
    (
        "Received disconnect from 127.0.0.1 port 22:2: Too many authentication failures\r\n\
         Disconnected from 127.0.0.1 port 22\r\n",
        "TooManyKeys",
        "Too many",
        "IdentitiesOnly",
    ),
    (
        "Permissions 0644 for 'k' are too open.\r\nThis private key will be ignored.\r\n\
         Load key \"k\": bad permissions\r\no@127.0.0.1: Permission denied (publickey).\r\n",
        "KeyUnusable",
        "bad permissions",
        "chmod 600",
    ),
    (
        "Warning: Identity file /none not accessible: No such file or directory.\n\
         o@127.0.0.1: Permission denied (publickey).\r\n",
        "KeyUnusable",
        "/none",
        "IdentityFile",
    ),
    (
        "ssh: connect to host 192.0.2.1 port 22: Connection timed out\r\n",
        "TimedOut",
        "timed",
        "VPN",
    ),
    ("Connection timed out during banner exchange\r\n", "TimedOut", "banner", "VPN"),
    (
        "kex_exchange_identification: Connection closed by remote host\r\n\
         Connection closed by 127.0.0.1 port 22\r\n",
        "ClosedEarly",
        "Connection closed by 127.0.0.1",
        "wait a minute",
    ),
    (
        "kex_exchange_identification: read: Connection reset by peer\r\n\
         Connection reset by 127.0.0.1 port 22\r\n",
        "ClosedEarly",
        "reset",
        "PerSourcePenalties",
    ),
    ("Connection reset by 127.0.0.1 port 22\r\n", "ClosedEarly", "reset", "fail2ban"),
    (
        "kex_exchange_identification: banner line contains invalid characters\r\n\
         banner exchange: Connection to 127.0.0.1 port 443: invalid format\r\n",
        "NotSsh",
        "port 443",
        "`Port` of hemma",
    ),
    (
        "kex_exchange_identification: Connection closed by remote host\r\n\
         Connection closed by 203.0.113.7 port 22\r\n",
        "ClosedEarly",
        "Connection closed by 203.0.113.7",
        "PerSourcePenalties",
    ),
    (
        "ssh: connect to host jump port 22: Connection refused\r\n\
         kex_exchange_identification: Connection closed by remote host\r\n\
         Connection closed by UNKNOWN port 65535\r\n",
        "Proxy",
        "ssh: connect to host jump port 22: Connection refused",
        "in between",
    ),
    (
        "channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n\
         kex_exchange_identification: Connection closed by remote host\r\n\
         Connection closed by UNKNOWN port 65535\r\n",
        "Proxy",
        "connect failed: Connection refused",
        "in between",
    ),
    (
        "ssh_config line 2: keyword port extra arguments at end of line\r\n\
         ssh_config: terminating, 1 bad configuration options\r\n",
        "Configuration",
        "ssh_config line 2",
        "that line",
    ),
    (
        "/c: line 2: Bad configuration option: portt\r\n/c: terminating, 1 bad configuration options\r\n",
        "Configuration",
        "/c: line 2: Bad configuration option: portt",
        "that line",
    ),
    (
        "Bad owner or permissions on /home/o/.ssh/config\r\n",
        "Configuration",
        "/home/o/.ssh/config",
        "configuration",
    ),
    (
        "Can't open user config file /none: No such file or directory\r\n",
        "Configuration",
        "/none",
        "configuration",
    ),
    (
        "channel 0: open failed: connect failed: open failed\r\n",
        "NoSession",
        "open failed",
        "MaxSessions",
    ),
    (
        "Unable to negotiate with 127.0.0.1 port 22: no matching cipher found. Their offer: x\r\n",
        "NoAlgorithm",
        "no matching cipher",
        "-v",
    ),
    (
        "** WARNING: connection is not using a post-quantum key exchange algorithm.\r\n\
         ** This session may be vulnerable to \"store now, decrypt later\" attacks.\r\n\
         o@127.0.0.1: Permission denied (publickey).\r\n",
        "KeyRefused",
        "(publickey)",
        "ssh-add",
    ),
    ("something new\r\n", "Other", "something new", "ssh hemma -v true"),
    ("", "Other", "it printed nothing", "ssh hemma -v true"),
];

#[test]
fn the_cause_is_read_from_real_messages() {
    let host = "hemma".parse().expect("a plain word");
    for (stderr, variant, said, next) in ROWS {
        let error = ConnectError::from_stderr(stderr);
        let read = format!("{error:?}");
        assert!(read.starts_with(variant), "{stderr:?} was read as {read}");
        assert!(error.to_string().contains(said), "{error}");
        let hint = error.hint(&host).to_string();
        assert!(hint.contains(next), "{error}: {hint}");
    }
}
