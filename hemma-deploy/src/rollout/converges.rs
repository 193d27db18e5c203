//! From any state of a host, at most two deploys end in nothing to do, or in a blocker that is
//! named: the containers and images of [`crate::plan::engine`], with a checkout, networks, volumes and
//! containers of others around them.

use std::path::Path;

use hemma_core::names::ServiceName;
use hemma_core::{Finding, Verdict};
use hemma_docker::compose::{ModelAnswer, NamedVolume};
use hemma_docker::network::Network;
use hemma_docker::{Container, MountedVolume, Origins, Volume};
use hemma_git::checkout::{Changed, Checkout, Difference, Incoming, Relation, Repository, Tip};
use proptest::prelude::*;

use super::neighbours::Neighbours;
use super::prerequisites::Prerequisites;
use super::{Scope, Situation};
use crate::Config;
use crate::config::Surroundings;
use crate::host_tools::Tools;
use crate::layers::Layers;
use crate::plan::Plan;
use crate::plan::engine::{self, Host};

const TREE: &str = "/tree";
const ELSEWHERE: &str = "/srv/other";
const REMOTE: &str = "https://git.example/shop.git";
const TIP: &str = "c0ffee";

/// A directory on its way to a checkout at the tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tree {
    Missing,
    /// Only the `.env` was prepared.
    Prepared,
    /// A clone that was killed on its way, or something else, lies there.
    Taken,
    Unusable,
    Behind,
    AtTip,
    Ahead,
    Edited,
    Merging,
    OnAnotherBranch,
}

/// Which volumes the host has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Data {
    None,
    Own,
    /// The volume of the service under an older name.
    Renamed,
    /// A volume of the same key, of a project that does not run.
    OfAnotherProject,
}

/// A host with everything that the plan of a whole deploy follows from.
#[derive(Debug, Clone)]
struct Place {
    host: Host,
    tree: Tree,
    data: Data,
    /// The volume that the container of the first service has, if it has one.
    mounted: Option<&'static str>,
    has_network: bool,
    has_external_network: bool,
    /// Whether the container of the first service was made from another checkout.
    is_foreign: bool,
}

fn volume() -> NamedVolume {
    let [key, name, target] = ["data", "p_data", "/data"].map(str::to_owned);
    NamedVolume { key, name, target }
}

fn config() -> Config {
    let surroundings = Surroundings {
        directory: Some("p".to_owned()),
        compose_files: Surroundings::usual_compose_files(|it| it == "compose.yaml"),
        remote: Some(REMOTE.parse().expect("a remote")),
        ..Surroundings::default()
    };
    let text = "host.alias = \"far\"\ncompose.network = \"proxy\"\n";
    Config::parse_in(text, Path::new("hemma.toml"), &surroundings).expect("it is valid")
}

impl Place {
    fn situation(&self) -> Situation {
        let config = config();
        let mut model = self.host.model();
        TREE.clone_into(&mut model.directory);
        model.external_networks = ["proxy", "other"].map(str::to_owned).into();
        let first = model.services.get_mut(&engine::name(0)).expect("there is a first service");
        first.volumes = vec![volume()];
        let network = |(name, is_there): (&str, bool)| {
            let (id, driver, created) = (name.to_owned(), "bridge".to_owned(), String::new());
            is_there.then(|| Network { id, name: name.to_owned(), driver, created })
        };
        let networks = [("proxy", self.has_network), ("other", self.has_external_network)];
        let origins = Origins::read(&format!("{TREE}\n{ELSEWHERE}\n"), &[ELSEWHERE]);
        let neighbours = Neighbours::of(origins, self.volumes());
        Situation {
            objections: Vec::new(),
            sources: None,
            config,
            scope: Scope::Whole,
            layers: Layers::Main,
            tools: Tools::well(),
            checkout: Ok(self.checkout()),
            model: Ok(ModelAnswer::Resolved(model)),
            before: None,
            containers: Ok(self.containers()),
            networks: Ok(networks.into_iter().filter_map(network).collect()),
            images: Ok(self.host.images()),
            listeners: Ok(Some(Vec::new())),
            prerequisites: Prerequisites::default(),
            neighbours,
            running: std::collections::BTreeMap::new(),
            history: self.host.history(),
            inputs: self.host.inputs(),
            built: None,
            release: Ok(None),
            pins: None,
            tags: None,
            unproven: Ok(None),
        }
    }

    fn containers(&self) -> Vec<Container> {
        let mut containers = self.host.containers();
        let first: ServiceName = engine::name(0);
        for it in containers.iter_mut().filter(|it| it.is_of("p", &first)) {
            let mounted = self.mounted.map(str::to_owned);
            let target = volume().target;
            it.volumes = mounted
                .into_iter()
                .map(|name| MountedVolume { name, target: target.clone() })
                .collect();
            if let Some(labels) = it.compose.as_mut().filter(|_| self.is_foreign) {
                labels.working_dir = Some(ELSEWHERE.to_owned());
            }
        }
        containers
    }

    fn volumes(&self) -> Vec<Volume> {
        let volume = |name: &str, project: &str, key: &str| {
            let [name, project, key] = [name, project, key].map(str::to_owned);
            vec![Volume { name, project: Some(project), key: Some(key) }]
        };
        match self.data {
            Data::None => Vec::new(),
            Data::Own => volume("p_data", "p", "data"),
            Data::Renamed => volume("p_store", "p", "store"),
            Data::OfAnotherProject => volume("shop_data", "shop", "data"),
        }
    }

