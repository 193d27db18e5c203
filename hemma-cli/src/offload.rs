//! The container of the embedding server: which one it is, its configuration, and its build.
//!
//! Runbook: optional, steps 1 to 3. Its parts are in `[offload]` of `hemma.toml`. Three ways lead
//! to such a container, and only Compose's gives one that can serve: the application's own script
//! and the manual way lack the grammar service, its version, and the devices.

use hemma_core::names::EnvKey;
use hemma_core::{Command, Exec, ExecError, Finding, Hint, OperatorError, World};
use hemma_deploy::Config;
use hemma_deploy::config::OffloadConfig;

use hemma_docker::{Container, Containers, State};

use crate::ids;
/// Prints `key=value` lines; a missing line is a missing thing. Of `.env` it prints only two keys,
/// which are not secret.
const SCRIPT: &str = r#"
export LC_ALL=C
case $1 in "~/"*) dir=$HOME/${1#"~/"} ;; *) dir=$1 ;; esac
for device in /dev/kfd /dev/dri; do [ ! -e "$device" ] || echo "device=$device"; done
sudo -n grep -hE "^($4|$5)=" "$dir/.env" 2>/dev/null
[ ! -e "$dir/pdm.lock" ] || echo "groups=$(grep -m1 '^groups = ' "$dir/pdm.lock")"
[ -n "$2" ] || exit 0
sudo -n docker inspect --format '{{range .HostConfig.Devices}}given={{.PathOnHost}}
{{end}}{{range .Mounts}}{{if eq .Destination "'"$3"'"}}source={{.Source}}
{{end}}{{end}}' "$2" || exit
source=$(sudo -n docker inspect --format '{{range .Mounts}}{{if eq .Destination "'"$3"'"}}{{.Source}}{{end}}{{end}}' "$2")
[ -n "$source" ] || exit 0
sudo -n stat -f -c 'filesystem=%T' "$source" 2>/dev/null
sudo -n stat -c 'here=%i' "$source" 2>/dev/null
sudo -n docker exec "$2" stat -c 'inside=%i' "$3" 2>/dev/null
exit 0
"#;

/// The facts about a host and its container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Furnishing {
    lines: Vec<(String, String)>,
    offload: OffloadConfig,
}

/// Looks at the host and `container`, if there is one.
pub async fn look(
    world: &World,
    config: &Config,
    offload: &OffloadConfig,
    container: Option<&Container>,
) -> Result<Furnishing, ExecError> {
    let name = container.filter(|it| it.state == State::Running).map_or("", |it| it.name.as_str());
    // No line of a `.env` begins with this.
    let key = |it: &'_ Option<EnvKey>| it.as_ref().map_or("=".to_owned(), ToString::to_string);
    let keys = [key(&offload.jar_version_key), key(&offload.base_image_key)];
    let parameters =
        [config.host.checkout.as_str(), name, offload.cache.as_str(), &keys[0], &keys[1]];
    let script = Command::script(SCRIPT, parameters).named("look-at-offload");
    let output = world.ask(&Exec::on(&config.host.alias, script)).await?;
    Ok(Furnishing::read(&output.stdout, offload))
}

/// The container that serves, or would: it is found by its image or its port and not by its name.
pub fn find<'c>(
    containers: &'c [Container],
    offload: &OffloadConfig,
    port: u16,
) -> Option<&'c Container> {
    let has_port = |it: &&Container| it.ports.iter().any(|it| it.published == port);
    let is_one = |it: &&Container| {
        let name = it.image.split(':').next().and_then(|it| it.rsplit('/').next());
        name == Some(offload.image.as_str())
    };
    let mut those = containers.iter().filter(is_one);
    containers
        .iter()
        .find(has_port)
        .or_else(|| those.clone().find(|it| it.state == State::Running).or_else(|| those.next()))
}

/// The names of other running containers that take memory of the graphics processor.
pub fn sharers(containers: &[Container], offload: &OffloadConfig) -> Vec<String> {
    let shares = |it: &str| offload.sharers.iter().any(|part| it.contains(part.as_str()));
    let running = containers.iter().filter(|it| it.state == State::Running);
    running.map(|it| it.name.to_string()).filter(|it| shares(it)).collect()
}

