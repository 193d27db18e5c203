//! Role and databases in a real PostgreSQL on the host.

use hemma_core::names::PgName;
use hemma_core::{OperatorError, Progress, Verdict, World, causes};
use hemma_deploy::shared_db;
use hemma_postgres::databases::{self, Outcome, Step};

use super::application::{Application, SOUND, approval, wrong};
use crate::stage::written_down;

/// A PostgreSQL of the tests' own, so that the shared one stays as it is.
const FRESH: &str = r"
docker rm -f -v hemma-test-postgres >/dev/null 2>&1
docker run -d --name hemma-test-postgres -e POSTGRES_PASSWORD=admin postgres:15 >/dev/null
for i in $(seq 100); do
    docker exec hemma-test-postgres psql -U postgres -c 'SELECT 1' >/dev/null 2>&1 && exit 0
    sleep 0.2
done
docker logs hemma-test-postgres >&2; exit 1
";

const REMOVE: &str = "docker rm -f -v hemma-test-postgres >/dev/null 2>&1; true";

fn name(text: &str) -> PgName {
    text.parse().expect("PostgreSQL keeps it")
}

async fn sql(application: &Application, text: &str) -> String {
    let line = "docker exec -i hemma-test-postgres psql -X -q -At -v ON_ERROR_STOP=1 -U postgres";
    application.root(line, text).await
}

async fn ensure(application: &Application, world: &World) -> Result<Outcome, shared_db::Error> {
    shared_db::ensure(world, &application.config, &approval(world), &Progress::silent()).await
}

async fn statements(application: &Application, world: &World) -> Vec<String> {
    let wanted = shared_db::wanted(world, &application.config).await.expect("the header is read");
    let seen = databases::look(world, &wanted).await.expect("PostgreSQL answers");
    let role = &application.config.database.as_ref().expect("it has one").role;
    let steps = databases::steps(&seen, role, &wanted.databases);
    steps.iter().map(|it| it.statement(role)).collect()
}

#[tokio::test]
async fn what_is_missing_is_made_once_and_the_application_gets_in() {
    let application = Application::laid_out().await;
    application.root(FRESH, "").await;
    sql(&application, "ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();").await;
    let world = application.world();
    let report = shared_db::verify(&world, &application.config).await;
    assert_eq!(
        wrong(&report),
        [
            "FAIL role hemma_test_role: there is no such role",
            "FAIL database hemma_test_content: it does not exist",
            "FAIL database hemma_test_nlp: it does not exist",
        ]
    );
    assert_eq!(
        statements(&application, &world).await,
        [
            "CREATE ROLE \"hemma_test_role\" LOGIN;",
            "ALTER ROLE \"hemma_test_role\" PASSWORD [hidden];",
            "CREATE DATABASE \"hemma_test_content\" OWNER \"hemma_test_role\";",
            "CREATE DATABASE \"hemma_test_nlp\" OWNER \"hemma_test_role\";",
        ]
    );
    let made = ensure(&application, &world).await.expect("all can be made");
    assert!(matches!(&made, Outcome::Mended(steps) if steps.len() == 4), "{made:?}");
    assert_eq!(ensure(&application, &world).await.expect("a second time"), Outcome::Already);
    let report = shared_db::verify(&world, &application.config).await;
    assert_eq!(wrong(&report), [""; 0]);
    // The application's first statements.
    let table = "SET ROLE hemma_test_role; CREATE TABLE t (); DROP TABLE t;\
                 CREATE EXTENSION IF NOT EXISTS plpgsql;";
    let line = "docker exec -i hemma-test-postgres psql -q -v ON_ERROR_STOP=1 -U postgres -d hemma_test_nlp";
    application.root(line, table).await;
    // Neither the recording here nor the logs of PostgreSQL or Docker hold the password.
    let there = "docker logs hemma-test-postgres 2>&1; \
                 timeout 2 docker events --since 10m --until 0s; ps -eo args; \
                 cat /home/operator/.*history /root/.*history 2>/dev/null; true";
    let seen = format!("{}\n{}", written_down(&world), application.root(there, "").await);
    assert!(seen.contains("SCRAM-SHA-256"), "PostgreSQL logs every statement");
    assert!(!seen.contains("canary"));
    application.root(REMOVE, "").await;
}

#[tokio::test]
async fn another_password_another_owner_and_an_old_schema_are_mended() {
    let mut application = Application::laid_out().await;
    application.root(FRESH, "").await;
    sql(
        &application,
        "CREATE ROLE hemma_test_role NOLOGIN PASSWORD 'other'; CREATE ROLE stranger;\n\
         CREATE DATABASE hemma_test_content;\n\
         CREATE DATABASE hemma_test_nlp OWNER hemma_test_role;\n\
         CREATE DATABASE theirs OWNER stranger;\n\
         \\connect hemma_test_nlp\nALTER SCHEMA public OWNER TO postgres;\n\
         REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n",
    )
    .await;
    application.database().databases = vec![name("theirs")];
    let world = application.world();
    let made = ensure(&application, &world).await.expect("what is ours can be mended");
    let Outcome::Mended(steps) = made else { panic!("something was wrong") };
    assert!(steps.contains(&Step::AllowLogin), "{steps:?}");
    assert!(steps.contains(&Step::GiveDatabase(name("hemma_test_content"))), "{steps:?}");
    assert!(steps.contains(&Step::OpenSchema(name("hemma_test_nlp"))), "{steps:?}");
    assert!(steps.contains(&Step::SetPassword), "{steps:?}");
    let again = ensure(&application, &world).await.expect("a second time");
    assert_eq!(again, Outcome::Already);
    let report = shared_db::verify(&world, &application.config).await;
    assert_eq!(
        wrong(&report),
        ["FAIL database theirs: it belongs to stranger, which is not a superuser"]
    );
    assert!(!written_down(&world).contains("canary"));
    application.root(REMOVE, "").await;
}

