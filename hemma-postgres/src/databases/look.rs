//! Looks at PostgreSQL, and checks whether the application can log in.

use std::time::Duration;

use hemma_core::names::{CheckoutPath, EnvKey, PgName};
use hemma_core::script::SCRATCH;
use hemma_core::{Command, ExecError, Live, Place, Question, sudo};
use serde::{Deserialize, Serialize};

use super::Server;
use super::error::{DatabaseError, NoPassword};
use super::state::{Databases, Login, look_statements, read};

/// The beginning of every script here. `password` sets `$pw` to the value of a key as Compose reads
/// it from `.env`, or `$why` to the reason for its failure. The value is in a variable of this
/// shell and in pipes, never in the environment or the arguments of a process, and it does not
/// leave the host.
pub(super) const BEGIN: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
export LC_ALL=C
c=$2 a=$3 role=$4 key=$5
shift 5
psql() { sudo -n docker exec -i "$c" env LC_ALL=C psql -X -q -At -v ON_ERROR_STOP=1 -v VERBOSITY=verbose "$@"; }
# A value that every reader of `.env` reads alike needs no Compose, whose start takes more of a small
# host than all else here. No quote may be open at the line, and root's environment comes before `.env`.
plain() {
    [ "$(sudo -n sh -c "echo \${$key-unset}")" = unset ] || return
    pw=$(awk -v k="$key" '
        { it = $0 }
        it ~ /\\/ || gsub(/"/, "", it) % 2 || gsub(/\047/, "", it) % 2 { many = 1; exit }
        $0 ~ "^[ \t]*(export[ \t]+)?" k "[ \t]*([=:]|$)" { n++; v = "" }
        index($0, k "=") == 1 { v = substr($0, length(k) + 2) }
        END { if (!many && n == 1 && v ~ /^[A-Za-z0-9_.,:@%+\/=~^-]+$/) print v }' "$d/.env" 2>/dev/null)
    [ -n "$pw" ] && why=''
}
password() {
    pw='' why=not_printed
    ! plain || return 0
    all=$(printf 'services: {x: {image: x}}\n' |
        sudo -n docker compose -p x --project-directory "$d" --env-file "$d/.env" -f - config --environment 2>/dev/null) || return
    why=several_lines
    pw=$(printf '%s\n' "$all" | awk -v k="$key=" '
        on { if ($0 !~ /^[A-Za-z_][A-Za-z0-9_.-]*=/) bad = 1; exit }
        index($0, k) == 1 { print substr($0, length(k) + 1); on = 1 }
        END { exit bad }') || { pw=''; return; }
    why=no_value
    [ -z "$pw" ] || why=''
}
"#;

/// The look and the login run at the same time: each `docker exec` takes a tenth of a second on a
/// small host. psql's input is a parameter: closing the script's own input ends the script, even if
/// the engine hangs.
///
/// `docker ps` lists containers, so a missing container is told from an engine that does not
/// answer.
const LOOK: &str = r#"
login() {
    password
    if [ -n "$why" ]; then echo "login=$why"; return; fi
    at=$(sudo -n docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$c")
    printf '%s\n' "$pw" | psql -W -h "${at%% *}" -U "$role" -d postgres -c 'SELECT 1' >/dev/null &&
        echo login=accepted
}
login >"$w/login" 2>"$w/said" &
if printf '%s\n' "$1" | psql -U "$a" -d postgres; then echo looked=yes
else
    seen=$(sudo -n docker ps --all --filter "name=$c" --format '{{.Names}} {{.State}}') || exit 70
    printf '%s\n' "$seen" | sed 's/^/container=/'
fi
wait
cat "$w/login"
echo '--8<--' >&2
cat "$w/said" >&2
"#;

/// A question for the state of an application's role and databases.
///
/// The role's login is really tried, over the container's own network address: on the loopback
/// address PostgreSQL's image requires no password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookDatabases {
    /// The PostgreSQL server.
    pub server: Server,
    /// The checkout, whose `.env` is used.
    pub checkout: CheckoutPath,
    /// The application's role.
    pub role: PgName,
    /// The key of its password.
    pub password_key: EnvKey,
    /// The required databases.
    pub wanted: Vec<PgName>,
}

impl Question for LookDatabases {
    const KIND: &'static str = "database.look";
    type Answer = Databases;
    type Error = DatabaseError;

    async fn ask(&self, live: &Live) -> Result<Databases, DatabaseError> {
        let server = self.server.clone();
        let on = Place::On(server.host.clone());
        let output = match live.run(&on, &self.command()).await {
            Ok(output) => output,
            Err(source) => return Err(DatabaseError::Ask { server, source }),
        };
        if let Some(source) = refused_by_sudo(&on, &output.stderr) {
            return Err(DatabaseError::Ask { server, source });
        }
        if !output.success() {
            let said = output.last_words().to_owned();
            return Err(DatabaseError::Engine { server, said });
        }
        self.read(&output.stdout, &output.stderr)
    }
}

/// A refusal of sudo, which is not an answer of Docker. The script runs as the operator, and calls
/// sudo.
pub(crate) fn refused_by_sudo(on: &Place, stderr: &str) -> Option<ExecError> {
    let (on, stderr) = (on.clone(), sudo::refusal(stderr)?.to_owned());
    Some(ExecError::Sudo { on, command: "docker".to_owned(), stderr, login: None })
}

/// The parameters of every script here, in the order of [`BEGIN`].
pub(super) fn parameters(
    server: &Server,
    checkout: &CheckoutPath,
    role: &PgName,
    key: &EnvKey,
) -> [String; 5] {
    let (container, administrator) = (&server.container, &server.administrator);
    [
        checkout.to_string(),
        container.to_string(),
        administrator.to_string(),
        role.to_string(),
        key.to_string(),
    ]
}

impl LookDatabases {
    fn command(&self) -> Command {
        let parameters = parameters(&self.server, &self.checkout, &self.role, &self.password_key);
        Command::script(&format!("{SCRATCH}{BEGIN}{LOOK}"), parameters)
            .arg(look_statements(&self.role, &self.wanted))
            .named("look at PostgreSQL")
            .limit(Duration::from_secs(60))
    }

    fn read(&self, output: &str, stderr: &str) -> Result<Databases, DatabaseError> {
        let server = self.server.clone();
        let mut lines = output.lines();
        if !lines.any(|it| it == "looked=yes") {
            return Err(self.not_looked(output, stderr));
        }
        let login = lines.find_map(|it| it.strip_prefix("login="));
        let (_, said) = stderr.split_once("--8<--").unwrap_or_default();
        let rows: Vec<&str> = output.lines().take_while(|it| it.starts_with('{')).collect();
        let mut seen = read(&rows.join("\n"), read_login(login, said))
            .map_err(|reason| DatabaseError::Read { server, reason })?;
        if seen.role.is_none() {
            seen.login = Login::NoRole;
        }
        Ok(seen)
    }

    /// PostgreSQL's messages only count while its container runs. Text after the mark is about the
    /// login. Older engines print on standard output that `docker exec` could not begin.
    fn not_looked(&self, output: &str, stderr: &str) -> DatabaseError {
        let server = self.server.clone();
        let said = stderr.split_once("--8<--").map_or(stderr, |it| it.0);
        let said = if said.trim().is_empty() { output } else { said };
        let containers = output.lines().filter_map(|it| it.strip_prefix("container="));
        let mut states = containers.filter_map(|it| it.split_once(' '));
        match states.find(|(name, _)| *name == server.container.as_str()) {
            None => DatabaseError::NoContainer { server },
            Some((_, "running")) => DatabaseError::read(&server, said),
            Some((_, state)) => DatabaseError::Stopped { server, state: state.to_owned() },
        }
    }
}

fn read_login(word: Option<&str>, said: &str) -> Login {
    match word {
        Some("accepted") => Login::Accepted,
        Some(word) => NoPassword::read(word)
            .map_or_else(|| Login::Unknown("it was not tried".to_owned()), Login::NoPassword),
        None if said.contains("password authentication failed") => Login::Refused,
        // The login succeeded, and that database refused the connection.
        None if said.contains("permission denied for database") => Login::Accepted,
        None => {
            let line = said.lines().find(|it| it.contains("error:")).unwrap_or(
                "it printed \
                 nothing",
            );
            Login::Unknown(hemma_core::text::plain(line, 300))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look() -> LookDatabases {
        let server = Server {
            host: "hemma".parse().expect("an alias"),
            container: "shared-postgres".parse().expect("a name"),
            administrator: "postgres".parse().expect("a role"),
        };
        LookDatabases {
            server,
            checkout: "/srv/app".parse().expect("a path"),
            role: "app".parse().expect("a role"),
            password_key: "PASSWORD".parse().expect("a key"),
            wanted: Vec::new(),
        }
    }

    #[test]
    fn what_kept_psql_from_running_is_said_and_nothing_of_ours() {
        let exec = "OCI runtime exec failed: exec failed: no such file or directory: unknown";
        let running = "container=shared-postgres running\nlogin=no_value\n";
        for (output, stderr) in [
            (format!("{exec}\n{running}"), "--8<--\n".to_owned()),
            (running.to_owned(), format!("{exec}\n--8<--\npsql: error: of the login\n")),
        ] {
            let Err(DatabaseError::Engine { said, .. }) = look().read(&output, &stderr) else {
                panic!("it is the engine's: {output}{stderr}");
            };
            assert_eq!(said, exec);
        }
    }

    /// The value that a `.env` gives without Compose, and whether Compose was asked.
    fn password_in(env: &str, of_root: &[(&str, &str)]) -> (String, bool) {
        let dir = tempfile::tempdir().expect("a place");
        let at = dir.path();
        let sudo = format!(
            "#!/bin/sh\nshift\n[ \"$1\" != sh ] || exec \"$@\"\n: >{}/asked\n",
            at.display()
        );
        std::fs::write(at.join(".env"), env).expect("writable");
        std::fs::write(at.join("sudo"), sudo).expect("writable");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(at.join("sudo"), executable).expect("ours");
        let script = format!("PATH={}:$PATH\n{BEGIN}password; printf %s \"$pw\"", at.display());
        #[expect(clippy::disallowed_methods, reason = "the script is what is tested, and no host")]
        let output = std::process::Command::new("sh")
            .args(["-c", &script, "sh"])
            .arg(at)
            .args(["c", "a", "role", "PASSWORD"])
            .envs(of_root.iter().copied())
            .output()
            .expect("a shell");
        let value = String::from_utf8(output.stdout).expect("text");
        (value, at.join("asked").exists())
    }

    #[test]
    fn compose_is_asked_for_every_value_that_is_not_plain() {
        for (env, value) in [
            ("PASSWORD=a1-B_2", "a1-B_2"),
            ("A=1\nPASSWORD=x/y+z==\nB='two words'", "x/y+z=="),
            ("MY_PASSWORD=no\nPASSWORD_2=no\n#PASSWORD=no\nPASSWORD=yes\n", "yes"),
        ] {
            assert_eq!(password_in(env, &[]), (value.to_owned(), false), "{env}");
        }
        for env in [
            "",
            "OTHER=x",
            "PASSWORD=",
            "PASSWORD=\"quoted\"",
            "PASSWORD=a b",
            "PASSWORD=a$B",
            "PASSWORD=a #b",
            "PASSWORD=a\r\n",
            "PASSWORD=å",
            " PASSWORD=a",
            "PASSWORD =a",
            "PASSWORD: a",
            "PASSWORD=a\nPASSWORD=b",
            "PASSWORD=a\nexport PASSWORD=b",
            "PASSWORD=a\nPASSWORD: b",
            "PASSWORD=a\nPASSWORD",
            "A=\"\nPASSWORD=a\n\"",
            "A='\nPASSWORD=a\n'",
            "A=\"\\\"\nPASSWORD=a\n\"",
            "A=it's\nPASSWORD=a",
        ] {
            assert!(password_in(env, &[]).1, "{env:?}");
        }
        // Compose takes a variable of its own environment before the file.
        assert!(password_in("PASSWORD=a", &[("PASSWORD", "of root")]).1);
    }
}