    fn checkout(&self) -> Checkout {
        let (dir, tip) = (TREE.to_owned(), Tip::At(TIP.to_owned()));
        let plain = |name: &str| Checkout::Plain {
            dir: dir.clone(),
            holds: vec![name.to_owned()],
            tip: tip.clone(),
        };
        let is_at_tip = self.tree == Tree::AtTip;
        let relation = match self.tree {
            Tree::Missing => return Checkout::Missing { dir, tip },
            Tree::Prepared => return plain(".env"),
            Tree::Taken => return plain("compose.yaml"),
            Tree::Unusable => {
                return Checkout::Unusable { dir, reason: "it is not a directory".to_owned() };
            }
            Tree::Behind => Relation::Behind,
            Tree::Ahead => Relation::Ahead,
            _ => Relation::Same,
        };
        let head = if relation == Relation::Same { TIP } else { "0ddba11" }.to_owned();
        let deployed =
            self.host.deployed.then(|| if is_at_tip { head.clone() } else { "01dde9".to_owned() });
        let edited = Changed { path: "compose.yaml".to_owned(), how: Difference::Content };
        let branch = if self.tree == Tree::OnAnotherBranch { "topic" } else { "main" };
        Checkout::Repository(Repository {
            dir,
            head,
            branch: Some(branch.to_owned()),
            remote: Some(REMOTE.to_owned()),
            deployed,
            dirty: (self.tree == Tree::Edited).then_some(edited).into_iter().collect(),
            under_way: (self.tree == Tree::Merging).then(|| "merge".to_owned()),
            tip,
            incoming: Some(Incoming {
                relation,
                commits: Vec::new(),
                changed: None,
                in_the_way: Vec::new(),
                refused: None,
            }),
            ..Repository::default()
        })
    }

    /// Carries out a plan as a rollout does.
    fn apply(&mut self, plan: &Plan) {
        let agenda = plan.agenda();
        if agenda.clones || agenda.pulls {
            self.tree = Tree::AtTip;
        }
        self.has_network |= agenda.network.is_some();
        if agenda.services.contains(&engine::name(0)) {
            // Compose makes the volume, and the container mounts it.
            self.mounted = Some("p_data");
            self.data = if self.data == Data::None { Data::Own } else { self.data };
        }
        self.host.apply(plan);
    }

    /// Whether something is there that no plan touches without being told to.
    fn is_obstructed(&self) -> bool {
        use Tree::{Ahead, Edited, Merging, OnAnotherBranch, Taken, Unusable};
        let tree = [Ahead, Edited, Merging, OnAnotherBranch, Taken, Unusable];
        let data = !matches!(self.data, Data::None | Data::Own);
        let mounted = self.mounted.is_some_and(|it| it != "p_data");
        tree.contains(&self.tree)
            || !self.has_external_network
            || self.is_foreign
            || data
            || mounted
    }
}

fn places() -> impl Strategy<Value = Place> {
    let tree = prop_oneof![
        4 => Just(Tree::AtTip),
        3 => Just(Tree::Behind),
        2 => Just(Tree::Missing),
        2 => Just(Tree::Prepared),
        1 => prop::sample::select(vec![
            Tree::Taken, Tree::Unusable, Tree::Ahead, Tree::Edited, Tree::Merging, Tree::OnAnotherBranch,
        ]),
    ];
    let data = prop_oneof![
        3 => Just(Data::None),
        5 => Just(Data::Own),
        1 => Just(Data::Renamed),
        1 => Just(Data::OfAnotherProject),
    ];
    let mounted =
        prop_oneof![6 => Just(Some("p_data")), 1 => Just(Some("p_store")), 1 => Just(None)];
    let rare = || prop::bool::weighted(0.1);
    (engine::hosts(false), tree, data, mounted, any::<bool>(), rare(), rare()).prop_map(
        |(host, tree, data, mounted, has_network, lacks, is_foreign)| {
            let mut host = host;
            // The note of what is deployed lies in the checkout's repository.
            host.deployed &= !matches!(tree, Tree::Missing | Tree::Prepared | Tree::Taken);
            let has_external_network = !lacks;
            Place { host, tree, data, mounted, has_network, has_external_network, is_foreign }
        },
    )
}

fn stops(situation: &Situation) -> Vec<Finding> {
    let findings = situation.blockers().findings.into_iter();
    findings.filter(|it| it.verdict != Verdict::Pass).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn two_deploys_end_in_nothing_to_do_or_in_a_named_blocker(place in places()) {
        let mut place = place;
        let before = place.clone();
        for _ in 0..2 {
            let seen = place.situation();
            let stopped = stops(&seen);
            if !stopped.is_empty() {
                prop_assert!(place.is_obstructed(), "{stopped:?}\nof {before:?}\nis {place:?}");
                let is_named = |it: &Finding| !it.subject.is_empty() && !it.detail.is_empty();
                prop_assert!(stopped.iter().all(is_named), "{stopped:?}");
                return Ok(());
            }
            let plan = seen.plan();
            if plan.is_empty() { break }
            place.apply(&plan);
        }
        let seen = place.situation();
        let stopped = stops(&seen);
        prop_assert!(stopped.is_empty(), "{stopped:?}\nof {before:?}\nis {place:?}");
        let left = seen.plan();
        prop_assert!(left.is_empty(), "{left:?}\nof {before:?}\nis {place:?}");
        prop_assert!(place.host.is_well(), "{before:?}\nis {place:?}");
        prop_assert_eq!(place.tree, Tree::AtTip);
        prop_assert!(place.has_network);
    }
}
