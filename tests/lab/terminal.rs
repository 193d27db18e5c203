//! A terminal for the binary, and a person who types on it.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fd::OwnedFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

/// The keyboard's end. The other end exists as long as a process has it open.
pub(crate) struct Terminal {
    keyboard: OwnedFd,
    screen: PathBuf,
}

impl Terminal {
    pub(crate) fn open() -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let keyboard = openpt(flags).expect("the system has terminals");
        grantpt(&keyboard).and_then(|()| unlockpt(&keyboard)).expect("it is ours");
        let screen = ptsname(&keyboard, Vec::new()).expect("it has a name");
        let screen = PathBuf::from(screen.to_str().expect("a path of the system's"));
        Self { keyboard, screen }
    }

    /// The end that a process has for its input and output.
    pub(crate) fn screen(&self) -> File {
        let not_ours = OpenptFlags::NOCTTY.bits().try_into().expect("a flag of the system's");
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).custom_flags(not_ours).open(&self.screen);
        opened.expect("it is there")
    }

    pub(crate) fn keyboard(&self) -> File {
        self.keyboard.try_clone().expect("one more name for it").into()
    }

    /// Types a line, with Enter at the end.
    pub(crate) fn types(&self, line: &str) {
        writeln!(self.keyboard(), "{line}").expect("somebody has it open");
    }
}