/// The judgement about the embedding server's container.
pub struct Verified {
    /// Whether Compose made the container, it runs, and only the host can reach it.
    pub is_ours: bool,
    /// The findings.
    pub findings: Vec<Finding>,
}

/// Whether Compose made the container of `service`, and what is missing in one that was made
/// otherwise.
pub async fn verify(
    world: &World,
    config: &Config,
    offload: &OffloadConfig,
    (service, port): (&str, u16),
) -> Verified {
    let subject = "embedding server";
    let containers = match world.ask(&Containers { host: config.host.alias.clone() }).await {
        Ok(containers) => containers,
        Err(error) => {
            let finding = Finding::unknown(ids::OFFLOAD_CONTAINER_UNSEEN, subject, &error);
            return Verified { is_ours: false, findings: vec![finding.hint(error.hint())] };
        }
    };
    let found = find(&containers, offload, port);
    let way = way((config, offload), service, port, found);
    let is_ours = way.verdict == hemma_core::Verdict::Pass;
    let mut findings = vec![way];
    if is_ours {
        findings.push(match look(world, config, offload, found).await {
            Ok(seen) => seen.cache(),
            Err(error) => Finding::unknown(ids::MODEL_CACHE_UNSEEN, "model cache", &error),
        });
    }
    Verified { is_ours, findings }
}

fn way(
    (config, offload): (&Config, &OffloadConfig),
    service: &str,
    port: u16,
    found: Option<&Container>,
) -> Finding {
    let subject = "embedding server";
    let run = Hint::Run("cargo xtask offload container-run".to_owned());
    let Some(it) = found else {
        return Finding::fail(
            ids::OFFLOAD_CONTAINER_MISSING,
            subject,
            "not found: no container has its image or its port",
        )
        .hint(run);
    };
    if !it.is_of(config.compose.project.as_str(), service) {
        let by_script = offload.script_container.as_ref() == Some(&it.name);
        let by = if by_script { "the deploy script" } else { "hand" };
        let detail = format!("{}, started by {by}, cannot give features", it.name);
        let remove = format!("sudo docker rm -f {}", it.name);
        let lacks =
            "it is on another network than the grammar service, and was not told its version";
        return Finding::fail(ids::OFFLOAD_CONTAINER_NOT_OF_COMPOSE, subject, detail)
            .evidence([lacks])
            .hint(Hint::on(&config.host.alias, remove));
    }
    if it.state != State::Running {
        return Finding::fail(
            ids::OFFLOAD_CONTAINER_NOT_RUNNING,
            subject,
            format!("{}, {}", it.name, it.status),
        )
        .hint(run);
    }
    let own = || it.ports.iter().filter(|it| it.published == port);
    if let Some(open) = own().find(|it| !it.is_local()) {
        let detail = format!("other machines reach it on {}:{port}", open.ip);
        return Finding::fail(ids::OFFLOAD_CONTAINER_PORT_OPEN, subject, detail).hint(run);
    }
    if own().next().is_none() {
        let detail = format!("127.0.0.1:{port} on the host does not lead to {}", it.name);
        return Finding::fail(ids::OFFLOAD_CONTAINER_NOT_PUBLISHED, subject, detail).hint(run);
    }
    Finding::pass(
        ids::OFFLOAD_CONTAINER_RUNNING,
        subject,
        format!("{} on 127.0.0.1:{port} only, {}", it.name, it.status),
    )
}

