//! Whether the host can build what the repository asks for.
//!
//! Compose before 5 includes BuildKit. Since then it builds with the buildx plugin, of a version
//! that it requires, and without the plugin with the classic builder, which knows less.

use hemma_core::{Finding, Hint};
use hemma_docker::compose::{Model, Spot};

use super::Sources;
use crate::host_tools::numbers;
use crate::ids;

/// The beginning of a Dockerfile within a compose file.
pub(super) const INLINE: &str = "dockerfile_inline:";

/// The first Compose that builds with the plugin.
const COMPOSE_BY_PLUGIN: (u64, u64, u64) = (5, 0, 0);

/// The oldest plugin that it accepts.
const BUILDX_OLDEST: (u64, u64, u64) = (0, 17, 0);

/// The findings about builds that would fail.
pub(super) fn findings(model: &Model, seen: &Sources) -> Vec<Finding> {
    if includes_buildkit(seen) {
        return Vec::new();
    }
    let compose = seen.compose_version.as_deref();
    if !seen.buildx {
        return buildkit(model, seen);
    }
    let version = seen.buildx_version.as_deref();
    let old = version.filter(|it| numbers(it).is_some_and(|it| it < BUILDX_OLDEST));
    let builds = model.services.values().any(|it| it.replicas > 0 && it.build.is_some());
    old.filter(|_| builds).map(|it| too_old(it, compose.unwrap_or("5"))).into_iter().collect()
}

/// Whether Compose is one that brings BuildKit itself.
pub(super) fn includes_buildkit(seen: &Sources) -> bool {
    let version = seen.compose_version.as_deref().and_then(numbers);
    version.is_some_and(|it| it < COMPOSE_BY_PLUGIN)
}

fn too_old(buildx: &str, compose: &str) -> Finding {
    let (major, minor, patch) = BUILDX_OLDEST;
    let why = format!(
        "{buildx} is too old: Compose {compose} builds with {major}.{minor}.{patch} or newer"
    );
    let hint = "install docker-buildx-plugin on the host from Docker's own packages: \
                https://docs.docker.com/engine/install";
    Finding::fail(ids::BUILDX_TOO_OLD, "docker buildx", why).hint(Hint::Do(hint.to_owned()))
}

fn buildkit(model: &Model, seen: &Sources) -> Vec<Finding> {
    let finding = |subject: String, what: &str| {
        let advice = "install docker-buildx-plugin on the host, or build without it";
        Finding::fail(
            ids::BUILDX_MISSING,
            subject,
            format!("{what} needs BuildKit, and the host has no buildx"),
        )
        .hint(Hint::Do(advice.to_owned()))
    };
    let services = inline(model);
    // With several services, it is not known whose the first one is.
    let spot = seen.mentions.get(INLINE).filter(|_| services.len() == 1);
    let in_compose = services.iter().map(|name| {
        let subject = format!("build of {name}");
        finding(subject, INLINE.trim_end_matches(':')).evidence(spot.map(Spot::to_string))
    });
    let in_files = seen.buildkit.iter().map(|(spot, what)| finding(spot.to_string(), what));
    in_compose.chain(in_files).collect()
}

/// The services whose Dockerfile is within a compose file.
pub(super) fn inline(model: &Model) -> Vec<&str> {
    let wanted = model.services.iter().filter(|(_, it)| it.replicas > 0);
    let inline =
        wanted.filter(|(_, it)| it.build.as_ref().is_some_and(|it| it.dockerfile.is_empty()));
    inline.map(|(name, _)| name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use hemma_docker::compose::{BuildSpec, Service};
    use hemma_docker::testing::service_name;

    use super::*;

    fn model(names: &[&str]) -> Model {
        let service = || Service {
            replicas: 1,
            build: Some(BuildSpec { context: ".".into(), ..BuildSpec::default() }),
            ..Service::default()
        };
        let services = names.iter().map(|it| (service_name(it), service())).collect();
        Model { services, ..Model::default() }
    }

    fn spot(file: &str, line: usize) -> Spot {
        Spot { file: file.to_owned(), line }
    }

    fn shown(model: &Model, seen: &Sources) -> Vec<String> {
        let found = findings(model, seen).into_iter();
        found.map(|it| format!("{}: {}", it.subject, it.detail)).collect()
    }

    #[test]
    fn a_builder_is_missed_by_the_compose_that_needs_it() {
        let missing = "api/Dockerfile:4: RUN --mount needs BuildKit, and the host has no buildx";
        let old = |buildx: &str| {
            format!("docker buildx: {buildx} is too old: Compose 5.0.0 builds with 0.17.0 or newer")
        };
        let rows = [
            (None, None, Some(missing.to_owned())),
            (Some("5.6.1"), None, Some(missing.to_owned())),
            (Some("2.40.3-3"), None, None),
            (Some("2.40.3-3"), Some("0.13.1+ds1"), None),
            (Some("5.0.0"), Some("0.13.1+ds1"), Some(old("0.13.1+ds1"))),
            (Some("5.0.0"), Some("v0.16.2"), Some(old("v0.16.2"))),
            (Some("5.0.0"), Some("v0.17.0"), None),
            (Some("5.0.0"), Some("dev"), None),
        ];
        let mut with_file = model(&["api"]);
        with_file.services.get_mut("api").expect("it is there").build =
            Some(BuildSpec { dockerfile: "api/Dockerfile".into(), ..BuildSpec::default() });
        for (compose, buildx, expected) in rows {
            let seen = Sources {
                buildx: buildx.is_some(),
                buildx_version: buildx.map(str::to_owned),
                compose_version: compose.map(str::to_owned),
                buildkit: vec![(spot("api/Dockerfile", 4), "RUN --mount".to_owned())],
                ..Sources::default()
            };
            let expected: Vec<String> = expected.into_iter().collect();
            assert_eq!(shown(&with_file, &seen), expected, "{compose:?} {buildx:?}");
            if buildx.is_some() {
                assert_eq!(shown(&Model::default(), &seen), [""; 0], "nothing is built");
            }
        }
    }

    #[test]
    fn a_dockerfile_in_a_compose_file_needs_buildkit_too() {
        let mentions = [(INLINE.to_owned(), spot("services.yml", 12))].into();
        let seen = Sources { mentions, ..Sources::default() };
        let found = findings(&model(&["api"]), &seen);
        let expected = "build of api: dockerfile_inline needs BuildKit, and the host has no buildx";
        assert_eq!(shown(&model(&["api"]), &seen), [expected]);
        assert_eq!(found[0].evidence, ["services.yml:12"]);
        let found = findings(&model(&["api", "web"]), &seen);
        assert!(found.len() == 2 && found.iter().all(|it| it.evidence.is_empty()), "{found:?}");
    }
}
