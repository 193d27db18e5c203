//! The embedding server's container: which one it is, what it was given, and what it is built from.
//!
//! Runbook: optional, steps 1 to 3. Three ways lead to such a container, and only Compose's gives
//! one that can serve: the deploy script's and the manual one lack the grammar service, its version,
//! and the devices.

use hemma_core::{Command, Exec, ExecError, Finding, Hint, OperatorError, World};
use hemma_deploy::Config;

use hemma_docker::{Container, Containers, State};

use crate::ids;

/// The image's name in HuleEdu's files, whatever its tag.
const IMAGE: &str = "huleedu-essay-embed-offload";
/// Where the model's files lie in the container.
const CACHE: &str = "/cache/huggingface";
/// What the server's requirements are called in the lock file.
const GROUP: &str = "offload-runtime";
const JAR_VERSION: &str = "OFFLOAD_LANGUAGE_TOOL_JAR_VERSION";
const BASE_IMAGE: &str = "HULEEDU_OFFLOAD_BASE_IMAGE";
const USUAL_BASE: &str = "rocm/pytorch:latest";

/// Prints `key=value` lines; a line that is missing is a thing that is missing. Of `.env` only two
/// keys that are no secrets.
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

/// What a host and its container have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Furnishing {
    lines: Vec<(String, String)>,
}

/// Looks at what the host and `container`, if there is one, have.
pub async fn look(
    world: &World,
    config: &Config,
    container: Option<&Container>,
) -> Result<Furnishing, ExecError> {
    let name = container.filter(|it| it.state == State::Running).map_or("", |it| it.name.as_str());
    let parameters = [config.host.checkout.as_str(), name, CACHE, JAR_VERSION, BASE_IMAGE];
    let script = Command::script(SCRIPT, parameters).named("look-at-offload");
    let output = world.ask(&Exec::on(&config.host.alias, script)).await?;
    Ok(Furnishing::read(&output.stdout))
}

/// The container that serves, or would, by its image or its port and not by its name.
pub fn find(containers: &[Container], port: u16) -> Option<&Container> {
    let has_port = |it: &&Container| it.ports.iter().any(|it| it.published == port);
    let is_one = |it: &&Container| {
        it.image.split(':').next().is_some_and(|it| it.rsplit('/').next() == Some(IMAGE))
    };
    let mut those = containers.iter().filter(is_one);
    containers
        .iter()
        .find(has_port)
        .or_else(|| those.clone().find(|it| it.state == State::Running).or_else(|| those.next()))
}

/// Other containers that run and take memory of the graphics processor, by what they are called.
pub fn sharers(containers: &[Container]) -> Vec<String> {
    let shares = |it: &str| it.contains("llama-server") || it.ends_with("_essay_transformer_train");
    let running = containers.iter().filter(|it| it.state == State::Running);
    running.map(|it| it.name.to_string()).filter(|it| shares(it)).collect()
}

/// How the embedding server's container stands.
pub struct Verified {
    /// Whether it is the one that Compose made, runs, and is reached from the host alone.
    pub is_ours: bool,
    /// What there is to say of it.
    pub findings: Vec<Finding>,
}

/// Whether Compose made the container of `service`, or somebody by another way; what that lacks.
pub async fn verify(world: &World, config: &Config, service: &str, port: u16) -> Verified {
    let subject = "embedding server";
    let containers = match world.ask(&Containers { host: config.host.alias.clone() }).await {
        Ok(containers) => containers,
        Err(error) => {
            let finding = Finding::unknown(ids::OFFLOAD_CONTAINER_UNSEEN, subject, &error);
            return Verified { is_ours: false, findings: vec![finding.hint(error.hint())] };
        }
    };
    let found = find(&containers, port);
    let way = way(config, service, port, found);
    let is_ours = way.verdict == hemma_core::Verdict::Pass;
    let mut findings = vec![way];
    if is_ours {
        findings.push(match look(world, config, found).await {
            Ok(seen) => seen.cache(),
            Err(error) => Finding::unknown(ids::MODEL_CACHE_UNSEEN, "model cache", &error),
        });
    }
    Verified { is_ours, findings }
}