impl Furnishing {
    fn read(text: &str, offload: &OffloadConfig) -> Self {
        let pair = |it: &str| {
            let (key, value) = it.split_once('=')?;
            Some((key.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
        };
        Self { lines: text.lines().filter_map(pair).collect(), offload: offload.clone() }
    }

    fn all<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        self.lines.iter().filter(move |it| it.0 == key).map(|it| it.1.as_str())
    }

    /// The value of a key. The last one counts, as in `.env`.
    fn get(&self, key: &str) -> Option<&str> {
        self.lines
            .iter()
            .rfind(|it| it.0 == key)
            .map(|it| it.1.as_str())
            .filter(|it| !it.is_empty())
    }

    /// The version of the grammar checker in `.env`.
    pub fn jar_version(&self) -> Option<&str> {
        self.get(self.offload.jar_version_key.as_deref()?)
    }

    /// Reasons why the server sees no graphics processor, as far as files and devices tell.
    pub fn without_gpu(&self) -> Vec<String> {
        let devices = ["/dev/kfd", "/dev/dri"];
        let missing = devices.iter().filter(|it| !self.all("device").any(|has| has == **it));
        let missing: Vec<_> = missing.map(|it| format!("the host has no {it}")).collect();
        if !missing.is_empty() {
            return missing;
        }
        let given = devices.iter().filter(|it| !self.all("given").any(|has| has == **it));
        given.map(|it| format!("the container was not given {it}")).collect()
    }

    /// Whether the model's files outlive the container, which has to see the real directory of the
    /// host. A Docker from snap shows it another one without an error.
    fn cache(&self) -> Finding {
        let subject = "model cache";
        let again = "the model is downloaded again at each start";
        let Some(source) = self.get("source") else {
            return Finding::fail(
                ids::MODEL_CACHE_NOT_MOUNTED,
                subject,
                format!("no directory of the host is mounted at {}: {again}", self.offload.cache),
            );
        };
        match (self.get("here"), self.get("inside"), self.get("filesystem")) {
            (_, _, Some(kind @ ("tmpfs" | "ramfs"))) => Finding::fail(
                ids::MODEL_CACHE_IN_MEMORY,
                subject,
                format!("{source} is a {kind}: a reboot empties it"),
            ),
            (Some(here), Some(inside), _) if here == inside => {
                Finding::pass(ids::MODEL_CACHE_KEPT, subject, format!("{source}, kept on the host"))
            }
            (_, Some(_), _) => {
                let key = self.offload.cache_key.as_deref();
                let hint = key.map_or_else(
                    || "with a Docker from snap, mount a directory below /home there".to_owned(),
                    |key| format!("with a Docker from snap, set {key} to a directory below /home"),
                );
                let detail = format!("the container sees another {source} than the host: {again}");
                Finding::fail(ids::MODEL_CACHE_NOT_SHARED, subject, detail).hint(Hint::Do(hint))
            }
            _ => {
                let cache = &self.offload.cache;
                let why = format!("the container did not say what is at {cache}");
                Finding::unseen(ids::MODEL_CACHE_UNSEEN, subject, why)
            }
        }
    }

    /// Findings about the parts of an image: what it would be built from, and whether it can be.
    pub fn build_inputs(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.version().into_iter().chain(self.base()).collect();
        if let (Some(groups), Some(group)) = (self.get("groups"), &self.offload.lock_group)
            && !groups.contains(group.as_str())
        {
            let detail =
                format!("pdm.lock has no group `{group}`: the image would lack all its packages");
            let hint = "lock it with all groups, or build from a commit whose pdm.lock has them";
            findings.push(
                Finding::fail(ids::OFFLOAD_BUILD_NO_REQUIREMENTS, "requirements", detail)
                    .hint(Hint::Do(hint.to_owned())),
            );
        }
        findings
    }

    /// The finding about the version; `None` if no key has one.
    fn version(&self) -> Option<Finding> {
        let (subject, key) = ("grammar checker's version", self.offload.jar_version_key.as_ref()?);
        if let Some(version) = self.jar_version() {
            let detail = format!("{version}, by .env");
            return Some(Finding::pass(ids::OFFLOAD_BUILD_VERSION_SET, subject, detail));
        }
        let hint = Hint::Do(format!("add {key} to .env on the host"));
        let detail = format!(".env does not set {key}");
        let missing = ids::OFFLOAD_BUILD_VERSION_MISSING;
        Some(Finding::fail(missing, subject, detail).hint(hint))
    }

    /// The finding about the base image; `None` if no key pins it and none is configured.
    fn base(&self) -> Option<Finding> {
        let key = self.offload.base_image_key.as_deref();
        let pinned = key.and_then(|it| self.get(it)).map(str::to_owned);
        let usual = || {
            let usual = self.offload.base_image.as_ref()?;
            let pin = key.map_or_else(String::new, |key| format!("; pin it with {key} in .env"));
            let moves = if usual.ends_with(":latest") { ", another one each week" } else { "" };
            Some(format!("{usual}{moves}{pin}"))
        };
        let base = pinned.or_else(usual)?;
        Some(Finding::pass(ids::OFFLOAD_BUILD_BASE, "base image", base))
    }
}

#[cfg(test)]
mod tests {
    use hemma_core::Verdict;
    use hemma_core::Verdict::{Fail, Pass};
    use hemma_docker::{Binding, Protocol, testing};

