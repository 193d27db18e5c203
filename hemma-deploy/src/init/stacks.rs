//! The stacks that run on the host, and which of them is this repository's.
//!
//! A stack that was brought up by hand keeps its name and its checkout: under another name Compose
//! would make new and empty volumes.

use std::collections::BTreeSet;

use hemma_core::names::{ComposeFile, RemoteUrl};
use hemma_core::{Command, Exec, Host, without_credentials};
use hemma_docker::{Container, State};

use super::HostPlaces;
use super::host::places;

/// A compose project that runs on the host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stack {
    /// The project.
    pub project: String,
    /// The directory that it was brought up in.
    pub directory: String,
    /// Its compose files, as Compose wrote them on the containers.
    pub files: Vec<String>,
    /// Its services.
    pub services: BTreeSet<String>,
    /// The root of the git checkout around the directory, if there is one.
    pub checkout: Option<String>,
    /// The path from that root to the directory; empty or with a slash at its end.
    pub below: String,
    /// The URL of that checkout's `origin`.
    pub remote: Option<RemoteUrl>,
}

/// Which running stack is this repository's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// None of them.
    None,
    /// This one.
    One(Stack),
    /// Any of these: the operator has to say which.
    Several(Vec<Stack>),
}

/// The compose projects of containers that have been started, by name and directory.
pub fn running_stacks(containers: &[Container]) -> Vec<Stack> {
    let mut stacks: Vec<Stack> = Vec::new();
    for container in containers.iter().filter(|it| it.state != State::Created) {
        let Some(labels) = container.compose.as_ref().filter(|it| !it.oneoff) else { continue };
        let directory = labels.working_dir.clone().unwrap_or_default();
        let is_same = |it: &Stack| it.project == labels.project && it.directory == directory;
        let at = stacks.iter().position(is_same).unwrap_or_else(|| {
            let project = labels.project.clone();
            stacks.push(Stack { project, directory: directory.clone(), ..Stack::default() });
            stacks.len() - 1
        });
        let stack = &mut stacks[at];
        stack.services.insert(labels.service.clone());
        // Research services and the like are brought up with more files than the rest.
        let is_shorter = stack.files.is_empty() || labels.config_files.len() < stack.files.len();
        if is_shorter && !labels.config_files.is_empty() {
            stack.files.clone_from(&labels.config_files);
        }
    }
    stacks
}

/// Prints a line for each directory: the root of its checkout, the way down from there, and its
/// `origin`. Then the home directory and the addresses of the host.
const ORIGINS: &str = r#"
for d do
    top=$(git -C "$d" rev-parse --show-toplevel 2>/dev/null)
    below=$(git -C "$d" rev-parse --show-prefix 2>/dev/null)
    url=$(git -C "$d" remote get-url origin 2>/dev/null)
    printf 'stack\t%s\t%s\t%s\n' "$top" "$below" "$(printf %s "$url" | sed 's#://[^/@]*@#://#')"
done
printf 'home\t%s\n' "$HOME"
ip -o addr show scope global 2>/dev/null | grep -v -e temporary -e deprecated -e docker -e ' br-' |
    awk '{ sub(/\/.*/, "", $4); print "address\t" $4 }'
"#;

/// The look at where the stacks came from.
pub fn look_at_origins(host: &Host, stacks: &[Stack]) -> Exec {
    let directories = stacks.iter().map(|it| it.directory.clone());
    Exec::on(host, Command::script(ORIGINS, directories).named("look-at-stacks"))
}

/// Notes in the stacks what that look printed, in their order.
pub fn note_origins(stacks: &mut [Stack], printed: &str) -> HostPlaces {
    let lines = printed.lines().filter_map(|it| it.strip_prefix("stack\t"));
    for (stack, line) in stacks.iter_mut().zip(lines) {
        let mut parts = line.split('\t');
        let mut part = || parts.next().unwrap_or_default();
        stack.checkout = Some(part().to_owned()).filter(|it| !it.is_empty());
        part().clone_into(&mut stack.below);
        stack.remote = part().parse().ok();
    }
    places(printed)
}

/// Which stack is this repository's: the one whose checkout has its `origin`; without one to compare,
/// the one of this project's name with a service of this project.
pub fn adoption(
    stacks: &[Stack],
    remote: Option<&RemoteUrl>,
    (project, services): (&str, &BTreeSet<String>),
) -> Adoption {
    let is_ours = |it: &&Stack| match (remote, &it.remote) {
        (Some(ours), Some(theirs)) => bare(ours) == bare(theirs),
        _ => it.project == project && it.services.iter().any(|it| services.contains(it)),
    };
    let ours: Vec<Stack> = stacks.iter().filter(is_ours).cloned().collect();
    match &ours[..] {
        [] => Adoption::None,
        [one] => Adoption::One(one.clone()),
        _ => Adoption::Several(ours),
    }
}

