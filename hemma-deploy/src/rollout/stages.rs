//! The stages of a deploy: their services, and the order in which they can be brought up.

use crate::config::StageConfig;
use crate::ids;
use crate::{Config, Remedy};

use hemma_core::{Finding, Hint};
use hemma_docker::compose::{Model, Service};
use hemma_docker::{Container, State};

/// The stages of `hemma.toml`, and the last one of all other services.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stages<'c>(&'c [StageConfig]);

impl<'c> Stages<'c> {
    pub(super) fn of(config: &'c Config) -> Self {
        Self(&config.stage)
    }

    /// Whether there is only one stage, the whole.
    pub(super) fn is_one(self) -> bool {
        self.0.is_empty()
    }

    /// The names of the stages, in order.
    pub(super) fn names(self) -> impl Iterator<Item = &'c str> {
        let last = (!self.is_one()).then_some(StageConfig::REST);
        self.0.iter().map(|it| it.name.as_str()).chain(last)
    }

    /// The stage of a service.
    pub(super) fn home(self, service: &str) -> &'c str {
        let stage = self.0.iter().find(|it| it.services.iter().any(|it| it == service));
        stage.map_or(StageConfig::REST, |it| it.name.as_str())
    }

    /// The position of a service's stage in the order.
    pub(super) fn position(self, service: &str) -> usize {
        let home = self.home(service);
        self.names().position(|it| it == home).unwrap_or_default()
    }

    /// The services of a stage that should run.
    pub(super) fn services(self, stage: &str, project: &Model) -> Vec<String> {
        let wanted = project.services.iter().filter(|(_, it)| it.replicas > 0);
        let mut names = wanted.map(|it| it.0);
        names.by_ref().filter(|it| self.home(it) == stage).map(ToString::to_string).collect()
    }

    /// Each stage with its services, in order.
    pub(super) fn listed(self, project: &Model) -> Vec<(String, Vec<String>)> {
        self.names().map(|it| (it.to_owned(), self.services(it, project))).collect()
    }

    /// The findings about an impossible order: a stage with a service that is not in the files, or
    /// with one that needs a service of a later stage.
    pub(super) fn objections(self, project: &Model) -> Vec<Finding> {
        let unknown = self.0.iter().flat_map(|stage| {
            let missing =
                stage.services.iter().filter(|it| !project.services.contains_key(it.as_str()));
            missing.map(|it| {
                let detail = format!("the compose files have no service `{it}`");
                let advice = format!("fix [[stage]] {} in hemma.toml", stage.name);
                Finding::fail(ids::STAGE_SERVICE_UNKNOWN, format!("stage {}", stage.name), detail)
                    .hint(Hint::Do(advice))
            })
        });
        let early = dependencies(project)
            .filter(|(name, needed)| !self.is_one() && self.position(needed) > self.position(name));
        let early = early.map(|(name, needed)| {
            let detail =
                format!("{name} needs {needed}, which comes later, in {}", self.home(needed));
            let advice = format!("put {needed} into the same [[stage]] or an earlier one");
            Finding::fail(ids::STAGE_ORDER, format!("stage {}", self.home(name)), detail)
                .hint(Hint::Do(advice))
        });
        unknown.chain(early).collect()
    }

    /// The services that a single stage needs and that do not run.
    pub(super) fn missing(
        self,
        stage: &str,
        project: &Model,
        (name, containers): (&str, &[Container]),
    ) -> Vec<Finding> {
        let is_up = |service: &str| {
            let one_shot = project.services.get(service).is_some_and(|it| it.may_end(project));
            let up = |it: &Container| {
                it.state == State::Running || (one_shot && it.exit_code == Some(0))
            };
            containers.iter().any(|it| it.is_of(name, service) && up(it))
        };
        let beside = dependencies(project).filter(|(own, needed)| {
            self.home(own) == stage && self.home(needed) != stage && !is_up(needed)
        });
        let finding = |(own, needed): (&str, &str)| {
            let home = self.home(needed);
            let detail = format!("{own} needs {needed} of stage {home}, which is not up");
            let remedy = Remedy::DeployStage(home.to_owned());
            Finding::fail(ids::STAGE_DEPENDENCY_DOWN, format!("stage {stage}"), detail)
                .remedy(remedy)
        };
        beside.map(finding).collect()
    }
}