    use super::*;

    fn offload() -> OffloadConfig {
        let text = "[offload]\nimage = \"huleedu-essay-embed-offload\"\ncache = \"/cache\"\n\
            script_container = \"huleedu-embed-offload\"\nlock_group = \"offload-runtime\"\n\
            jar_version_key = \"OFFLOAD_LANGUAGE_TOOL_JAR_VERSION\"\nbase_image = \"x:latest\"\n";
        let config = Config::parse(text, std::path::Path::new("x")).expect("it is right");
        config.offload.expect("it is there")
    }

    fn read(text: &str) -> Furnishing {
        Furnishing::read(text, &offload())
    }

    #[test]
    fn a_cache_is_kept_only_where_both_sees_the_same() {
        let rows = [
            ("source=/srv/x\nfilesystem=ext2/ext3\nhere=7\ninside=7", Verdict::Pass),
            ("source=/srv/x\nfilesystem=ext2/ext3\nhere=7\ninside=8", Verdict::Fail),
            ("source=/srv/x\ninside=8", Verdict::Fail),
            ("source=/srv/x\nfilesystem=tmpfs\nhere=7\ninside=7", Verdict::Fail),
            ("source=/srv/x\nhere=7", Verdict::Unknown),
            ("", Verdict::Fail),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text).cache().verdict, expected, "{text}");
        }
    }

    #[test]
    fn what_an_image_is_built_from_is_judged() {
        let verdicts = |text: &str| -> Vec<Verdict> {
            read(text).build_inputs().iter().map(|it| it.verdict).collect()
        };
        let version = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION=6.6\n";
        assert_eq!(verdicts(version), [Pass, Pass]);
        assert_eq!(verdicts("OFFLOAD_LANGUAGE_TOOL_JAR_VERSION=\n"), [Fail, Pass]);
        let groups = |it: &str| format!("{version}groups=groups = [\"default\", \"{it}\"]\n");
        assert_eq!(verdicts(&groups("offload-runtime")), [Pass, Pass]);
        assert_eq!(verdicts(&groups("ml-research")), [Pass, Pass, Fail]);
    }

    #[test]
    fn a_missing_processor_is_explained_from_the_host_inwards() {
        let rows = [
            ("device=/dev/dri", vec!["the host has no /dev/kfd"]),
            (
                "device=/dev/dri\ndevice=/dev/kfd\ngiven=/dev/dri",
                vec!["the container was not given /dev/kfd"],
            ),
            ("device=/dev/dri\ndevice=/dev/kfd\ngiven=/dev/dri\ngiven=/dev/kfd", vec![]),
        ];
        for (text, expected) in rows {
            assert_eq!(read(text).without_gpu(), expected, "{text}");
        }
    }

    #[test]
    fn a_container_of_another_way_is_known_by_image_or_port() {
        let mut container = testing::running("x", None);
        container.image = "huleedu-essay-embed-offload:dev".to_owned();
        container.compose = None;
        container.name = "huleedu-embed-offload".parse().expect("a name");
        let ip = "127.0.0.1".parse().expect("an address");
        container.ports =
            vec![Binding { ip, published: 9000, target: 9000, protocol: Protocol::Tcp }];
        let config = Config::default();
        let offload = offload();
        let found = |it: &Container, port| find(std::slice::from_ref(it), &offload, port).cloned();
        let way =
            |it: Option<&Container>| way((&config, &offload), "essay_embed_offload", 9000, it);
        let finding = way(found(&container, 9000).as_ref());
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.detail.contains("started by the deploy script"), "{}", finding.detail);
        container.image = "sha256:ab".to_owned();
        assert!(found(&container, 9000).is_some() && found(&container, 9001).is_none());
        assert_eq!(way(None).verdict, Verdict::Fail);
    }
}
