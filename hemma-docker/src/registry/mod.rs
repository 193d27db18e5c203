//! Registries: what they say when they do not hand out an image, and the logins that the engine's
//! command line has for them.
//!
//! Everything here runs `docker` under sudo, as pulls do: a credential counts only where that
//! command line looks for it, which is usually root's home and not that of the login user.

mod change;
mod error;
mod logins;
mod manifest;
mod name;
mod reason;

use hemma_core::names::RegistryName;
use hemma_core::{Finding, Host, World};

pub use change::{LogIn, LogOut};
pub use error::{LoginError, LoginsError, LogoutError};
pub use logins::{Logins, LoginsSeen, Stored};
pub use manifest::MANIFEST;
pub use name::registry_of;
pub use reason::Reason;

use crate::ids;

/// Whether the engine's command line has a login for a registry, and where it is stored. Whether the
/// registry takes it is not asked.
pub async fn verify(world: &World, host: &Host, registry: &RegistryName) -> Finding {
    let subject = format!("registry {registry}");
    match world.ask_again(&Logins { host: host.clone() }).await {
        Ok(seen) => {
            if let Some(stored) = seen.stored(registry) {
                let place = seen.place(&stored);
                let detail = format!("docker on {host} has a login for it, in {place}");
                Finding::pass(ids::REGISTRY_LOGGED_IN, subject, detail)
            } else {
                let detail = format!("docker on {host} has no login for it in {}", seen.file);
                Finding::pass(ids::REGISTRY_LOGGED_OUT, subject, detail)
            }
        }
        Err(error) => Finding::of_error(ids::REGISTRY_LOGINS_UNSEEN, subject, &error),
    }
}
