//! What runs on the host, seen from the host itself.

/// Begins to write down, each once, the command lines on the host and what the operator's processes
/// have in their environment.
///
/// One process that looks all the time. A shell would start three for each that it looks at: it
/// would miss what lives for a moment, and slow down what it watches.
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

/// The same at another pace, given in seconds.
pub(crate) fn begin(every: &str) -> String {
    BEGIN.replace("0.01", every)
}

/// Ends it. What was seen is in `/run/watched`.
pub(crate) const END: &str = "rm /run/watching";
