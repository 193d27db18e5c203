//! The instance of the lab: several can be up on one machine, each with its own name.

use super::docker::LabError;
use super::system::Os;

const USUAL: &str = "hemma-lab";

/// The names of a lab. The images are shared by all labs of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) name: String,
    /// The container that is Hemma.
    pub(super) host: String,
    /// The container that is the git remote.
    pub(super) git: String,
    /// The container that is the internet between the public and Hemma.
    pub(super) internet: String,
    /// The volume with the data of Hemma's engine.
    pub(super) volume: String,
    /// The label of this lab's containers and network.
    pub(super) label: String,
}

impl Instance {
    /// The lab named by `$HEMMA_LAB_NAME`, or the default one of a system.
    pub(super) fn find(os: Option<Os>) -> Result<Self, LabError> {
        let chosen = std::env::var_os("HEMMA_LAB_NAME").filter(|it| !it.is_empty());
        let name = chosen.map(|it| it.to_string_lossy().into_owned());
        Self::named(&name.unwrap_or_else(|| usual(os)))
    }

    /// The second lab, for tests that run at the same time.
    pub(super) fn second(&self) -> Self {
        Self::of(&format!("{}-second", self.name))
    }

    fn named(name: &str) -> Result<Self, LabError> {
        // The characters that Docker, ssh and a file system all accept.
        let plain = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
        let begins_well = name.starts_with(|it: char| it.is_ascii_lowercase());
        if !begins_well || name.len() > 40 || !name.bytes().all(plain) {
            return Err(LabError::Name { name: name.escape_debug().to_string() });
        }
        Ok(Self::of(name))
    }

    fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            host: format!("{name}-host"),
            git: format!("{name}-git"),
            internet: format!("{name}-internet"),
            volume: format!("{name}-engine"),
            label: format!("hemma.lab={name}"),
        }
    }
}

/// The name of a system's lab where none is given. Each has its own: an engine of one release cannot
/// go on with the data of another.
fn usual(os: Option<Os>) -> String {
    match os {
        None | Some(Os::Classic) => USUAL.to_owned(),
        Some(os) => format!("{USUAL}-{os}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_a_lab_of_its_own() {
        assert_eq!(usual(None), "hemma-lab");
        assert_eq!(usual(Some(Os::Classic)), "hemma-lab");
        assert_eq!(usual(Some(Os::TooOld)), "hemma-lab-too-old");
    }

    #[test]
    fn a_name_is_one_that_docker_and_ssh_take_alike() {
        for name in ["hemma-lab", "a", "lab2"] {
            assert_eq!(Instance::named(name).expect("a plain name").name, name);
        }
        for name in ["", "-a", "2", "a b", "../a", "A", "a\n", &"a".repeat(41)] {
            assert!(Instance::named(name).is_err(), "{name:?}");
        }
    }
}
