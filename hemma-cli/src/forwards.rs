//! The forwards of a `hemma.toml`.

use hemma_deploy::config::ForwardConfig;
use hemma_tunnel::{Forward, Probe, forward};

/// The forwards that `[[forward]]` describes, which must not want the same name or port.
pub fn forwards(config: &[ForwardConfig]) -> Result<Vec<Forward>, forward::Error> {
    let one = |it: &ForwardConfig| {
        let forward = Forward::new(it.name.parse()?, it.local.get(), it.remote.get())?;
        Ok(forward.probe(Probe::http(it.probe.as_str())))
    };
    let wanted = config.iter().map(one).collect::<Result<Vec<_>, forward::Error>>()?;
    forward::together(wanted)
}
