//! Prerequisites of the services that Compose does not bring: a valid `.env`, and a role and
//! databases in the shared PostgreSQL.

use hemma_core::{Finding, Verdict, World};
use hemma_docker::compose::RefusalCause;
use hemma_git::Tree;
use hemma_postgres::databases::{self, DatabaseSpec, Databases, Login, NoPassword};

use crate::{Config, Operation};

use super::{Error, Scope};
use crate::env_file::{self, EnvAnswer, EnvError};
use crate::plan::{Action, Statement, Step};
use crate::shared_db;

const NOT_PRINTED: Login = Login::NoPassword(NoPassword::NotPrinted);

/// The facts about the prerequisites.
#[derive(Debug, Default)]
pub(super) struct Prerequisites {
    /// `None` for a part of the application that has its own rules.
    env: Option<Result<EnvAnswer, EnvError>>,
    /// `None` where no database is wanted.
    databases: Option<Result<(DatabaseSpec, Databases), shared_db::Error>>,
}

impl Prerequisites {
    /// Looks at the prerequisites that the checkout asks for.
    pub(super) async fn look(world: &World, config: &Config, scope: &Scope) -> Self {
        if !scope.brings_commits() {
            return Self::default();
        }
        let (env, databases) = tokio::join!(
            env_file::look_at_file(world, config),
            look_at_databases(world, config, Tree::Checkout)
        );
        Self { env: Some(env), databases }
    }

    /// Looks at the prerequisites that another tree asks for.
    pub(super) async fn of(self, world: &World, config: &Config, tree: Tree) -> Self {
        Self { databases: look_at_databases(world, config, tree).await, ..self }
    }

    /// Whether the `.env` is unchanged, as far as it is judged.
    pub(super) async fn is_unmoved(&self, world: &World, config: &Config) -> bool {
        match &self.env {
            Some(seen) => env_file::look_at_file(world, config).await == *seen,
            None => true,
        }
    }

    /// The findings that stop a deploy.
    pub(super) fn blockers(&self, config: &Config) -> Vec<Finding> {
        let mut findings = match &self.env {
            None => Vec::new(),
            Some(Ok(answer)) => env_file::stops_deploy(config, answer),
            Some(Err(error)) => vec![env_file::unknown(error)],
        };
        match &self.databases {
            None => {}
            Some(Ok((spec, seen))) => {
                let mut unmended = databases::unmended(spec, seen);
                // An untried password is the fault of a wrong `.env`, or of an old Compose, with
                // which an application may run well.
                let untried = !findings.is_empty() || seen.login == NOT_PRINTED;
                unmended.retain(|it| it.verdict == Verdict::Fail || !untried);
                findings.append(&mut unmended);
            }
            Some(Err(error)) => findings.push(shared_db::of_error(config, error)),
        }
        findings
    }

    /// Whether the findings explain why Compose refuses its files.
    pub(super) fn explain(&self, config: &Config, cause: RefusalCause<'_>) -> bool {
        match &self.env {
            None => false,
            Some(Ok(answer)) => env_file::explains(config, answer, cause),
            Some(Err(_)) => cause == RefusalCause::EnvFile,
        }
    }

    /// The remarks that do not stop a deploy.
    pub(super) fn remarks(&self, config: &Config) -> Vec<String> {
        let mut beside = match &self.env {
            Some(Ok(answer)) => env_file::beside_deploy(config, answer),
            _ => Vec::new(),
        };
        if let Some(Ok((spec, seen))) = &self.databases
            && seen.login == NOT_PRINTED
        {
            let unmended = databases::unmended(spec, seen).into_iter();
            beside.extend(unmended.filter(|it| it.verdict == Verdict::Unknown));
        }
        let template = match &self.env {
            Some(Ok(answer)) => env_file::template_remark(config, answer),
            _ => None,
        };
        let beside = beside.iter().map(|it| format!("{}: {}", it.subject, it.detail));
        beside.chain(template).collect()
    }

    /// The statements that create what is missing.
    pub(super) fn steps(&self) -> Vec<Step> {
        let Some(Ok((spec, _))) = &self.databases else { return Vec::new() };
        let step = |step: databases::Step| {
            let (reason, role) = (step.reason(), spec.role.clone());
            Step::new(Action::RunStatement(Statement { step, role }), reason)
        };
        self.missing().into_iter().map(step).collect()
    }