/// Each service that should run, with each of its dependencies that should run as well.
fn dependencies(project: &Model) -> impl Iterator<Item = (&str, &str)> {
    let wanted = |it: &&Service| it.replicas > 0;
    let runs = move |it: &&String| project.services.get(it.as_str()).as_ref().is_some_and(wanted);
    let services = project.services.iter().filter(move |it| wanted(&it.1));
    services.flat_map(move |(name, it)| {
        it.depends_on.keys().filter(runs).map(move |needed| (name.as_str(), needed.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(stages: &[(&str, &[&str])]) -> Config {
        let stage = |it: &(&str, &[&str])| StageConfig {
            name: it.0.parse().expect("a name"),
            services: it.1.iter().map(|it| it.parse().expect("a service")).collect(),
        };
        Config { stage: stages.iter().map(stage).collect(), ..Config::default() }
    }

    /// `api` needs `kafka`, and `db`, which has zero replicas.
    fn project() -> Model {
        let mut project = Model::default();
        for (name, replicas, needs) in
            [("api", 1, &["kafka", "db"][..]), ("db", 0, &[]), ("kafka", 1, &[]), ("web", 1, &[])]
        {
            let needs = needs.iter().map(|it| ((*it).to_owned(), "service_started".to_owned()));
            let service = Service { replicas, depends_on: needs.collect(), ..Service::default() };
            project.services.insert(name.parse().expect("a service"), service);
        }
        project
    }

    fn lines(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(|it| format!("{}: {}", it.subject, it.detail)).collect()
    }

    #[test]
    fn every_service_is_in_one_stage() {
        let config = config(&[("infra", &["kafka"]), ("edge", &["api"])]);
        let stages = Stages::of(&config);
        assert_eq!(stages.names().collect::<Vec<_>>(), ["infra", "edge", "rest"]);
        assert_eq!((stages.home("api"), stages.home("web")), ("edge", "rest"));
        let listed = |it: (&str, &str)| (it.0.to_owned(), vec![it.1.to_owned()]);
        let expected = [("infra", "kafka"), ("edge", "api"), ("rest", "web")].map(listed);
        assert_eq!(stages.listed(&project()), expected);
        let none = Config::default();
        assert!(Stages::of(&none).is_one() && Stages::of(&none).names().next().is_none());
    }

    #[test]
    fn an_order_that_cannot_be_is_objected_to() {
        type Row<'r> = (&'r [(&'r str, &'r [&'r str])], &'r [&'r str]);
        let rows: [Row<'_>; 4] = [
            (&[("infra", &["kafka"])], &[]),
            (&[("all", &["kafka", "api"])], &[]),
            (&[("edge", &["api"])], &["stage edge: api needs kafka, which comes later, in rest"]),
            (&[("infra", &["kafak"])], &["stage infra: the compose files have no service `kafak`"]),
        ];
        for (stages, expected) in rows {
            let config = config(stages);
            assert_eq!(lines(&Stages::of(&config).objections(&project())), expected);
        }
    }

    #[test]
    fn a_stage_by_itself_needs_those_before_it() {
        let config = config(&[("infra", &["kafka"]), ("edge", &["api"])]);
        let missing = |stage| lines(&Stages::of(&config).missing(stage, &project(), ("p", &[])));
        assert_eq!(
            missing("edge"),
            ["stage edge: api needs kafka of stage infra, which is not up"]
        );
        assert_eq!(missing("infra"), [""; 0]);
    }
}
