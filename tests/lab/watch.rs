//! Watching the processes on the host, from the host itself, and those on this machine.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::hemma::descendants;

/// Starts to record, each once, the command lines on the host and the environment of the operator's
/// processes.
///
/// It is one process that looks all the time. A shell would start three for each that it looks at:
/// it would miss short-lived ones, and slow down what it watches.
pub(crate) const BEGIN: &str = r#"
: > /run/watched; : > /run/watching
setsid perl -e '
  open my $out, ">>", "/run/watched"; $out->autoflush(1);
  my ($operator, %seen) = scalar getpwnam "operator";
  sub look { local $/; open my $file, "<", shift or return ""; readline($file) // "" }
  sub note { print $out "$_[0]\n" unless $seen{$_[0]}++ }
  while (-e "/run/watching") {
    for my $process (glob "/proc/[0-9]*") {
      note(look("$process/cmdline") =~ tr/\0/ /r);
      next unless ((stat $process)[4] // 0) == $operator;
      note($_) for split /\0/, look("$process/environ");
    }
    select undef, undef, undef, 0.01;
  }' </dev/null >/dev/null 2>&1 &"#;

/// The script at another pace, given in seconds.
pub(crate) fn begin(every: &str) -> String {
    BEGIN.replace("0.01", every)
}

/// Ends it. The record is in `/run/watched`.
pub(crate) const END: &str = "rm /run/watching";

/// The command lines with a mark in them, among the descendants of this process.
pub(crate) struct Watch {
    ended: Arc<AtomicBool>,
    seen: Arc<Mutex<BTreeSet<String>>>,
    /// The number of lines that were looked at.
    looks: JoinHandle<usize>,
}

impl Watch {
    /// Starts to look, with a pause of at least `rest` between two looks.
    pub(crate) fn begin(mark: impl Into<String>, rest: Duration) -> Self {
        let mark = mark.into();
        let (ended, seen) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stop, found) = (Arc::clone(&ended), Arc::<Mutex<BTreeSet<_>>>::clone(&seen));
        let looks = std::thread::spawn(move || {
            let mut looked_at = 0;
            while !stop.load(Ordering::Relaxed) {
                let began = Instant::now();
                let lines = descendants();
                looked_at += lines.len();
                let marked = lines.into_iter().filter(|it| it.contains(&mark));
                found.lock().expect("it does not panic").extend(marked);
                // A look goes through all processes of the machine, and must not slow it down.
                std::thread::sleep(rest.max(began.elapsed() * 9));
            }
            looked_at
        });
        Self { ended, seen, looks }
    }

    /// The command lines that were seen since the last call.
    pub(crate) fn taken(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.seen.lock().expect("it does not panic"))
    }

    /// Ends it, and returns what was seen since the last call of [`Watch::taken`].
    pub(crate) fn end(self) -> BTreeSet<String> {
        self.ended.store(true, Ordering::Relaxed);
        let Self { seen, looks, .. } = self;
        let looked_at = looks.join().expect("it was watched");
        assert!(looked_at > 0, "nobody was watched");
        std::mem::take(&mut *seen.lock().expect("it does not panic"))
    }
}