#[tokio::test]
async fn hostile_names_and_passwords_are_names_and_passwords() {
    let mut application = Application::laid_out().await;
    application.root(FRESH, "").await;
    application.database().role = name("r\"o'l\\e; DROP DATABASE postgres; -- :x $1 \\! id");
    application.database().databases = [
        "a\"b'c\\d",
        "x\"; DROP DATABASE postgres; --",
        "dbname=postgres user=postgres",
        "postgresql://localhost/postgres",
        ":'HOME' :x",
        "\\! touch /tmp/owned",
        "åäö 日本",
        "-d",
        "$(id)`id`",
    ]
    .map(name)
    .to_vec();
    let password = "canary'\\\"$(id)`id`;--%s%n :x {} #! åäö";
    let quoted = password.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
    application.write(&SOUND.replace("canary-Zq7-database", &format!("\"{quoted}\""))).await;
    let world = application.world();
    let made = ensure(&application, &world).await.unwrap_or_else(|it| panic!("{}", causes(&it)));
    assert!(matches!(&made, Outcome::Mended(steps) if steps.len() == 13), "{made:?}");
    assert_eq!(ensure(&application, &world).await.expect("a second time"), Outcome::Already);
    let report = shared_db::verify(&world, &application.config).await;
    assert_eq!(wrong(&report), [""; 0]);
    assert_eq!(
        sql(&application, "SELECT count(*) FROM pg_database WHERE NOT datistemplate").await,
        "12\n"
    );
    let owned = "docker exec hemma-test-postgres ls /tmp; ls /tmp";
    assert!(!application.root(owned, "").await.contains("owned"));
    assert!(!written_down(&world).contains("canary"));
    application.root(REMOVE, "").await;
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_one_clear_line() {
    let application = Application::laid_out().await;
    let rows = [
        (REMOVE, "there is no container `hemma-test-postgres` on hemma"),
        (
            "docker create --name hemma-test-postgres postgres:15",
            "container `hemma-test-postgres` on hemma is not running: it is created",
        ),
        (
            "docker rm hemma-test-postgres; \
             docker run -d --name hemma-test-postgres --entrypoint sleep postgres:15 infinity",
            "PostgreSQL in hemma-test-postgres on hemma does not answer",
        ),
    ];
    for (spoil, expected) in rows {
        application.root(spoil, "").await;
        let world = application.world();
        let report = shared_db::verify(&world, &application.config).await;
        assert_eq!(report.verdict(), Verdict::Fail, "{spoil}");
        assert!(wrong(&report)[0].contains(expected), "{:?}", wrong(&report));
        let error = ensure(&application, &world).await.expect_err("nothing can be made");
        assert!(error.is_known() && causes(&error).contains(expected), "{}", causes(&error));
        world.close().await;
    }
    application.root(REMOVE, "").await;
}

#[tokio::test]
async fn a_server_that_does_not_let_us_is_one_clear_line() {
    let mut application = Application::laid_out().await;
    application.root(FRESH, "").await;
    sql(&application, "CREATE ROLE weak LOGIN;").await;
    application.database().administrator = name("nobody");
    let world = application.world();
    let report = shared_db::verify(&world, &application.config).await;
    assert!(wrong(&report)[0].contains("does not let `nobody` log in"), "{:?}", wrong(&report));

    application.database().administrator = name("weak");
    let report = shared_db::verify(&world, &application.config).await;
    assert!(wrong(&report)[0].contains("`weak` may not create roles"), "{:?}", wrong(&report));
    let error = ensure(&application, &world).await.expect_err("it may not");
    assert!(error.is_known() && causes(&error).contains("permission denied"), "{}", causes(&error));

    application.database().administrator = name("postgres");
    sql(
        &application,
        "ALTER SYSTEM SET default_transaction_read_only = on; SELECT pg_reload_conf();",
    )
    .await;
    world.forget();
    let report = shared_db::verify(&world, &application.config).await;
    assert!(wrong(&report)[0].contains("is read-only"), "{:?}", wrong(&report));
    let error = ensure(&application, &world).await.expect_err("it is read-only");
    assert!(error.is_known() && causes(&error).contains("is read-only"), "{}", causes(&error));
    assert!(!written_down(&world).contains("canary"));
    application.root(REMOVE, "").await;
}
