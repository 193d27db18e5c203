//! The questions for the other crates, made from a `hemma.toml`.

use hemma_git::checkout::CheckoutSpec;
use hemma_ingress::{IngressSpec, PublicService};

use super::Config;

impl From<&Config> for CheckoutSpec {
    fn from(config: &Config) -> Self {
        Self {
            host: config.host.alias.clone(),
            checkout: config.host.checkout.clone(),
            remote: config.repository.remote.clone(),
            branch: config.repository.branch.clone(),
        }
    }
}

impl From<&Config> for IngressSpec {
    fn from(config: &Config) -> Self {
        let public = config
            .public
            .iter()
            .map(|it| PublicService { name: it.name.clone(), service: it.service.clone() });
        Self {
            host: config.host.alias.clone(),
            project: config.compose.project.clone(),
            network: config.compose.network.clone(),
            database: config.database.as_ref().map(|it| it.container.clone()),
            public: public.collect(),
            open: config.edge.open.clone(),
        }
    }
}
