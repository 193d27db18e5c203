//! The part of a look's script that brings what the judges of a repository read.

/// The largest number of paths that is brought. Of a larger repository it is not known what it
/// lacks.
pub(super) const PATHS_MAX: usize = 20_000;

/// `read_tree` prints the paths of the tree, the small files that say how images are made, and the
/// lines of sources that the judges are about. `$w/names` has the names of variables, `$w/files` the
/// compose files.
///
/// The files that only the checkout has are named as well: a build has them in its context. Of lock
/// files only the lines are printed that say what is locked.
pub(crate) const READ_TREE: &str = r#"
read_tree() {
    left='(^|/)(node_modules|vendor|\.venv|venv|site-packages|__pycache__|\.git)/'
    find . \( -name .git -o -name node_modules -o -name .venv -o -name venv -o -name __pycache__ \) -prune -o \
        \( -type f -o -type l \) -print 2>/dev/null | sed 's|^\./||' | grep -vE "$left" | LC_ALL=C sort |
        head -n 20001 >"$w/own"
    {
        cat "$w/own"
        [ "$t" = "$d" ] || (cd "$d" 2>/dev/null && git ls-files --others 2>/dev/null) | grep -vE "$left"
    } | head -n 20001 >"$w/paths"
    printf '%s //root %s\n' '--8<--' "$(pwd -P)"
    # Where it is not mounted, it is not known what the kernel emulates.
    for it in /proc/sys/fs/binfmt_misc/*; do
        [ ! -e "$it" ] || printf '%s //emulates %s\n' '--8<--' "${it##*/}"
    done
    printf '%s\n' '--8<-- //paths'
    grep -vF -e '--8<--' <"$w/paths"
    {
        grep -E '(^|/)(([^/]*\.)?[Dd]ockerfile[^/]*|Containerfile|pyproject\.toml|package\.json|Procfile|[^/]*\.sh|(docker-)?compose[^/]*\.ya?ml|(pdm|poetry|uv)\.lock|package-lock\.json|pnpm-lock\.yaml)$' "$w/own" |
            head -n 400
        cat "$w/files"
    } | sed '\|^\.*/|!s|^|./|' | awk '!seen[$0]++' | while IFS= read -r it; do [ ! -r "$it" ] || printf '%s\n' "$it"; done |
        xargs -d '\n' -r awk '
        FNR == 1 {
            name = FILENAME; sub(/^\.\//, "", name); kind = name; sub(/.*\//, "", kind)
            printf "\n--8<-- //text %s\n", name
            left = 65536; inside = 0
        }
        kind == "uv.lock" && !/^(\[|name = |source = |[A-Za-z0-9_.-]+ = [[{])/ { next }
        kind == "poetry.lock" && (!/^groups = / || ($0 in groups)) { next }
        kind == "poetry.lock" { groups[$0] }
        kind == "pdm.lock" && FNR > 40 { next }
        kind == "package-lock.json" && /"node_modules\// { inside = 1 }
        kind == "package-lock.json" && inside && !/^ *"node_modules\// { next }
        kind == "pnpm-lock.yaml" && /^packages:/ { left = 0 }
        (left -= length($0) + 1) >= 0 { gsub(/--8<--/, "--"); print }' 2>/dev/null | head -c 2000000
    cat >"$w/patterns" <<'END'
environ|getenv|process\.env|env::var|import\.meta\.env|Deno\.env|LookupEnv|GetEnvironmentVariable|(^|[^A-Za-z])(ENV|env)[[(.]|env_prefix|[aA]lias
[jJ][wW][tT]\.(encode|decode|sign|verify|NewWithClaims|Parse)|jwtVerify|SignJWT|jsonwebtoken
alembic|upgrade\(|prisma |db:(migrate|prepare|setup|schema:load)|[^a-z]migrate|call_command|flyway|create_all
(docker|podman|buildah|nerdctl)( [a-z-]+)* (build|bud) 
END
    sed 1d "$w/names" | tr '\n' '|' | sed 's/|$//' | awk 'length { print "(^|[^A-Za-z0-9_])(" $0 ")([^A-Za-z0-9_]|$)" }' >>"$w/patterns"
    printf '\n%s\n' '--8<-- //lines'
    grep -E '(\.(py|js|mjs|cjs|ts|mts|tsx|jsx|rb|php|go|rs|java|kt|cs|ex|exs|sh|bash|md|mk|ya?ml|toml)|/?(Makefile|justfile|Justfile|Procfile|Rakefile|package\.json|[^/]*Dockerfile[^/]*))$' "$w/own" |
        grep -vE '(^|/)(dist|build|\.next|static|assets)/|\.min\.js$|(^|/)[^/]*lock\.ya?ml$' | sed 's|^|./|' |
        xargs -d '\n' -r grep -HnIE -m 400 -f "$w/patterns" -- 2>/dev/null |
        grep -vF -e '--8<--' | sed 's|^\./||' | cut -c 1-400 | head -n 8000 | head -c 1000000
    printf '\n%s\n' '--8<-- //end'
}
"#;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::repository::Repository;
    use super::super::testing;
    use super::*;

    /// What the script prints of a directory with these files.
    fn printed(files: &BTreeMap<String, String>, names: &str) -> String {
        let dir = tempfile::tempdir().expect("a place");
        let (tree, own) = (dir.path().join("tree"), dir.path().join("own"));
        for (path, text) in files {
            let path = tree.join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("it is made");
            std::fs::write(path, text).expect("it is written");
        }
        std::fs::create_dir(&own).expect("it is made");
        std::fs::write(own.join("names"), names).expect("it is written");
        std::fs::write(own.join("files"), "compose.yaml\n../gone.yml\n").expect("it is written");
        let script = format!("export LC_ALL=C\nw=../own d=$PWD t=$PWD\n{READ_TREE}\nread_tree");
        #[expect(clippy::disallowed_methods, reason = "the script itself is what is tested")]
        let ran =
            std::process::Command::new("sh").args(["-c", &script]).current_dir(&tree).output();
        let ran = ran.expect("there is a shell");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "");
        String::from_utf8_lossy(&ran.stdout).into_owned()
    }

    fn read(text: &str) -> Repository {
        let parts: Vec<_> = text.split("--8<-- ").filter_map(|it| it.split_once('\n')).collect();
        Repository::read(&parts).expect("it came to the end")
    }

    #[test]
    fn a_repository_is_brought_as_far_as_the_judges_need_it() {
        let lock = "{\n\"packages\": {\n\"\": {\"dependencies\": {\"a\": \"1\"}},\n\"node_modules/a\": {\n\"x\": 1\n}}}\n";
        let poetry = "groups = [\"main\"]\nname = \"x\"\ngroups = [\"main\"]\n";
        let long = "x\n".repeat(100_000);
        let files = [
            ("compose.yaml", "services:\n  a:\n    command: --8<-- x\n"),
            ("a/Dockerfile", "FROM b\nCOPY . .\n"),
            ("a/app.py", "import os\nx = 1\nprint(os.environ[\"KEY\"], DATABASE_URL)\n"),
            ("a/settings.py", "class S:\n    DATABASE_URL: str\n    OTHER_URL: str\n"),
            ("a/package-lock.json", lock),
            ("a/poetry.lock", poetry),
            ("a/node_modules/b/index.js", "process.env.X\n"),
            ("a/pdm.lock", &long),
            ("build it.sh", "docker build -t x .\n"),
            (".hidden/run.sh", "alembic upgrade head\n"),
            ("image.bin", "\0environ"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned())).into();
        let seen = read(&printed(&files, "//\nDATABASE_URL\n"));
        let paths: Vec<&str> = seen.files().collect();
        assert_eq!(paths.len(), 10, "{paths:?}");
        assert!(
            seen.is_whole
                && seen.root.ends_with("/tree")
                && !paths.contains(&"a/node_modules/b/index.js")
        );
        assert_eq!(seen.text("a/Dockerfile").map(str::trim_end), Some("FROM b\nCOPY . ."));
        assert_eq!(seen.text("compose.yaml").map(|it| it.lines().count()), Some(4));
        assert!(seen.text("a/package-lock.json").is_some_and(|it| !it.contains("\"x\"")));
        assert_eq!(seen.text("a/poetry.lock").map(str::trim_end), Some("groups = [\"main\"]"));
        assert!(seen.text("a/pdm.lock").is_some_and(|it| it.len() < 100));
        assert_eq!(seen.text("a/app.py"), None);
        let lines: Vec<String> =
            seen.lines.iter().map(|it| format!("{}:{}", it.file, it.number)).collect();
        let expected = [".hidden/run.sh:1", "a/app.py:3", "a/settings.py:2", "build it.sh:1"];
        assert_eq!(lines, expected);
    }

    #[test]
    fn an_answer_that_was_cut_is_none() {
        let files = BTreeMap::from([("a.py".to_owned(), "x".to_owned())]);
        let told = testing::told(&files, "/tree");
        assert_eq!(read(&told).files().count(), 1);
        let parts: Vec<_> = told.split("--8<-- ").filter_map(|it| it.split_once('\n')).collect();
        assert!(Repository::read(&parts[..2]).is_none());
    }
}
