//! Completions in real shells.
//!
//! A shell that is not installed is skipped with a message; CI installs all of them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// A line before Tab, and a word that has to be among the completions.
const TYPED: [(&str, &str); 5] = [
    ("NAME de", "deploy"),
    ("NAME env s", "set"),
    ("NAME day2 mirr", "mirror-repo"),
    ("NAME --lab pl", "plan"),
    ("NAME deploy --sta", "--stage"),
];

/// Asks bash as readline does: with the function that is registered for the first word.
const BASH: &str = r#"
ask() {
    read -ra COMP_WORDS <<<"$1"
    COMP_LINE=$1 COMP_POINT=${#1} COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMPREPLY=()
    local spec function
    spec=$(complete -p "${COMP_WORDS[0]}" 2>/dev/null) || spec=
    function=${spec##*-F }
    "${function%% *}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
    printf '%s\n' "${COMPREPLY[@]}"
}
"#;

/// zsh completes only at a terminal: one of its own reads this, then words and Tab, and prints what
/// it would list.
const ZSH_INSIDE: &str = r#"
PROMPT=
autoload -Uz compinit && compinit -u -D
eval $BEFORE
source $SCRIPT
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' complete-word
mark() { print -r -- $'\0' }
compprefuncs=(mark)
comppostfuncs=(mark exit)
compadd() {
    if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
        builtin compadd "$@"
        return
    fi
    local -a hits
    builtin compadd -A hits "$@"
    print -rl -- $hits
    builtin compadd "$@"
}
print ready
"#;

const ZSH: &str = r#"
zmodload zsh/zpty
zpty tab zsh -f -i
zpty -w tab "source $INSIDE"
while zpty -r tab line; do [[ $line == ready* ]] && break; done
zpty -w -n tab "$TYPED"$'\t'
integer marks=0
while zpty -r tab line; do
    [[ $line == *$'\0'* ]] && (( ++marks == 2 )) && break
    (( marks )) && print -r -- $line
done
true
"#;

#[test]
fn bash() {
    let words = "complete -W build cargo\n";
    let function = "_cargo() { COMPREPLY=(build); }\ncomplete -F _cargo cargo\n";
    let lazy = "_comp_load() { _cargo() { COMPREPLY=(build); }; complete -F _cargo cargo; }\n";
    if !is_there("bash") {
        return;
    }
    let asked = |before: &str, script: &Path, typed: &str| {
        let script = script.display();
        // Sourced twice, as where one file sources another.
        let lines = format!("{BASH}{before}. {script}\n. {script}\nask '{typed}'\n");
        run("bash", &["--norc", "--noprofile"], &lines)
    };
    check("bash", |script, typed| asked("", script, typed));
    let script = script("bash", "cargo xtask");
    for before in ["", words, function, lazy] {
        assert!(asked(before, script.path(), "cargo xtask de").contains("deploy"), "{before}");
        if before == function || before == lazy {
            assert!(asked(before, script.path(), "cargo bui").contains("build"), "cargo's own");
        }
        assert!(asked(before, script.path(), "cargo xt").contains("xtask"));
    }
}

#[test]
fn fish() {
    if !is_there("fish") {
        return;
    }
    let asked = |script: &Path, typed: &str| {
        let source = format!("source {}\ncomplete -C '{typed}'\n", script.display());
        run("fish", &[], &source)
    };
    check("fish", asked);
    let script = script("fish", "cargo xtask");
    assert!(asked(script.path(), "cargo bui").contains("build"), "cargo's own go on");
    assert!(asked(script.path(), "cargo xt").contains("xtask"));
}

#[test]
fn zsh() {
    if !is_there("zsh") {
        return;
    }
    let own = "_cargo() { compadd build bench }; compdef _cargo cargo";
    let inside = file(ZSH_INSIDE);
    let asked = |before: &str, script: &Path, typed: &str| {
        let (inside, script) = (inside.path().display(), script.display());
        let set =
            format!("export INSIDE={inside} SCRIPT={script} BEFORE='{before}' TYPED='{typed}'\n");
        run("zsh", &["-f"], &(set + ZSH))
    };
    check("zsh", |script, typed| asked("", script, typed));
    let script = script("zsh", "cargo xtask");
    assert!(asked(own, script.path(), "cargo xtask de").contains("deploy"));
    assert!(asked(own, script.path(), "cargo bui").contains("build"), "cargo's own go on");
}

/// Both names: the binary's, and that of cargo's alias.
fn check(shell: &str, asked: impl Fn(&Path, &str) -> String) {
    for name in ["hemma", "my-hemma", "cargo xtask", "cargo +nightly xtask"] {
        let of = if name.starts_with("cargo") { "cargo xtask" } else { name };
        let script = script(shell, of);
        for (typed, expected) in TYPED {
            let typed = typed.replace("NAME", name);
            let said = asked(script.path(), &typed);
            assert!(said.contains(expected), "{shell}: `{typed}` gave:\n{said}");
        }
    }
}

fn script(shell: &str, name: &str) -> tempfile::NamedTempFile {
    let text = run(env!("CARGO_BIN_EXE_hemma-xtask"), &["completions", shell, "--for", name], "");
    file(&text)
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a place");
    file.write_all(text.as_bytes()).expect("it is written");
    file
}

/// The message is visible, because a skipped test looks like one that passed.
#[expect(clippy::print_stderr, reason = "a test speaks to whoever runs it")]
fn is_there(shell: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|it| it.join(shell).is_file());
    if !there {
        eprintln!("SKIPPED: there is no {shell} on this machine");
    }
    there
}

#[expect(clippy::disallowed_methods, reason = "the shells themselves are what is asked")]
fn run(program: &str, args: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success() || !output.stdout.is_empty(), "{}", said(&output.stderr));
    said(&output.stdout)
}
