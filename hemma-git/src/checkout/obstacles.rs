//! The untracked files on the host that a pull would overwrite.

/// `compare HEAD TIP` finds obstacles to the files that TIP adds, in a script that has
/// [`SCRATCH`](hemma_core::script::SCRATCH) and [`GIT`](super::git::GIT). It leaves lists of names
/// in `$w`: `fresh` has the files that only TIP has, `other` the existing files with other content,
/// and `same` (as lines of `git ls-files --stage`) the existing files with equal content, which are
/// added to the index `$w/index`. git compares them, so that its filters, modes and links are
/// respected.
///
/// Ignored files are included: git would overwrite them without a message.
pub const COMPARE: &str = r#"
index() { GIT_INDEX_FILE=$w/index git "$@"; }
# What of a path that is to be made is there: itself, or a file where a directory has to be.
standing() {
    xargs -0 -r sh -c 'for p do
        rest=$p at=
        while case $rest in */*) true ;; *) false ;; esac; do
            at=$at${at:+/}${rest%%/*} rest=${rest#*/}
            if [ -L "$at" ] || { [ -e "$at" ] && [ ! -d "$at" ]; }; then
                printf "above %s\000" "$at"; continue 2
            fi
            [ -e "$at" ] || { printf "fresh %s\000" "$p"; continue 2; }
        done
        if [ -d "$p" ] && [ ! -L "$p" ]; then printf "inside %s\000" "$p"
        elif [ -e "$p" ] || [ -L "$p" ]; then printf "there %s\000" "$p"
        else printf "fresh %s\000" "$p"; fi
    done' sh
}
those() { sed -z -n "s/^$1 //p" "$w/standing"; }
compare() {
    cp "$(git rev-parse --git-path index)" "$w/index" || return
    index update-index -q --refresh >/dev/null 2>&1
    git diff-tree -r -z --no-renames --diff-filter=A --name-only "$1" "$2" >"$w/added" || return
    standing <"$w/added" >"$w/standing"
    those fresh >"$w/fresh"
    those there | xargs -0 -r git ls-tree -z --full-tree "$2" -- >"$w/as"
    index update-index -z --index-info <"$w/as" || return
    index update-index -q --refresh >/dev/null 2>&1
    those there | GIT_INDEX_FILE=$w/index xargs -0 -r git diff-files -z --name-only -- >"$w/differs"
    # A file above a new one that git tracks goes away with the commit.
    {
        cat "$w/differs"
        those above | sort -zu | GIT_INDEX_FILE=$w/index xargs -0 -r sh -c 'for p do
            git ls-files --error-unmatch -- "$p" >/dev/null 2>&1 || printf "%s\000" "$p"
        done' sh
        those inside | GIT_INDEX_FILE=$w/index xargs -0 -r sh -c 'for p do
            [ -z "$(git ls-files --others -- "$p" 2>/dev/null | head -c 1)" ] || printf "%s/\000" "$p"
        done' sh
    } >"$w/other"
    index update-index -z --force-remove --stdin <"$w/differs" || return
    those there | GIT_INDEX_FILE=$w/index xargs -0 -r git ls-files --stage -z -- >"$w/same"
}
"#;
