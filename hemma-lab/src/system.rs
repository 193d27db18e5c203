//! The system of the practice host: the release of Debian with its engine and Compose, and the
//! implementation of sudo and of the small tools.

use std::fmt;
use std::str::FromStr;

use super::docker::LabError;

/// The environment variable that names the system.
const VARIABLE: &str = "HEMMA_LAB_OS";

/// The system of the practice host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Os {
    /// Debian 12: engine 20.10 with the classic store, Compose 5.6.1 and the classic builder.
    #[default]
    Classic,
    /// Debian's newest packages: engine 28 with containerd's image store, its Compose 2.40,
    /// BuildKit, OpenSSH 10 and PostgreSQL 18.
    Modern,
    /// Debian 13 with its own Compose, 2.26.1, which hemma refuses.
    TooOld,
}

/// The implementation of sudo on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sudo {
    /// The one by Todd Miller.
    #[default]
    Usual,
    /// sudo-rs.
    Rs,
}

/// The implementation of `cat`, `date`, `stat` and the other small tools on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coreutils {
    /// GNU's.
    #[default]
    Gnu,
    /// uutils, in Rust.
    Uutils,
}

/// A practice host's system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct System {
    pub(super) os: Os,
    pub(super) sudo: Sudo,
    pub(super) coreutils: Coreutils,
}

/// The lab that is wanted. What is `None` is as the environment says, else as the lab was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// The system; without it, `$HEMMA_LAB_OS`.
    pub os: Option<Os>,
    /// The implementation of sudo.
    pub sudo: Option<Sudo>,
    /// The implementation of the small tools.
    pub coreutils: Option<Coreutils>,
}

impl Choice {
    /// The system that is asked for by name, here or in the environment.
    pub(super) fn named(self) -> Result<Option<Os>, LabError> {
        let said = std::env::var_os(VARIABLE).filter(|it| !it.is_empty());
        let said = said.map(|it| it.to_string_lossy().parse());
        self.os.map_or_else(|| said.transpose(), |it| Ok(Some(it)))
    }

    /// The system of a lab that was `before`.
    pub(super) fn system(self, before: System) -> Result<System, LabError> {
        let os = self.named()?.unwrap_or(before.os);
        // Another release has other packages, and those of the last one were for that one.
        let before = if os == before.os { before } else { System::default() };
        let sudo = self.sudo.unwrap_or(before.sudo);
        let coreutils = self.coreutils.unwrap_or(before.coreutils);
        let system = System { os, sudo, coreutils };
        if os != Os::Modern && system != (System { os, ..System::default() }) {
            return Err(LabError::System { wanted: system.to_string() });
        }
        Ok(system)
    }
}

impl Os {
    /// The names of all systems.
    pub const NAMES: [&str; 3] = ["classic", "modern", "too-old"];
}

impl Sudo {
    /// The names of the implementations.
    pub const NAMES: [&str; 2] = ["usual", "rs"];
}

impl Coreutils {
    /// The names of the implementations.
    pub const NAMES: [&str; 2] = ["gnu", "uutils"];
}

impl fmt::Display for Os {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES[*self as usize])
    }
}

/// The words of the file in the state directory, and the end of the host image's name.
impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.os.fmt(f)?;
        if self.sudo == Sudo::Rs {
            f.write_str(" rs")?;
        }
        if self.coreutils == Coreutils::Uutils {
            f.write_str(" uutils")?;
        }
        Ok(())
    }
}

fn unknown(wanted: &str) -> LabError {
    LabError::System { wanted: wanted.escape_debug().to_string() }
}

impl FromStr for Os {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self, LabError> {
        let all = [Self::Classic, Self::Modern, Self::TooOld];
        all.into_iter().find(|it| it.to_string() == text).ok_or_else(|| unknown(text))
    }
}

impl FromStr for Sudo {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self, LabError> {
        let at = Self::NAMES.iter().position(|it| *it == text);
        at.map(|it| [Self::Usual, Self::Rs][it]).ok_or_else(|| unknown(text))
    }
}

impl FromStr for Coreutils {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self, LabError> {
        let at = Self::NAMES.iter().position(|it| *it == text);
        at.map(|it| [Self::Gnu, Self::Uutils][it]).ok_or_else(|| unknown(text))
    }
}

impl FromStr for System {
    type Err = LabError;

    fn from_str(text: &str) -> Result<Self, LabError> {
        let (os, rest) = text.split_once(' ').unwrap_or((text, ""));
        let mut system = Self { os: os.parse()?, ..Self::default() };
        for word in rest.split_whitespace() {
            match word {
                "rs" => system.sudo = Sudo::Rs,
                "uutils" => system.coreutils = Coreutils::Uutils,
                _ => return Err(unknown(text)),
            }
        }
        Ok(system)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_reads_back_what_it_writes() {
        let modern = |sudo, coreutils| System { os: Os::Modern, sudo, coreutils };
        for system in [
            System::default(),
            System { os: Os::TooOld, ..System::default() },
            modern(Sudo::Usual, Coreutils::Gnu),
            modern(Sudo::Rs, Coreutils::Gnu),
            modern(Sudo::Usual, Coreutils::Uutils),
            modern(Sudo::Rs, Coreutils::Uutils),
        ] {
            assert_eq!(system.to_string().parse::<System>().ok(), Some(system), "{system}");
        }
        for text in ["", "bookworm", "Modern", "modern  ", "modern x", "modern-rs"] {
            let read = text.parse::<System>().ok();
            assert!(read.is_none() || text.trim() == "modern", "{text:?}: {read:?}");
        }
    }

    #[test]
    fn what_is_not_said_stays_as_it_was() {
        let was = System { os: Os::Modern, sudo: Sudo::Rs, coreutils: Coreutils::Gnu };
        let says = |os, sudo| Choice { os, sudo, coreutils: None }.system(was).map_err(drop);
        assert_eq!(says(Some(Os::Modern), None), Ok(was));
        let usual = System { sudo: Sudo::Usual, ..was };
        assert_eq!(says(Some(Os::Modern), Some(Sudo::Usual)), Ok(usual));
        let old = System { os: Os::TooOld, ..System::default() };
        assert_eq!(says(Some(Os::TooOld), None), Ok(old), "its packages are others");
        assert_eq!(says(Some(Os::Classic), Some(Sudo::Rs)), Err(()), "it has no sudo-rs");
    }
}