    /// Runs the statements of a plan.
    pub(super) async fn run(
        &self,
        operation: Operation<'_>,
        statements: &[databases::Step],
    ) -> Result<(), Error> {
        let Operation { world, approval, progress, .. } = operation;
        let Some(Ok((spec, _))) = &self.databases else { return Ok(()) };
        let made = databases::take(world, spec, statements, approval, progress).await;
        made.map_err(|error| Error::Databases(error.into()))
    }

    fn missing(&self) -> Vec<databases::Step> {
        match &self.databases {
            Some(Ok((spec, seen))) => databases::missing(spec, seen),
            _ => Vec::new(),
        }
    }
}

/// The state of the databases that the files of a tree ask for.
async fn look_at_databases(
    world: &World,
    config: &Config,
    tree: Tree,
) -> Option<Result<(DatabaseSpec, Databases), shared_db::Error>> {
    let spec = match shared_db::wanted_in(world, config, tree).await {
        Ok(spec) => spec,
        Err(shared_db::Error::NoneWanted { .. } | shared_db::Error::NotConfigured) => return None,
        Err(error) => return Some(Err(error)),
    };
    let seen = databases::look(world, &spec).await;
    Some(seen.map(|seen| (spec, seen)).map_err(Into::into))
}

#[cfg(test)]
mod tests {
    use hemma_postgres::databases::{Database, Role, Server};

    use super::*;

    use crate::config::EnvTemplate;
    use crate::env_file::{Flaws, GitView, Judged, Obstacle, RequiredBy, Requirement};

    fn judged(change: impl FnOnce(&mut Judged)) -> EnvAnswer {
        let mut judged = Judged {
            mode: "600".to_owned(),
            owner: "operator".to_owned(),
            login: "operator".to_owned(),
            git: GitView::None,
            bom: false,
            crlf: false,
            keys: Vec::new(),
            unset: Vec::new(),
            flaws: Flaws::default(),
            compose_asked: false,
        };
        change(&mut judged);
        EnvAnswer::Judged(Box::new(judged))
    }

    fn databases(change: impl FnOnce(&mut Databases)) -> Seen {
        let fine = Database {
            owner: "huleedu_user".to_owned(),
            owner_is_superuser: false,
            role_may_create: Some(true),
        };
        let mut seen = Databases {
            version: 150_006,
            read_only: false,
            may_create: true,
            role: Some(Role { can_login: true }),
            databases: [("own".to_owned(), fine)].into(),
            login: Login::Accepted,
        };
        change(&mut seen);
        let spec = DatabaseSpec {
            server: Server {
                host: "hemma".parse().expect("a host"),
                container: "shared-postgres".parse().expect("a container"),
                administrator: "postgres".parse().expect("a name"),
            },
            checkout: "~/apps/huleedu".parse().expect("a directory"),
            role: "huleedu_user".parse().expect("a name"),
            password_key: "HULEEDU_PROD_DB_PASSWORD".parse().expect("a key"),
            databases: vec!["own".parse().expect("a name")],
        };
        (spec, seen)
    }

    type Seen = (DatabaseSpec, Databases);

    /// The blockers, the remarks, and the steps.
    fn told(env: EnvAnswer, databases: Seen) -> [Vec<String>; 3] {
        let needs = Prerequisites { env: Some(Ok(env)), databases: Some(Ok(databases)) };
        let mut config = Config::default();
        config.env.required = vec!["JWT_SECRET_KEY".parse().expect("a key")];
        let subject = |it: Finding| format!("{:?} {}", it.verdict, it.subject);
        let blockers = needs.blockers(&config).into_iter().map(subject).collect();
        let steps = needs.steps().into_iter().map(|it| it.action.subject()).collect();
        [blockers, needs.remarks(&config), steps]
    }

