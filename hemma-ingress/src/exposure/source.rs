//! Finds the file and the line of the compose files that publish a port.
//!
//! Compose's own output has no lines. The files are only used to look up lines and never judged:
//! the resolved model counts.

use hemma_core::text::plain;
use hemma_core::{Command, Exec, ExecError, World};

use hemma_docker::compose::{ComposeFiles, Port};

/// Prints `FILE LINE SERVICE TEXT` for each entry of `ports:` in each file and in the files that it
/// includes. No other line leaves the host: the files may contain secrets.
const FIND_PORTS: &str = r#"
case $1 in "~/"*) cd "$HOME/${1#"~/"}" ;; *) cd "$1" ;; esac || exit 1
shift
for file do
  awk '/^[^ #]/ { on = /^include:/ } on && /^ +- / { sub(/^ +- (path: *)?/, ""); gsub(/["'\'' ]/, ""); print }' "$file" 2>/dev/null
  printf '%s\n' "$file"
done | while IFS= read -r file; do
  [ -f "$file" ] && awk -v file="$file" '
    /^[ ]*(#|$)/ { next }
    { indent = match($0, /[^ ]/) - 1 }
    indent == 0 { services = /^services:/; service = ""; ports = -1; next }
    services && indent == 2 { service = $1; sub(/:$/, "", service); ports = -1; next }
    services && $1 == "ports:" { ports = indent; if (NF > 1) print file, NR, service, $0; next }
    ports >= 0 && (indent > ports || (indent == ports && $1 == "-")) { print file, NR, service, $0; next }
    { ports = -1 }' "$file"
done
exit 0
"#;

/// An entry of `ports:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file, relative to the checkout.
    pub file: String,
    /// The line number.
    pub line: u32,
    service: String,
    text: String,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

pub(super) async fn look(world: &World, files: &ComposeFiles) -> Result<Vec<Source>, ExecError> {
    let words = std::iter::once(files.checkout.to_string());
    let words = words.chain(files.files.iter().map(ToString::to_string));
    let script = Command::script(FIND_PORTS, words).named("find-ports");
    let output = world.ask(&Exec::on(&files.host, script)).await?;
    Ok(output.stdout.lines().filter_map(parse).collect())
}

fn parse(line: &str) -> Option<Source> {
    let mut words = line.splitn(4, ' ');
    let (file, line) = (words.next()?, words.next()?.parse().ok()?);
    let (service, text) = (words.next()?.to_owned(), plain(words.next()?.trim(), 200));
    Some(Source { file: file.to_owned(), line, service, text })
}

/// The entry for a port of a service. Of several files the last one counts.
pub(super) fn of<'s>(sources: &'s [Source], service: &str, port: &Port) -> Option<&'s Source> {
    let (published, target) = (port.published.as_str(), port.target.to_string());
    let names = |text: &str, number: &str| {
        text.split(|it: char| !it.is_ascii_digit()).any(|it| it == number)
    };
    let own = || sources.iter().filter(|it| it.service == service);
    // A variable may stand for the port on the host.
    own()
        .rfind(|it| !published.is_empty() && names(&it.text, published) && names(&it.text, &target))
        .or_else(|| own().rfind(|it| names(&it.text, &target)))
}

/// Reads `text` as the script's output, and looks for a port in it. For the fuzzer.
#[cfg(feature = "fuzzing")]
pub fn fuzz_find(text: &str, service: &str, published: &str, target: u64) -> Option<Source> {
    let sources: Vec<Source> = text.lines().filter_map(parse).collect();
    let (host_ip, protocol) = (String::new(), "tcp".to_owned());
    let port = Port { host_ip, published: published.to_owned(), target, protocol };
    of(&sources, service, &port).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_found_in_the_last_file_that_names_it() {
        let lines = "a.yml 7 redis - \"6379:6379\"\n\
            a.yml 9 web - \"127.0.0.1:${PORT:-80}:8080\"\n\
            b.yml 3 redis ports: [\"127.0.0.1:6379:6379\"]\n\
            b.yml 4 kafka - 9092\nnonsense\n";
        let sources: Vec<_> = lines.lines().filter_map(parse).collect();
        let rows = [
            ("redis", "6379", 6379, Some("b.yml:3")),
            ("web", "8088", 8080, Some("a.yml:9")),
            ("web", "8088", 80, Some("a.yml:9")),
            ("kafka", "6379", 6379, None),
            // The engine chooses the port on the host.
            ("kafka", "", 9092, Some("b.yml:4")),
        ];
        for (service, published, target, found) in rows {
            let (host_ip, published) = (String::new(), published.to_owned());
            let port = Port { host_ip, published, target, protocol: "tcp".to_owned() };
            let seen = of(&sources, service, &port).map(ToString::to_string);
            assert_eq!(seen.as_deref(), found, "{service} {}", port.published);
        }
    }

    #[test]
    fn the_script_prints_ports_and_nothing_else() {
        let dir = tempfile::tempdir().expect("a place");
        let write = |name: &str, text: &str| {
            std::fs::write(dir.path().join(name), text).expect("it is written");
        };
        write("main.yml", "include:\n  - below.yml\nservices:\n  web:\n    ports: [\"80:80\"]\n");
        write(
            "below.yml",
            "services:\n  redis:\n    environment:\n      - PASSWORD=x\n    ports:\n      # note\n      \
             - \"6379:6379\"\n      - target: 1\n        published: 2\n    restart: always\n  db:\n    \
             ports:\n    - 5432:5432\nvolumes:\n  ports:\n",
        );
        let at = dir.path().to_str().expect("plain");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran = std::process::Command::new("sh")
            .args(["-c", FIND_PORTS, "sh", at, "main.yml", "missing.yml"])
            .output();
        let ran = ran.expect("there is a shell");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        let seen: Vec<_> =
            text.lines().filter_map(parse).map(|it| format!("{it} {}", it.service)).collect();
        let lines = ["below.yml:7 redis", "below.yml:8 redis", "below.yml:9 redis"];
        let rest = ["below.yml:13 db", "main.yml:5 web"];
        assert_eq!(seen, [&lines[..], &rest[..]].concat(), "{text}");
    }
}
