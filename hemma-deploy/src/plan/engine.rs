//! A model of an engine and of Compose, and the promise that plans converge on it.
//!
//! `up --no-deps --no-build -d SERVICES` creates the containers first, then starts them in the
//! order of their dependencies, and gives up at the first that does not reach the state another
//! waits for. It replaces containers with another hash or image, or all if it is forced to, starts
//! those that were created or have exited, and leaves running ones. A paused or dead container
//! stops it.

use std::collections::BTreeMap;

use hemma_core::names::ServiceName;
use hemma_docker::compose::{BuildSpec, Healthcheck, Model, Service};
use hemma_docker::image::Image;
use hemma_docker::{ComposeLabels, Container, Health, State, testing};
use hemma_git::checkout::{History, Since};
use proptest::prelude::*;

use super::Base;
use super::{Action, ImageInputs, Plan, Seen, Step, service_steps};

const HEALTHY: &str = "service_healthy";
const STARTED: &str = "service_started";
const COMPLETED: &str = "service_completed_successfully";

/// A service of the files, and whether it comes up from the wanted image.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Wish {
    builds: bool,
    checked: bool,
    job: bool,
    replicas: u64,
    works: bool,
    /// The indexes of earlier services that it needs.
    needs: Vec<usize>,
    /// Whether the commit of its last deployed image is the wanted one.
    unchanged: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Host {
    wishes: Vec<Wish>,
    /// The image that the name of each service's image leads to.
    images: Vec<Option<String>>,
    containers: BTreeMap<usize, Container>,
    pub(crate) deployed: bool,
    /// Whether Compose goes on starting services after a failure.
    goes_on: bool,
}

pub(crate) fn name(at: usize) -> ServiceName {
    testing::service_name(&format!("s{at}"))
}

fn wanted_image(at: usize) -> String {
    format!("sha256:{at}-wanted")
}

impl Host {
    pub(crate) fn model(&self) -> Model {
        let healthcheck = || Healthcheck {
            interval_ms: 1,
            timeout_ms: 1,
            retries: 1,
            start_period_ms: 0,
            http: None,
        };
        let service = |(at, wish): (usize, &Wish)| {
            let needs =
                wish.needs.iter().map(|&it| (name(it).into(), self.condition(it).to_owned()));
            let service = Service {
                image: format!("p-{at}"),
                build: wish.builds.then(BuildSpec::default),
                replicas: wish.replicas,
                restart: if wish.job { "no" } else { "always" }.to_owned(),
                healthcheck: (wish.checked && !wish.job).then(healthcheck),
                depends_on: needs.collect(),
                hash: "wanted".to_owned(),
                ..Service::default()
            };
            (name(at), service)
        };
        let services = self.wishes.iter().enumerate().map(service).collect();
        Model { services, ..Model::default() }
    }

