//! Role and databases in the shared PostgreSQL, as the operator makes them.

use crate::hemma::Ran;
use crate::stage::{Stage, until};
use crate::watch;

const SHARED_DB: [&str; 3] = ["day2", "shared-db", "--yes"];

/// Removes the role and the databases, as on the day before.
const UNMADE: &str = r"
docker exec -i shared-postgres psql -qU postgres <<'SQL'
SELECT format('DROP DATABASE %I', datname) FROM pg_database WHERE datname ~ '^huleedu_' \gexec
DROP ROLE IF EXISTS huleedu_user;
SQL";

const PASSWORD_SEEN: &str = r#"
password=$(sed -n 's/^HULEEDU_PROD_DB_PASSWORD=//p' /home/operator/apps/huleedu/.env)
[ -n "$password" ] || echo 'there is no password'
grep -c psql /run/watched >/dev/null || echo 'nobody was watched'
grep -aF -e "$password" /run/watched
rm /run/watched
docker logs shared-postgres 2>&1 | grep -F -e "$password"
true"#;

#[tokio::test]
async fn role_and_databases_are_made_once_and_the_password_stays_unseen() {
    let stage = Stage::deployed().await;
    sql(&stage, "ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();").await;
    stage.root(UNMADE).await;
    stage.root(watch::BEGIN).await;
    stage.hemma(&SHARED_DB[..2]).await.refuses(2, "confirmation is required");
    let plan = stage.hemma(&["day2", "shared-db", "--plan"]).await;
    plan.exits(4).says("CREATE ROLE \"huleedu_user\" LOGIN;").says("PASSWORD [hidden];");
    assert_eq!(count(&stage).await, "0 0");

    let made = stage.hemma(&SHARED_DB).await;
    made.exits(0).says("13 of 13 exist and belong to huleedu_user");
    assert_eq!(count(&stage).await, "13 1");
    stage.root(watch::END).await;
    assert_eq!(stage.root(PASSWORD_SEEN).await, "", "{made}");
    sql(&stage, "ALTER SYSTEM RESET log_statement; SELECT pg_reload_conf();").await;
    let again = stage.hemma(&SHARED_DB).await;
    assert!(!again.exits(0).stdout.contains("~ run"), "{again}");

    // In PostgreSQL 15 only a database's owner may make tables in it; older ones let all roles.
    sql(&stage, "ALTER DATABASE huleedu_email OWNER TO postgres;").await;
    sql(&stage, "\\c huleedu_nlp\nALTER SCHEMA public OWNER TO postgres; REVOKE ALL ON SCHEMA public FROM PUBLIC;").await;
    let mended = stage.hemma(&SHARED_DB).await;
    mended.exits(0).says("ALTER DATABASE \"huleedu_email\" OWNER TO \"huleedu_user\";");
    mended.says("GRANT USAGE, CREATE ON SCHEMA public TO \"huleedu_user\";");
    for database in ["huleedu_email", "huleedu_nlp"] {
        let table =
            format!("\\c {database}\nSET ROLE huleedu_user; CREATE TABLE t (); DROP TABLE t;");
        sql(&stage, &table).await;
    }
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_server_that_takes_no_changes_is_refused_in_one_message() {
    let stage = Stage::deployed().await;
    stage.hemma(&SHARED_DB).await.exits(0);
    stage.root("docker stop shared-postgres").await;
    refused(&stage, "container `shared-postgres` on hemma is not running: it is exited").await;
    stage.root("docker start shared-postgres").await;
    answers(&stage).await;

    sql(&stage, "CREATE ROLE weak LOGIN;").await;
    for (role, says) in [
        ("weak", "`weak` may not create roles and databases"),
        ("nobody", "does not let `nobody` log in"),
    ] {
        let role = role.parse().expect("a name");
        stage.configure(|it| database(it).administrator = role);
        refused(&stage, says).await.says("set [database] administrator to a superuser");
    }
    stage.configure(|it| database(it).administrator = "postgres".parse().expect("a name"));
    sql(&stage, "DROP ROLE weak; ALTER DATABASE huleedu_email OWNER TO postgres;").await;
    sql(&stage, "ALTER SYSTEM SET default_transaction_read_only = on").await;
    sql(&stage, "SELECT pg_reload_conf()").await;
    refused(&stage, "is read-only: a standby, or default_transaction_read_only").await;
    sql(&stage, "ALTER SYSTEM RESET default_transaction_read_only").await;
    sql(&stage, "SELECT pg_reload_conf()").await;
    stage.hemma(&SHARED_DB).await.exits(0).says("ALTER DATABASE \"huleedu_email\"");
}

/// Expects one message and a next command, and that no lock is taken; a deploy has the same
/// message.
async fn refused(stage: &Stage, says: &str) -> Ran {
    let before = stage.traces().await;
    stage.hemma(&["deploy", "--yes"]).await.refuses(1, says).says("hint: ");
    let ran = stage.hemma(&SHARED_DB).await;
    ran.refuses(1, says).says("hint: ");
    assert!(!ran.stderr.contains("take the lock"), "{ran}");
    stage.is_as(&before).await;
    ran
}

/// The number of the application's databases, and of its roles.
async fn count(stage: &Stage) -> String {
    sql(
        stage,
        "SELECT (SELECT count(*) FROM pg_database WHERE datname ~ '^huleedu_') || ' ' || \
         (SELECT count(*) FROM pg_roles WHERE rolname = 'huleedu_user')",
    )
    .await
}

async fn sql(stage: &Stage, text: &str) -> String {
    let line = r#"printf '%s\n' "$1" | docker exec -i shared-postgres psql -qAtU postgres -v ON_ERROR_STOP=1"#;
    let output = stage.lab.root(line, &[text]).await.expect("the host answers");
    assert!(output.success(), "{text}\n{}", output.stderr);
    output.stdout.trim_end().to_owned()
}

async fn answers(stage: &Stage) {
    let look = "docker exec shared-postgres psql -U postgres -c 'SELECT 1' 2>&1 >/dev/null; true";
    until("PostgreSQL answers", async || stage.root(look).await).await;
}

fn database(config: &mut hemma_deploy::Config) -> &mut hemma_deploy::config::DatabaseConfig {
    config.database.as_mut().expect("the lab's settings have one")
}