fn way(config: &Config, service: &str, port: u16, found: Option<&Container>) -> Finding {
    let subject = "embedding server";
    let run = Hint::Run("cargo xtask offload container-run".to_owned());
    let Some(it) = found else {
        return Finding::fail(
            ids::OFFLOAD_CONTAINER_MISSING,
            subject,
            "no container is one, by image or by port",
        )
        .hint(run);
    };
    if !it.is_of(config.compose.project.as_str(), service) {
        let by =
            if it.name.as_str() == "huleedu-embed-offload" { "the deploy script" } else { "hand" };
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
    fn read(text: &str) -> Self {
        let pair = |it: &str| {
            let (key, value) = it.split_once('=')?;
            Some((key.to_owned(), value.trim().trim_matches(['"', '\'']).to_owned()))
        };
        Self { lines: text.lines().filter_map(pair).collect() }
    }

    fn all<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s str> {
        self.lines.iter().filter(move |it| it.0 == key).map(|it| it.1.as_str())
    }

    /// The last one counts, as in `.env`.
    fn get(&self, key: &str) -> Option<&str> {
        self.lines
            .iter()
            .rfind(|it| it.0 == key)
            .map(|it| it.1.as_str())
            .filter(|it| !it.is_empty())
    }

    /// The version of the grammar checker that `.env` states.
    pub fn jar_version(&self) -> Option<&str> {
        self.get(JAR_VERSION)
    }

    /// Why the server sees no graphics processor, as far as files and devices tell.
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

    /// Whether the model's files outlive the container: it has to see the very directory of the
    /// host. A Docker from snap shows it another one, and says nothing.
    fn cache(&self) -> Finding {
        let subject = "model cache";
        let again = "the model is downloaded again at each start";
        let Some(source) = self.get("source") else {
            return Finding::fail(
                ids::MODEL_CACHE_NOT_MOUNTED,
                subject,
                format!("nothing of the host is at {CACHE}: {again}"),
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
                let hint = "with a Docker from snap, set HULEEDU_HEMMA_HF_CACHE_PATH to a directory \
                            below /home";
                let detail = format!("the container sees another {source} than the host: {again}");
                Finding::fail(ids::MODEL_CACHE_NOT_SHARED, subject, detail)
                    .hint(Hint::Do(hint.to_owned()))
            }
            _ => Finding::unseen(
                ids::MODEL_CACHE_UNSEEN,
                subject,
                format!("the container did not say what is at {CACHE}"),
            ),
        }
    }

    /// What an image would be built from, and whether it can be.
    pub fn build_inputs(&self) -> Vec<Finding> {
        let mut findings = vec![self.version(), self.base()];
        if let Some(groups) = self.get("groups")
            && !groups.contains(GROUP)
        {
            let detail =
                format!("pdm.lock has no group `{GROUP}`: the image would lack everything");
            let hint = "lock it with all groups, or build from a commit whose pdm.lock has them";
            findings.push(
                Finding::fail(ids::OFFLOAD_BUILD_NO_REQUIREMENTS, "requirements", detail)
                    .hint(Hint::Do(hint.to_owned())),
            );
        }
        findings
    }

    fn version(&self) -> Finding {
        let subject = "grammar checker's version";
        if let Some(version) = self.jar_version() {
            return Finding::pass(
                ids::OFFLOAD_BUILD_VERSION_SET,
                subject,
                format!("{version}, by .env"),
            );
        }
        let hint = format!("add {JAR_VERSION} to .env on the host");
        Finding::fail(
            ids::OFFLOAD_BUILD_VERSION_MISSING,
            subject,
            format!(".env does not set {JAR_VERSION}"),
        )
        .hint(Hint::Do(hint))
    }

    fn base(&self) -> Finding {
        let usual =
            || format!("{USUAL_BASE}, another one each week; pin it with {BASE_IMAGE} in .env");
        Finding::pass(
            ids::OFFLOAD_BUILD_BASE,
            "base image",
            self.get(BASE_IMAGE).map_or_else(usual, str::to_owned),
        )
    }
}

#[cfg(test)]
mod tests {
    use hemma_core::Verdict;
    use hemma_core::Verdict::{Fail, Pass};
    use hemma_docker::{Binding, Protocol, testing};

    use super::*;

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
            assert_eq!(Furnishing::read(text).cache().verdict, expected, "{text}");
        }
    }

    #[test]
    fn what_an_image_is_built_from_is_judged() {
        let verdicts = |text: &str| -> Vec<Verdict> {
            Furnishing::read(text).build_inputs().iter().map(|it| it.verdict).collect()
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
            assert_eq!(Furnishing::read(text).without_gpu(), expected, "{text}");
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
        let finding = way(&config, "essay_embed_offload", 9000, find(&[container.clone()], 9000));
        assert_eq!(finding.verdict, Verdict::Fail);
        assert!(finding.detail.contains("started by the deploy script"), "{}", finding.detail);
        container.image = "sha256:ab".to_owned();
        assert!(find(&[container.clone()], 9000).is_some() && find(&[container], 9001).is_none());
        assert_eq!(way(&config, "essay_embed_offload", 9000, None).verdict, Verdict::Fail);
    }
}