    #[test]
    fn what_the_application_would_be_wrong_with_stops_a_deploy_and_the_rest_is_said() {
        let fine = || judged(|_| {});
        assert_eq!(told(fine(), databases(|_| {})), [const { Vec::<String>::new() }; 3]);
        let placeholder = |it: &mut Judged| it.flaws.placeholders = vec!["JWT_SECRET_KEY".into()];
        let rows = [
            (judged(placeholder), "Fail .env JWT_SECRET_KEY"),
            (EnvAnswer::Obstacle(Obstacle::Missing), "Fail .env"),
            (EnvAnswer::Obstacle(Obstacle::Directory), "Fail .env"),
        ];
        for (env, expected) in rows {
            // One cause, one finding: the password could not be tried either.
            let seen = databases(|it| it.login = Login::NoPassword(NoPassword::NoValue));
            assert_eq!(told(env, seen)[0], [expected]);
        }
        // A comment is a hint.
        let hinted = judged(|it| {
            let key = "ANTHROPIC_API_KEY".parse().expect("a key");
            it.flaws.missing = vec![Requirement { key, by: RequiredBy::Header }];
        });
        // It explains no refusal of Compose's, which then stops the deploy.
        let cause = RefusalCause::Variable("ANTHROPIC_API_KEY");
        assert!(!env_file::explains(&Config::default(), &hinted, cause));
        let [blockers, remarks, _] = told(hinted, databases(|_| {}));
        assert!(blockers.is_empty(), "{blockers:?}");
        assert!(remarks[0].contains("asks for it; `[env] optional`"), "{remarks:?}");
        let open = judged(|it| {
            it.mode = "644".to_owned();
            it.flaws.shell_unsafe = vec!["MOTTO".to_owned()];
        });
        let [blockers, remarks, _] = told(open, databases(|_| {}));
        assert!(blockers.is_empty(), "{blockers:?}");
        assert!(remarks[0].starts_with(".env mode: mode 644: users other than"), "{remarks:?}");
        assert!(remarks[1].starts_with(".env MOTTO: a shell that sources"), "{remarks:?}");
        let [blockers, remarks, _] = told(fine(), databases(|it| it.login = NOT_PRINTED));
        assert!(blockers.is_empty() && remarks[0].contains("could not be tried"), "{remarks:?}");
    }

    #[test]
    fn an_example_in_the_repository_is_a_hint() {
        let mut config = Config::default();
        let keys = ["API_KEY", "MAIL_HOST", "SENTRY_DSN"].map(|it| it.parse().expect("a key"));
        let template = EnvTemplate { file: ".env.example".to_owned(), keys: keys.to_vec() };
        config.env.template = Some(template);
        config.env.optional = vec!["SENTRY_DSN".parse().expect("a key")];
        let told = |answer: EnvAnswer| {
            let needs = Prerequisites { env: Some(Ok(answer)), databases: None };
            (needs.blockers(&config).len(), needs.remarks(&config))
        };
        let lacks =
            |keys: &str| format!(".env.example of the repository has keys that .env lacks: {keys}");
        let some = judged(|it| it.keys = vec!["API_KEY".to_owned()]);
        assert_eq!(told(some), (0, vec![lacks("MAIL_HOST")]));
        let none = EnvAnswer::Obstacle(Obstacle::Missing);
        assert_eq!(told(none), (0, vec![lacks("API_KEY, MAIL_HOST")]));
        let all = judged(|it| it.keys = vec!["API_KEY".to_owned(), "MAIL_HOST".to_owned()]);
        assert_eq!(told(all), (0, Vec::new()));
    }

    #[test]
    fn what_is_missing_in_postgresql_is_made_and_what_is_somebody_else_s_stops_a_deploy() {
        let told = |change: fn(&mut Databases)| {
            let [blockers, _, steps] = told(judged(|_| {}), databases(change));
            [blockers, steps]
        };
        let none = Vec::<String>::new();
        let make = ["CREATE DATABASE \"own\" OWNER \"huleedu_user\";".to_owned()].to_vec();
        assert_eq!(told(|it| it.databases.clear()), [none.clone(), make]);
        let password = ["ALTER ROLE \"huleedu_user\" PASSWORD [hidden];".to_owned()].to_vec();
        assert_eq!(told(|it| it.login = Login::Refused), [none.clone(), password]);
        let theirs = |it: &mut Databases| {
            it.databases.values_mut().for_each(|it| it.owner = "other".to_owned());
        };
        assert_eq!(told(theirs), [vec!["Fail database own".to_owned()], none.clone()]);
        let standby = |it: &mut Databases| {
            it.read_only = true;
            it.databases.clear();
        };
        assert_eq!(told(standby), [vec!["Fail shared-postgres".to_owned()], none.clone()]);
        let untried = |it: &mut Databases| it.login = Login::NoPassword(NoPassword::NoValue);
        assert_eq!(told(untried), [vec!["Unknown role huleedu_user".to_owned()], none]);
    }
}
