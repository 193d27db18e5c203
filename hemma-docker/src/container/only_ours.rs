//! The guard of a script that changes containers: those of another checkout are not touched.

/// `only_ours PROJECT DIR SERVICE… --` ends a script with 78 where a container of one of these
/// services was made from compose files outside that directory. Run as root.
pub(crate) const ONLY_OURS: &str = r#"
only_ours() {
    project=$1
    here=$(cd -- "$2" && pwd -P) || exit 70
    shift 2
    made=$(docker ps -a --filter "label=com.docker.compose.project=$project" \
        --format '{{.Label "com.docker.compose.service"}} {{.Label "com.docker.compose.project.working_dir"}}') || exit 70
    printf '%s\n' "$made" | while read -r service dir; do
        for own do
            [ "$own" != -- ] || break
            [ "$own" = "$service" ] || continue
            [ -z "$dir" ] || [ "$(cd -- "$dir" 2>/dev/null && pwd -P)" != "$here" ] || continue
            echo "the container of $service was made from compose files in ${dir:-an unknown directory}, and these are in $here: it was not touched" >&2
            exit 78
        done
    done || exit 78
}
"#;
