
# Behind `cargo xtask`, and in front of what completes `cargo` otherwise.
: "${__cargo_xtask_before:=}"

# Remembers what completes `cargo` now, unless that is us, and puts us in front of it.
__cargo_xtask_take() {
    local spec word next=
    spec=$(complete -p cargo 2>/dev/null)
    for word in $spec; do
        [[ $next && $word != __cargo_xtask ]] && __cargo_xtask_before=$word
        next=
        [[ $word == -F ]] && next=1
    done
    complete -F __cargo_xtask -o bashdefault -o default cargo
}

__cargo_xtask() {
    # `cargo +nightly xtask` is the same.
    local at=1
    [[ ${COMP_WORDS[1]-} == +* ]] && at=2
    if [[ ${COMP_WORDS[at]-} == xtask ]] && ((COMP_CWORD > at)); then
        local -a line=("${COMP_WORDS[@]:at+1}")
        local COMP_CWORD=$((COMP_CWORD - at))
        local -a COMP_WORDS=(cargo_xtask "${line[@]}")
        _cargo_xtask cargo_xtask "${2-}" "${COMP_WORDS[COMP_CWORD-1]}"
        return
    fi
    if [[ ! $__cargo_xtask_before ]]; then
        # bash-completion loads the file of a command when it is first completed, which we prevented.
        if declare -F _comp_load >/dev/null; then
            _comp_load cargo
        elif declare -F _completion_loader >/dev/null; then
            _completion_loader cargo
        fi
        __cargo_xtask_take
    fi
    [[ $__cargo_xtask_before ]] && "$__cargo_xtask_before" "$@"
    local status=$?
    if ((COMP_CWORD == at)) && [[ xtask == "${2-}"* && " ${COMPREPLY[*]} " != *' xtask '* ]]; then
        COMPREPLY+=(xtask)
    fi
    return $status
}

__cargo_xtask_take
