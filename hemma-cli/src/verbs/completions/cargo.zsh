
# Behind `cargo xtask`, and in front of what completes `cargo` otherwise.
if (( ! $+functions[compdef] )); then
    autoload -Uz compinit && compinit
fi
compdef -d cargo_xtask
[[ ${_comps[cargo]-} == _cargo_before_xtask ]] || typeset -g _cargo_xtask_before=${_comps[cargo]-}

_cargo_before_xtask() {
    # `cargo +nightly xtask` is the same.
    local at=2
    [[ ${words[2]-} == +* ]] && at=3
    if [[ ${words[at]-} == xtask ]] && (( CURRENT > at )); then
        words=(cargo_xtask "${(@)words[at+1,-1]}")
        (( CURRENT -= at - 1 ))
        local service=cargo_xtask
        _cargo_xtask
        return
    fi
    local ret=1
    if [[ -n $_cargo_xtask_before ]]; then
        $_cargo_xtask_before "$@" && ret=0
    elif (( CURRENT != at )); then
        _default && ret=0
    fi
    if (( CURRENT == at )); then
        compadd -- xtask && ret=0
    fi
    return ret
}
compdef _cargo_before_xtask cargo
