//! `pg_dump` in its container.

use std::time::Duration;

use hemma_core::Command;
use hemma_core::names::PgName;

use super::Format;
use crate::databases::Server;
use crate::databases::sql::connection;

/// A dump that writes nothing for so long is stuck: on a lock it gives up much earlier.
const SILENCE_MAX: Duration = Duration::from_secs(10 * 60);

/// How long `pg_dump` waits for a table that somebody alters.
const LOCK_PATIENCE: &str = "--lock-wait-timeout=60s";

/// `pg_dump` is started by the engine itself, without a shell in the container: PostgreSQL is the
/// first process there, which inherits the children of whatever ends before them, and it takes one
/// of those that a signal ended for a crash of its own and restarts every connection.
///
/// The engine does not end what it runs in a container when the client goes away, so the server is
/// asked to end that connection, by a name that no other has.
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

/// What both scripts begin with.
pub(super) const BEGIN: &str = r"
export LC_ALL=C
c=$1 a=$2 n=$3 f=$4 l=$5
shift 5
";

/// A script of [`BEGIN`], [`DUMP`] and `rest`, with parameters of its own behind the common ones.
pub(super) fn command<const N: usize>(
    rest: &str,
    (server, database, format): (&Server, &PgName, Format),
    own: [&str; N],
) -> Command {
    let (container, administrator) = (server.container.as_str(), server.administrator.as_str());
    // A name with `=` in it would be read as a whole connection string, so it is given as one.
    let database = connection(database);
    let common = [container, administrator, &database, format.word(), LOCK_PATIENCE];
    Command::script(&format!("{BEGIN}{DUMP}{rest}"), common.into_iter().chain(own))
        .named("pg_dump")
        .limit(SILENCE_MAX)
}