/// A URL as its host and path, whichever way git reaches it.
fn bare(url: &RemoteUrl) -> String {
    let address = without_credentials(url.address()).to_lowercase();
    let (is_url, rest) = match address.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, address.as_str()),
    };
    let (place, path) = match rest.split_once('/') {
        Some((place, path)) if is_url => (place, path),
        _ => rest.split_once(':').unwrap_or(("", rest)),
    };
    let place = place.rsplit('@').next().unwrap_or(place);
    let place = place.split(':').next().unwrap_or(place);
    let path = path.trim_matches('/').trim_end_matches(".git");
    format!("{place}/{path}")
}

impl Stack {
    /// Its compose files in the checkout, and those that lie elsewhere.
    pub fn own_files(&self) -> (Vec<ComposeFile>, Vec<String>) {
        let (mut own, mut elsewhere) = (Vec::new(), Vec::new());
        for file in &self.files {
            let in_directory =
                file.strip_prefix(&self.directory).and_then(|it| it.strip_prefix('/'));
            let in_checkout = self.checkout.as_ref().and_then(|it| file.strip_prefix(it.as_str()));
            let in_checkout = in_checkout.and_then(|it| it.strip_prefix('/')).map(str::to_owned);
            let relative = in_directory.map(|it| format!("{}{it}", self.below)).or(in_checkout);
            match relative.and_then(|it| it.parse().ok()) {
                Some(file) => own.push(file),
                None => elsewhere.push(file.clone()),
            }
        }
        (own, elsewhere)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_one_name_whichever_way_it_is_reached() {
        let bare = |it: &str| super::bare(&it.parse().expect("a remote"));
        for url in [
            "git@git.example:team/shop.git",
            "ssh://git@git.example:2222/team/shop",
            "https://git.example/Team/Shop.git/",
            "https://user:token@git.example/team/shop.git",
        ] {
            assert_eq!(bare(url), "git.example/team/shop", "{url}");
        }
        assert_ne!(bare("git@git.example:team/shop"), bare("git@git.example:team/shop-api"));
        assert_eq!(bare("/srv/git/shop.git"), "/srv/git/shop");
    }

    #[test]
    fn the_stack_of_a_repository_is_found_by_its_origin() {
        let stack = |project: &str, directory: &str| Stack {
            project: project.to_owned(),
            directory: directory.to_owned(),
            files: vec![format!("{directory}/compose.yml"), "/srv/own.yml".to_owned()],
            services: BTreeSet::from(["web".to_owned()]),
            ..Stack::default()
        };
        let mut stacks = [
            stack("live", "/home/op/shop/deploy"),
            stack("blog", "/srv/blog"),
            stack("x", "/srv/x"),
        ];
        let printed = "stack\t/home/op/shop\tdeploy/\tgit@git.example:team/shop.git\n\
                       stack\t/srv/blog\t\thttps://git.example/team/blog\nstack\t\t\t\n\
                       home\t/home/op\naddress\t203.0.113.7\naddress\t10.0.0.2\n";
        let places = note_origins(&mut stacks, printed);
        assert_eq!(places.home.as_deref(), Some("/home/op"));
        let ours: RemoteUrl = "https://git.example/team/shop".parse().expect("a remote");
        let services = BTreeSet::from(["web".to_owned()]);
        let Adoption::One(found) = adoption(&stacks, Some(&ours), ("shop", &services)) else {
            panic!("one stack is ours");
        };
        assert_eq!(
            (found.project.as_str(), found.checkout.as_deref()),
            ("live", Some("/home/op/shop"))
        );
        let (own, elsewhere) = found.own_files();
        assert_eq!(own, ["deploy/compose.yml"]);
        assert_eq!(elsewhere, ["/srv/own.yml"]);
        // Without an origin the project's name counts, and only with a service in common.
        assert!(matches!(adoption(&stacks, None, ("x", &services)), Adoption::One(_)));
        assert_eq!(adoption(&stacks, None, ("x", &BTreeSet::new())), Adoption::None);
        assert_eq!(
            adoption(&stacks, Some(&ours), ("blog", &services)),
            adoption(&stacks, Some(&ours), ("", &services))
        );
    }
}
