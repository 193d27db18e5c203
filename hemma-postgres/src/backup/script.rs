//! The scripts that run `pg_dump` in its container.

use std::time::Duration;

use hemma_core::Command;
use hemma_core::names::PgName;

use super::Format;
use crate::databases::Server;
use crate::databases::sql::connection;

/// The silence after which a dump counts as stuck. While it waits for a lock, it gives up much
/// earlier.
const SILENCE_MAX: Duration = Duration::from_secs(10 * 60);

/// The time limit of `pg_dump` for a table that another session alters.
const LOCK_PATIENCE: &str = "--lock-wait-timeout=60s";

/// The engine starts `pg_dump` itself, without a shell in the container: PostgreSQL is the first
/// process there and inherits orphaned processes, and if a signal has ended one of them, it treats
/// that as a crash of its own and restarts every connection.
///
/// The engine does not end a process in a container when the client goes away, so the server is
/// asked to end that connection, which has a unique name.
pub(super) const DUMP: &str = r#"
id=hemma-backup-$$-$(date +%s)
in_container() { sudo -n docker exec "$c" env LC_ALL=C PGAPPNAME="$id" "$@"; }
stop() {
    trap '' TERM INT HUP PIPE
    sudo -n docker exec "$c" psql -X -q -U "$a" -d postgres -c \
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '$id'" >/dev/null 2>&1
    exit 75
}
trap stop TERM INT HUP PIPE
dump() { in_container pg_dump -U "$a" --no-password "$l" -F "$f" -d "$n" </dev/null; }
"#;

/// The beginning of both scripts.
pub(super) const BEGIN: &str = r"
export LC_ALL=C
c=$1 a=$2 n=$3 f=$4 l=$5
shift 5
";

/// The script made of [`BEGIN`], [`DUMP`] and `rest`, with its own parameters after the common
/// ones.
pub(super) fn command<const N: usize>(
    rest: &str,
    (server, database, format): (&Server, &PgName, Format),
    own: [&str; N],
) -> Command {
    let (container, administrator) = (server.container.as_str(), server.administrator.as_str());
    // A name with `=` in it would be read as a connection string, so it is passed as one.
    let database = connection(database);
    let common = [container, administrator, &database, format.word(), LOCK_PATIENCE];
    Command::script(&format!("{BEGIN}{DUMP}{rest}"), common.into_iter().chain(own))
        .named("pg_dump")
        .limit(SILENCE_MAX)
}