    fn condition(&self, needed: usize) -> &'static str {
        match &self.wishes[needed] {
            it if it.job => COMPLETED,
            it if it.checked => HEALTHY,
            _ => STARTED,
        }
    }

    pub(crate) fn containers(&self) -> Vec<Container> {
        self.containers.values().cloned().collect()
    }

    pub(crate) fn images(&self) -> Vec<Image> {
        let image = |(at, id): (usize, &Option<String>)| {
            let tags = vec![format!("p-{at}:latest")];
            Some(Image { id: id.clone()?, tags, ..Image::default() })
        };
        self.images.iter().enumerate().filter_map(image).collect()
    }

    /// The file that each image is made from.
    pub(crate) fn inputs(&self) -> BTreeMap<ServiceName, ImageInputs> {
        let inputs = |at| (name(at), ImageInputs::Paths(vec![name(at).into()]));
        (0..self.wishes.len()).map(inputs).collect()
    }

    pub(crate) fn history(&self) -> History {
        let changed = (0..self.wishes.len()).filter(|&it| !self.wishes[it].unchanged);
        let since =
            Since { changed: changed.map(|it| name(it).into()).collect(), commits: Vec::new() };
        History { deployed: self.deployed.then_some(since), ..History::default() }
    }

    fn plan(&self) -> Plan {
        let (model, history) = (self.model(), self.history());
        let (containers, images) = (self.containers(), self.images());
        let steps = service_steps(&Seen {
            project: "p",
            model: &model,
            before: None,
            containers: &containers,
            images: &images,
            running: &BTreeMap::new(),
            base: Base::Deploy(&history),
            inputs: &self.inputs(),
            tags: &BTreeMap::new(),
        });
        Plan { steps }
    }

    /// Whether all services are as the files want them.
    pub(crate) fn is_well(&self) -> bool {
        (0..self.wishes.len()).all(|it| self.is_good(it))
    }

    /// Whether a service is as the files want it, and running.
    fn is_good(&self, at: usize) -> bool {
        let wish = &self.wishes[at];
        let Some(it) = self.containers.get(&at) else { return wish.replicas == 0 };
        let made = hash(it) == "wanted" && it.image_id == wanted_image(at);
        let works = if wish.job {
            it.state == State::Exited && it.exit_code == Some(0)
        } else {
            it.state == State::Running && it.health != Some(Health::Unhealthy)
        };
        wish.replicas > 0 && made && works && !it.is_unfinished()
    }

    /// Carries a plan out as a rollout does. Returns whether its gate passed.
    pub(crate) fn apply(&mut self, plan: &Plan) -> bool {
        let at = |it: &ServiceName| it[1..].parse::<usize>().expect("a service");
        let agenda = plan.agenda();
        for image in &agenda.images {
            let it: usize = image[2..].parse().expect("an image of a service");
            assert!(self.images[it].is_none() && !self.wishes[it].builds, "{image} is not missing");
            self.images[it] = Some(wanted_image(it));
        }
        let builds: Vec<usize> = agenda.builds.iter().map(at).collect();
        for &it in &builds {
            self.images[it] = Some(wanted_image(it));
        }
        if !agenda.discards.is_empty() {
            self.containers.retain(|_, it| !it.is_unfinished());
        }
        let mut services: Vec<usize> = agenda.services.iter().map(at).collect();
        for it in builds {
            if self.containers.get(&it).map(|it| &it.image_id) != self.images[it].as_ref() {
                services.push(it);
            }
        }
        services.sort_unstable();
        services.dedup();
        self.up(&services, agenda.force);
        let passed = self.is_well();
        if passed {
            self.deployed = true;
            self.wishes.iter_mut().for_each(|it| it.unchanged = true);
        }
        passed
    }

    fn up(&mut self, services: &[usize], force: bool) {
        for &at in services {
            if self.wishes[at].replicas == 0 {
                self.containers.remove(&at);
                continue;
            }
            let is_there = self.images[at].is_some() || self.containers.contains_key(&at);
            assert!(is_there, "the plan pulls or builds the image of a container that it creates");
            let image = self.images[at].get_or_insert_with(|| wanted_image(at)).clone();
            let kept = self.containers.get(&at).is_some_and(|it| {
                !force && hash(it) == "wanted" && it.image_id == image && !it.is_unfinished()
            });
            if !kept {
                self.containers.insert(at, container(at, State::Created, "wanted", &image));
            }
        }
        let wanted: Vec<usize> =
            services.iter().copied().filter(|&it| self.wishes[it].replicas > 0).collect();
        for &at in &wanted {
            let waits = |it: &&usize| wanted.contains(it);
            let ready =
                self.wishes[at].needs.iter().filter(waits).all(|&it| {
                    self.is_good(it) || (self.condition(it) == STARTED && self.runs(it))
                });
            let started = ready && self.start(at);
            if !started && !self.goes_on {
                return;
            }
        }
    }

    fn runs(&self, at: usize) -> bool {
        self.containers.get(&at).is_some_and(|it| it.state == State::Running)
    }

    /// Whether Compose gets the service to start.
    fn start(&mut self, at: usize) -> bool {
        let wish = &self.wishes[at];
        let works = wish.works && self.images[at].as_deref() == Some(&wanted_image(at));
        let Some(it) = self.containers.get_mut(&at) else { return true };
        match it.state {
            State::Paused | State::Dead | State::Removing => return false,
            State::Running | State::Restarting => return true,
            _ => {}
        }
        (it.state, it.exit_code, it.health) = match (wish.job, works) {
            (true, works) => (State::Exited, Some(i64::from(!works)), None),
            (false, true) => (State::Running, None, wish.checked.then_some(Health::Healthy)),
            (false, false) if wish.checked => (State::Running, None, Some(Health::Unhealthy)),
            (false, false) => (State::Restarting, Some(1), None),
        };
        true
    }
}

fn hash(it: &Container) -> &str {
    it.compose.as_ref().and_then(|it| it.config_hash.as_deref()).unwrap_or_default()
}

fn container(at: usize, state: State, hash: &str, image: &str) -> Container {
    let labels = ComposeLabels {
        project: "p".to_owned(),
        service: name(at).into(),
        config_hash: Some(hash.to_owned()),
        ..ComposeLabels::default()
    };
    let made = testing::running(&format!("p-{at}-1"), Some(labels));
    Container { image_id: image.to_owned(), state, ..made }
}

