
# Behind `cargo xtask`, beside what completes `cargo` otherwise.

# The words behind `cargo xtask`, or nothing and a failure where that was not typed.
function __fish_cargo_behind_xtask
    set -l words (commandline -opc)
    set -e words[1]
    # `cargo +nightly xtask` is the same.
    string match -q -- '+*' $words[1]
    and set -e words[1]
    test "$words[1]" = xtask
    or return 1
    set -e words[1]
    string escape -- $words
    return 0
end

function __fish_cargo_complete_xtask
    complete -C "cargo_xtask "(string join -- ' ' (__fish_cargo_behind_xtask) (commandline -ct))
end

complete -c cargo -n __fish_use_subcommand -a xtask -d 'The runbook of this repository'
complete -c cargo -n '__fish_cargo_behind_xtask >/dev/null' -f -a '(__fish_cargo_complete_xtask)'
