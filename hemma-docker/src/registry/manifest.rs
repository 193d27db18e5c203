//! Asking a registry for the manifest of an image, from a script on the host.

/// Defines `manifest IMAGE [FLAG…]` for a script on the host, which prints an image's manifest with
/// the credentials of the engine's command line there. A registry that the engine asks without TLS
/// is asked without it; `docker manifest` by itself would say that it has nothing.
pub const MANIFEST: &str = r#"
plain=$(sudo -n docker info --format '{{range .RegistryConfig.InsecureRegistryCIDRs}}{{json .}} {{end}}{{range .RegistryConfig.IndexConfigs}}{{if not .Secure}}{{.Name}} {{end}}{{end}}' 2>/dev/null)
manifest() {
    image=$1 insecure=
    shift
    case ${image%%/*} in 127.*|localhost|localhost:*) insecure=--insecure ;; esac
    for it in $plain; do
        case $it in
        '"127.0.0.0/8"'|'"::1/128"') ;;
        '"'*/*|"${image%%/*}") insecure=--insecure ;;
        esac
    done
    sudo -n docker manifest inspect $insecure "$@" -- "$image"
}
"#;
