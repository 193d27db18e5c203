//! Logins of the host's docker at registries.

use hemma_core::Report;
use hemma_core::names::{RegistryName, RegistryUser};
use hemma_docker::registry::{self, LogIn, LogOut, Logins};

use crate::{Answer, Failure, Noun, Proposal, Proposed, Run, secret_input};

/// Log the host's docker in to a registry, or out of it
///
/// Images are pulled and asked for by `sudo docker`, so the login is stored where that looks for it:
/// usually in root's home, and not in that of the user who logs in by ssh.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Log in; the password or token is asked for without echo, or read from standard input
    Login {
        /// The registry, e.g. ghcr.io
        #[arg(default_value = RegistryName::DOCKER_HUB)]
        registry: RegistryName,
        /// The user there; asked for at a terminal
        #[arg(long, value_name = "NAME", alias = "username")]
        user: Option<RegistryUser>,
    },
    /// Remove the login
    Logout {
        /// The registry, e.g. ghcr.io
        #[arg(default_value = RegistryName::DOCKER_HUB)]
        registry: RegistryName,
    },
}

const LOGIN: Noun = Noun::new("login", "logins");

#[derive(Debug, thiserror::Error)]
#[error("no user was given for {0}")]
struct NoUser(RegistryName);

impl Args {
    pub(crate) async fn run(self, run: &Run<'_>) -> Result<Answer, Failure> {
        match self.what {
            What::Login { registry, user } => login(run, registry, user).await,
            What::Logout { registry } => logout(run, registry).await,
        }
    }
}

async fn login(
    run: &Run<'_>,
    registry: RegistryName,
    user: Option<RegistryUser>,
) -> Result<Answer, Failure> {
    let (world, host) = (run.world(), &run.config().host.alias);
    let seen = world.ask_again(&Logins { host: host.clone() }).await?;
    let user = match user {
        Some(user) => user,
        None if run.terminal().somebody() => {
            let typed = secret_input::word(run, format!("user of {registry}")).await?;
            typed.parse().map_err(Failure::usage)?
        }
        None => {
            let hint = format!("cargo xtask registry login {registry} --user NAME");
            let hint = hemma_core::Hint::Do(format!("name the user: `{hint}`"));
            return Err(Failure::usage(NoUser(registry)).hint(hint));
        }
    };
    let password = async || {
        let name = format!("password or token of {user} for {registry}");
        let typed = format!("cargo xtask registry login {registry} --user {user} --yes");
        let hint = format!("give it on standard input: `pass show registry | {typed}`");
        secret_input::secret(run, name, &hint).await
    };
    // Without a terminal, a password that is missing is said before anything else.
    let given =
        if run.terminal().somebody() || run.flags.plan { None } else { Some(password().await?) };
    let place = seen.place(&seen.store_of(&registry));
    let reason = format!("as {user}; stored in {place}");
    let step = if seen.stored(&registry).is_some() {
        Proposed::change("replace login", registry.as_str(), reason)
    } else {
        Proposed::add("log in", registry.as_str(), reason)
    };
    let intent = format!("Log docker on {host} in to {registry} as {user}");
    let proposal = Proposal::default().step(step.of(LOGIN, registry.as_str())).to(intent);
    run.mend(Report::default(), proposal, async |approval| {
        let password = match given {
            Some(it) => it,
            None => password().await?,
        };
        let (host, registry) = (host.clone(), registry.clone());
        let change = LogIn { host, registry, user: user.clone(), password };
        let write = async || world.apply(&change, approval, &run.progress()).await;
        run.locked("registry login", approval, write).await?;
        Ok(after(run, &change.registry).await)
    })
    .await
}

async fn logout(run: &Run<'_>, registry: RegistryName) -> Result<Answer, Failure> {
    let (world, host) = (run.world(), &run.config().host.alias);
    let seen = world.ask_again(&Logins { host: host.clone() }).await?;
    let proposal = match seen.stored(&registry) {
        None => Proposal::default(),
        Some(stored) => {
            let reason = format!("it is in {}", seen.place(&stored));
            let step = Proposed::remove("remove login", registry.as_str(), reason);
            let intent = format!("Log docker on {host} out of {registry}");
            Proposal::default().step(step.of(LOGIN, registry.as_str())).to(intent)
        }
    };
    let before = after(run, &registry).await;
    run.mend(before, proposal, async |approval| {
        let change = LogOut { host: host.clone(), registry: registry.clone() };
        let write = async || world.apply(&change, approval, &run.progress()).await;
        run.locked("registry logout", approval, write).await?;
        Ok(after(run, &registry).await)
    })
    .await
}

/// The login as it is on the host now.
async fn after(run: &Run<'_>, registry: &RegistryName) -> Report {
    let host = &run.config().host.alias;
    Report::from_iter([registry::verify(run.world(), host, registry).await])
}
