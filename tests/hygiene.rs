//! Nothing private in any recording or storyboard, and nothing too long to review.
//!
//! Recordings are scrubbed before they are saved; this looks again at what was saved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

use hemma_core::Cassette;

const SHELVES: [&str; 4] =
    ["tests/cassettes", "tests/snapshots", "hemma-cli/rehearsal", "xtask/tests/snapshots"];

/// The answers that many recordings have in common.
const BASE: &str = "tests/base.toml";

/// The limits for one recording, which a person reviews in one sitting, and for all together.
const LINES: usize = 1_500;
const BYTES: usize = 1_200_000;

#[test]
fn recordings_can_be_reviewed() {
    let base = Cassette::read(root().join(BASE)).unwrap_or_else(|it| panic!("{it}"));
    let mut bytes = 0;
    for file in files(&root().join("tests/cassettes")) {
        let text = std::fs::read_to_string(&file).expect("recordings are text");
        let (name, lines) = (file.display(), text.lines().count());
        assert!(lines <= LINES, "{name} has {lines} lines: record a smaller scene");
        bytes += text.len();
        let cassette = Cassette::read(&file).unwrap_or_else(|it| panic!("{it}")).settled();
        let written = cassette.text_on("../../base.toml", &base).expect("it was read");
        assert!(written == text, "{name} is not as it would be written: `cargo xtask dev rewrite`");
    }
    assert!(bytes <= BYTES, "the recordings have {bytes} bytes: `cargo xtask dev rewrite --base`");
}

#[test]
fn no_recording_and_no_storyboard_holds_anything_private() {
    let mut found = Vec::new();
    let shelves = SHELVES.iter().flat_map(|it| files(&root().join(it)));
    for file in shelves.chain([root().join(BASE)]) {
        let text = std::fs::read_to_string(&file).expect("recordings are text");
        let name = file.strip_prefix(root()).expect("it is below the root").display().to_string();
        for (at, line) in text.lines().enumerate() {
            found.extend(private(line).map(|what| format!("{name}:{}: {what}", at + 1)));
        }
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn what_is_private_is_seen() {
    let rows = [
        ("from 93.184.216.34:443", Some("the public address 93.184.216.34")),
        ("[2a00:1450:400f::200e]:443", Some("the public address 2a00:1450:400f::200e")),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", Some("a key block")),
        ("DB_PASSWORD=hunter2", Some("a value of DB_PASSWORD")),
        ("stdout = \"A=1\\nJWT_SECRET_KEY=abc\\n\"", Some("a value of JWT_SECRET_KEY")),
        ("auth ghp_0123456789abcdefghij0123", Some("a token")),
        ("cd /home/olof/apps", Some("a home directory")),
        ("cd /home/operator/apps", None),
        ("203.0.113.9 127.0.0.1 172.17.0.2 0.0.0.0:80 2001:db8::1 ::1 fe80::1", None),
        ("DB_PASSWORD= JWT_SECRET_KEY=[hidden] SEPARATOR=x", None),
        ("docker 20.10.24 at 05:58:10, compose 5.6.1", None),
    ];
    for (line, expected) in rows {
        assert_eq!(private(line).as_deref(), expected, "{line}");
    }
}

fn private(line: &str) -> Option<String> {
    if line.contains("-----BEGIN") {
        return Some("a key block".to_owned());
    }
    let home = |it: &str| line.contains(it);
    let known = ["/home/operator", "/home/me"];
    if home("/Users/") || (home("/home/") && !known.iter().any(|it| line.contains(it))) {
        return Some("a home directory".to_owned());
    }
    address(line).or_else(|| token(line)).or_else(|| secret(line))
}

fn address(line: &str) -> Option<String> {
    let words = line.split(|it: char| !it.is_ascii_hexdigit() && it != '.' && it != ':');
    let addresses = words.flat_map(|it| [it, it.split(':').next().unwrap_or_default()]);
    let addresses = addresses.filter_map(|it| it.trim_end_matches(['.', ':']).parse().ok());
    addresses.into_iter().find(is_public).map(|it| format!("the public address {it}"))
}

fn is_public(address: &IpAddr) -> bool {
    match address {
        // Versions such as 5.6.1.0 look like addresses; low ones count as versions.
        IpAddr::V4(it) => !is_reserved(*it) && it.octets()[0] >= 8,
        IpAddr::V6(it) => is_global(*it),
    }
}

fn is_reserved(it: Ipv4Addr) -> bool {
    let carrier_nat = it.octets()[0] == 100 && (64..128).contains(&it.octets()[1]);
    let local = it.is_private() || it.is_loopback() || it.is_link_local() || it.is_unspecified();
    local || carrier_nat || it.is_documentation() || it.is_broadcast() || it.is_multicast()
}

/// `2000::/3` without the block that is reserved for documentation.
fn is_global(it: Ipv6Addr) -> bool {
    let [first, second, ..] = it.segments();
    first >> 13 == 1 && (first, second) != (0x2001, 0x0db8)
}

fn token(line: &str) -> Option<String> {
    let beginnings =
        ["ghp_", "gho_", "github_pat_", "glpat-", "AKIA", "xoxb-", "xoxp-", "eyJhbGciOi"];
    let words = line.split(|it: char| !it.is_ascii_alphanumeric() && !"_-.".contains(it));
    let mut words = words.filter(|it| it.len() > 16);
    words.any(|it| beginnings.iter().any(|with| it.starts_with(with))).then(|| "a token".to_owned())
}

/// `SOME_PASSWORD=value`, in a file of one such line or within a recorded text of many.
fn secret(line: &str) -> Option<String> {
    let endings = ["PASSWORD", "PASSWD", "SECRET", "SECRET_KEY", "TOKEN", "API_KEY", "PRIVATE_KEY"];
    let text = line.replace("\\n", "\n");
    let assignments = text.split_whitespace().filter_map(|it| it.split_once('='));
    let mut telling = assignments.filter_map(|(key, value)| {
        let key = key.rsplit(|it: char| !it.is_ascii_alphanumeric() && it != '_').next()?;
        let value = value.trim_matches(['"', '\'', ',']);
        let open = !value.is_empty() && !value.starts_with("[hidden]") && !value.starts_with('$');
        (open && endings.iter().any(|it| key.ends_with(it))).then(|| format!("a value of {key}"))
    });
    telling.next()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten().map(|it| it.path());
    entries.flat_map(|it| if it.is_dir() { files(&it) } else { vec![it] }).collect()
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}