/// Hosts with any services, each in any state.
pub(crate) fn hosts(broken: bool) -> impl Strategy<Value = Host> {
    (1_usize..6)
        .prop_flat_map(move |count| {
            let wish = any::<[bool; 6]>().prop_map(move |it| Wish {
                builds: it[0],
                checked: it[1],
                job: it[2],
                replicas: 1,
                works: it[3] || !broken,
                needs: Vec::new(),
                unchanged: it[4],
            });
            let state = proptest::sample::select(vec![
                None,
                Some((State::Created, None, None)),
                Some((State::Running, None, None)),
                Some((State::Running, None, Some(Health::Healthy))),
                Some((State::Running, None, Some(Health::Unhealthy))),
                Some((State::Restarting, None, None)),
                Some((State::Paused, None, None)),
                Some((State::Removing, None, None)),
                Some((State::Stopping, None, None)),
                Some((State::Exited, Some(0), None)),
                Some((State::Exited, Some(1), None)),
                Some((State::Dead, Some(137), None)),
            ]);
            let one = (wish, state, any::<[bool; 4]>(), 0_u8..8, any::<u8>());
            (prop::collection::vec(one, count), any::<bool>(), any::<bool>())
        })
        .prop_map(|(all, deployed, goes_on)| {
            let mut host = Host {
                wishes: Vec::new(),
                images: Vec::new(),
                containers: BTreeMap::new(),
                deployed,
                goes_on,
            };
            for (at, (mut wish, state, [same_hash, same_image, tagged, cut], off, needs)) in
                all.into_iter().enumerate()
            {
                wish.needs = (0..at).filter(|it| needs & (1 << it) != 0).collect();
                wish.replicas = u64::from(off > 0);
                // An image that was deployed and did not change since is the wanted one.
                let wanted = wanted_image(at);
                let old = format!("sha256:{at}-old");
                let known = !wish.builds || (deployed && wish.unchanged);
                let image = if same_image || known { wanted } else { old };
                host.images.push(tagged.then(|| image.clone()));
                if let Some((mut state, mut exit_code, health)) = state {
                    // Without a name, the running container is all that is known of the image.
                    let same_image = same_image || (!wish.builds && !tagged);
                    let runs = if same_image { image } else { format!("sha256:{at}-older") };
                    // A running job ends.
                    if wish.job && state == State::Running {
                        (state, exit_code) = (State::Exited, Some(i64::from(!wish.works)));
                    }
                    let hash = if same_hash { "wanted" } else { "old" };
                    let mut made = container(at, state, hash, &runs);
                    (made.exit_code, made.health) = (exit_code, health);
                    if cut && state == State::Created {
                        made.name = format!("0123456789ab_p-{at}-1").parse().expect("a name");
                    }
                    host.containers.insert(at, made);
                }
                host.wishes.push(wish);
            }
            host
        })
}

fn has_step(host: &Host, plan: &Plan, at: usize) -> bool {
    let left = host.containers.get(&at).filter(|it| it.is_unfinished());
    let of = |it: &Step| match &it.action {
        Action::Discard(container) => left.is_some_and(|it| it.name == *container),
        action => action.service() == Some(&name(at)),
    };
    plan.steps.iter().any(of)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, ..ProptestConfig::default() })]

    #[test]
    fn what_can_work_does_after_two_deploys(host in hosts(false)) {
        let mut host = host;
        let before = host.clone();
        for _ in 0..2 {
            let plan = host.plan();
            if plan.steps.is_empty() { break }
            host.apply(&plan);
        }
        let left = host.plan();
        prop_assert!(left.steps.is_empty(), "{left:?}\nof {before:?}\nis {host:?}");
        prop_assert!(host.is_well(), "{before:?}\nis {host:?}");
    }

    #[test]
    fn what_is_not_good_has_a_step_and_what_is_has_none(host in hosts(true)) {
        let mut host = host;
        for _ in 0..3 {
            let plan = host.plan();
            let mut all_good = true;
            for at in 0..host.wishes.len() {
                let good = host.is_good(at);
                all_good &= good;
                prop_assert!(good || has_step(&host, &plan, at), "{at} in {plan:?}\nof {host:?}");
                let is_built = host.wishes[at].builds && !(host.deployed && host.wishes[at].unchanged);
                let settled = good && host.images[at].is_some() && !is_built;
                prop_assert!(!settled || !has_step(&host, &plan, at), "{at} in {plan:?}\nof {host:?}");
            }
            host.apply(&plan);
            if all_good { break }
        }
    }
}
