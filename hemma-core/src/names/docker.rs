//! Names in Docker and Compose, each checked by its own rule.

use super::{Reason, name, no_blank_ends, not_empty, printable};

name!(
    /// A Docker network.
    NetworkName, "a network name", docker_name, "^[A-Za-z0-9][A-Za-z0-9_.-]*$"
);
name!(
    /// A compose project.
    ProjectName, "a project name", project_name, "^[a-z0-9][a-z0-9_-]*$"
);
name!(
    /// A service of the compose files.
    ServiceName, "a service name", service_name, "^[A-Za-z0-9._][A-Za-z0-9._-]*$"
);
name!(
    /// A profile of the compose files; `*` stands for all of them.
    ProfileName, "a profile", profile_name, "^([A-Za-z0-9][A-Za-z0-9_.-]*|\\*)$"
);
name!(
    /// A volume, by its name in the compose files.
    VolumeKey, "a volume", service_name, "^[A-Za-z0-9._][A-Za-z0-9._-]*$"
);
name!(
    /// A container's name or id. It is a segment of the path that the engine is asked for, and has no
    /// slash that could lead elsewhere.
    ContainerName, "a container name", docker_name, "^[A-Za-z0-9][A-Za-z0-9_.-]*$"
);
name!(
    /// A compose file, relative to the checkout and inside it.
    ComposeFile, "a compose file", compose_file, "^[^/~\\s-]", keep plain_path,
    default "docker-compose.yml"
);
name!(
    /// A file of variables that Compose reads for its files, relative to the checkout and inside it.
    VariablesFile, "a file of variables", compose_file, "^[^/~\\s-]", keep plain_path,
    default ".env"
);
name!(
    /// A path of the host that a service mounts: relative to the checkout and inside it, or absolute.
    MountPath, "a mounted path", mount_path, "^[^~\\s-]", keep plain_mount
);
name!(
    /// A compose file of the operator's own, in the directory that the checkout lies in.
    OverlayFile, "an overlay file", file_name, "^[^/~\\s-][^/]*$"
);

/// The maximum length of a name; a container's name is made of the project's and the service's.
const NAME_BYTES_MAX: usize = 128;

fn short(text: &str) -> Result<(), Reason> {
    if text.len() <= NAME_BYTES_MAX {
        return Ok(());
    }
    Err(format!("it is longer than {NAME_BYTES_MAX} characters").into())
}

/// Docker's own rule for names.
fn docker_name(text: &str) -> Result<(), Reason> {
    let first = text.chars().next().ok_or("it is empty")?;
    if !first.is_ascii_alphanumeric() {
        return Err("it must begin with a letter or a digit, a to z or 0 to 9".into());
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || "_.-".contains(it);
    if !text.chars().all(taken) {
        return Err("only the letters a to z, digits and _ . - are allowed".into());
    }
    short(text)
}

/// Compose's own rule for project names.
fn project_name(text: &str) -> Result<(), Reason> {
    let first = text.chars().next().ok_or("it is empty")?;
    if !first.is_ascii_lowercase() && !first.is_ascii_digit() {
        return Err("it must begin with a lower-case letter or a digit".into());
    }
    let taken = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(it);
    if !text.chars().all(taken) {
        return Err("only lower-case letters, digits and _ - are allowed".into());
    }
    short(text)
}

impl ProjectName {
    /// The name that Compose gives the project of a directory: its base name in lower case, without
    /// characters that are invalid in a project name. `None` if nothing is left.
    pub fn of_directory(directory: &str) -> Option<Self> {
        let base = directory.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let kept = |it: &char| it.is_ascii_lowercase() || it.is_ascii_digit() || "_-".contains(*it);
        let name: String = base.to_lowercase().chars().filter(kept).collect();
        name.trim_start_matches(['_', '-']).parse().ok()
    }
}

/// Compose's own rule for services, except that a leading `-` is refused, since it would be an
/// option.
fn service_name(text: &str) -> Result<(), Reason> {
    let first = text.chars().next().ok_or("it is empty")?;
    if first == '-' {
        return Err("it must not begin with `-`, which begins an option".into());
    }
    let taken = |it: char| it.is_ascii_alphanumeric() || "._-".contains(it);
    if !text.chars().all(taken) {
        return Err("only the letters a to z, digits and . _ - are allowed".into());
    }
    short(text)
}

fn profile_name(text: &str) -> Result<(), Reason> {
    if text == ProfileName::ALL { Ok(()) } else { docker_name(text) }
}

impl ProfileName {
    const ALL: &str = "*";

    /// The value that stands for all profiles of the files.
    pub fn all() -> Self {
        Self(Self::ALL.to_owned())
    }
}

fn compose_file(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    printable(text)?;
    no_blank_ends(text)?;
    if text.contains("://") {
        return Err("it is a URL, and only files of the checkout are read".into());
    }
    if text.starts_with('/') || text.starts_with('~') {
        return Err("it must be relative to the checkout".into());
    }
    if text.starts_with('-') {
        return Err("it must not begin with `-`, which begins an option".into());
    }
    if text.split('/').any(|it| it == "..") {
        return Err("it must stay inside the checkout, without `..`".into());
    }
    if plain_path(text).is_empty() || text.ends_with('/') || text.ends_with("/.") {
        return Err("it names a directory, and a file is needed".into());
    }
    Ok(())
}

fn mount_path(text: &str) -> Result<(), Reason> {
    not_empty(text)?;
    printable(text)?;
    no_blank_ends(text)?;
    if text.starts_with('~') {
        return Err(
            "write it as the compose files resolve it, relative to the checkout or absolute".into(),
        );
    }
    if text.starts_with('-') {
        return Err("it must not begin with `-`, which begins an option".into());
    }
    if text.split('/').any(|it| it == "..") {
        return Err("it must be without `..`".into());
    }
    if plain_path(text).is_empty() {
        return Err("it is the whole checkout or the whole host".into());
    }
    Ok(())
}

/// The path as the resolved compose files have it: `./data/` is `data`.
fn plain_mount(text: &str) -> String {
    let root = if text.starts_with('/') { "/" } else { "" };
    format!("{root}{}", plain_path(text))
}

/// Removes `.` and doubled slashes, so that one file has one name.
fn plain_path(text: &str) -> String {
    let segments: Vec<&str> = text.split('/').filter(|it| !it.is_empty() && *it != ".").collect();
    segments.join("/")
}

fn file_name(text: &str) -> Result<(), Reason> {
    compose_file(text)?;
    if text.contains('/') {
        return Err("it is next to the checkout, so it must be a file name without `/`".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_named_as_compose_names_it() {
        let rows = [
            ("~/apps/shop", Some("shop")),
            ("/srv/My App.v2/", Some("myappv2")),
            ("/srv/_-shop_1", Some("shop_1")),
            ("/srv/Åland", Some("land")),
            ("/srv/___", None),
            ("/srv/åäö", None),
        ];
        for (directory, name) in rows {
            let found = ProjectName::of_directory(directory);
            assert_eq!(found.as_deref(), name, "{directory}");
        }
    }
}
