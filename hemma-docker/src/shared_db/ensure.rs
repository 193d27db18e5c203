//! Which databases are wanted, and making them.

use hemma_core::config::PgName;
use hemma_core::{Approval, Command, Config, Exec, ExecError, Host, Progress, World};

use super::{DatabaseError, Databases, LookDatabases, Server, Step, TakeStep, steps};
use crate::compose::{ComposeFiles, Layers};
use crate::env_file::Header;

/// Prints the leading comment lines of each file.
const HEADERS: &str = r#"
case $1 in "~/"*) d=$HOME/${1#"~/"} ;; *) d=$1 ;; esac
shift
cd "$d" || exit 70
for file do
    sed -n '/^[[:space:]]*\(#\|$\)/!q;p' "$file" | head -c 65536
    echo '--8<--'
done
"#;

/// The databases that an application needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted(pub Vec<PgName>);

/// Reads which databases are wanted: those that the compose files name in their headers, and
/// those of `[database] databases`.
pub async fn wanted(world: &World, config: &Config) -> Result<Wanted, Error> {
    let files = ComposeFiles::new(config, Layers::Main);
    let host = files.host.clone();
    let parameters = [files.checkout.to_string()];
    let script = Command::script(HEADERS, parameters)
        .args(files.files.iter().map(ToString::to_string))
        .named("read the headers of the compose files");
    let output = match world.ask(&Exec::on(&host, script)).await {
        Ok(output) => output,
        Err(source) => return Err(Error::Ask { host, source }),
    };
    let mut names = Header::of_all(output.stdout.split("--8<--\n")).databases;
    let own = config.database.databases.iter().filter(|it| !names.contains(it)).cloned();
    names.extend(own.collect::<Vec<_>>());
    if names.is_empty() {
        let said = output.stderr.lines().last().unwrap_or_default().to_owned();
        return Err(Error::NoneWanted { host, said });
    }
    Ok(Wanted(names))
}

/// Looks at PostgreSQL.
pub async fn look(world: &World, config: &Config, wanted: &Wanted) -> Result<Databases, Error> {
    world.ask(&question(config, wanted)).await.map_err(Error::Look)
}

fn question(config: &Config, wanted: &Wanted) -> LookDatabases {
    LookDatabases {
        server: Server::new(config),
        checkout: config.host.checkout.clone(),
        role: config.database.role.clone(),
        password_key: config.database.password_key.clone(),
        wanted: wanted.0.clone(),
    }
}

/// What [`ensure`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// All was there.
    Already,
    /// These steps were taken.
    Mended(Vec<Step>),
}

/// Makes what is missing. Running it twice is the same as once.
///
/// Two at a time would both find the same thing missing; whoever runs it holds the host's lock.
pub async fn ensure(
    world: &World,
    config: &Config,
    approval: &Approval,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let wanted = wanted(world, config).await?;
    let seen = world.ask_again(&question(config, &wanted)).await.map_err(Error::Look)?;
    let role = &config.database.role;
    let steps = steps(&seen, role, &wanted.0);
    if steps.is_empty() {
        return Ok(Outcome::Already);
    }
    for step in &steps {
        progress.line(&step.statement(role));
        let change = TakeStep {
            server: Server::new(config),
            checkout: config.host.checkout.clone(),
            role: role.clone(),
            password_key: config.database.password_key.clone(),
            step: step.clone(),
        };
        let taken = world.apply(&change, approval, &Progress::silent()).await;
        taken.map_err(|source| Error::Step { statement: step.statement(role), source })?;
    }
    Ok(Outcome::Mended(steps))
}

/// Why the databases are not known to be there, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The compose files could not be looked at.
    #[error("could not read which databases the compose files on {host} want")]
    Ask {
        /// The host.
        host: Host,
        /// Why not.
        source: ExecError,
    },
    /// Nothing says which databases there should be.
    #[error("neither the compose files on {host} nor [database] databases name a database: {said}")]
    NoneWanted {
        /// The host.
        host: Host,
        /// What reading them said last.
        said: String,
    },
    /// PostgreSQL could not be looked at.
    #[error("could not look at the databases")]
    Look(#[source] DatabaseError),
    /// A statement failed. Those before it hold; running it again goes on from there.
    #[error("`{statement}` failed")]
    Step {
        /// The statement, without a password.
        statement: String,
        /// Why.
        source: DatabaseError,
    },
}

impl Error {
    /// Whether it was looked and found wrong, as opposed to not known.
    pub fn is_known(&self) -> bool {
        match self {
            Self::Ask { .. } => false,
            Self::NoneWanted { .. } => true,
            Self::Look(source) | Self::Step { source, .. } => source.is_known(),
        }
    }

    /// The one thing to try next.
    pub fn hint(&self) -> Option<hemma_core::Hint> {
        match self {
            Self::Look(source) | Self::Step { source, .. } => source.hint(),
            Self::Ask { .. } | Self::NoneWanted { .. } => None,
        }
    }
}
