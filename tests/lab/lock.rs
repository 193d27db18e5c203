//! Two operators at once: one works; the other is told who works, and changes nothing.

use hemma_core::{Approval, Consent, Host, Progress, World};
use hemma_deploy::lock::{Acquire, Acquired, Holder, Release};

use crate::stage::Stage;

const RACES: usize = 50;

#[tokio::test]
async fn one_of_two_who_come_at_once_has_the_lock() {
    let stage = Stage::set().await;
    let ada = Operator::new(&stage, "ada");
    let bob = Operator::new(&stage, "bob");
    for race in 0..RACES {
        let (first, second) = tokio::join!(ada.tries(), bob.tries());
        let (winner, other) = match (first, second) {
            (Acquired::Ours, Acquired::HeldBy(other)) => (&ada, other),
            (Acquired::HeldBy(other), Acquired::Ours) => (&bob, other),
            both => panic!("race {race}: {both:?}"),
        };
        assert_eq!(other.as_ref(), Some(&winner.holder), "race {race}");
        winner.lets_go().await;
    }
    ada.world.close().await;
    bob.world.close().await;
    stage.is_quiet().await;
}

#[tokio::test]
async fn the_one_who_comes_second_is_told_who_works_and_changes_nothing() {
    let stage = Stage::deployed().await;
    let first = stage.start(&["restart", "redis", "--yes"]);
    first.has_said("waiting for").await;
    let before = stage.traces().await;
    for verb in
        [&["restart", "websocket_service", "--yes"][..], &["rebuild", "websocket_service", "--yes"]]
    {
        let second = stage.start(verb).end().await;
        second.exits(1).says("nothing was changed: the lock is held by").says("`restart`");
        assert_eq!(second.problems().len(), 1, "{second}");
    }
    first.end().await.exits(0);
    stage.is_quiet().await;
    stage.is_as(&before).await;
}

/// An operator with their own connection.
struct Operator {
    world: World,
    approval: Approval,
    host: Host,
    holder: Holder,
}

impl Operator {
    fn new(stage: &Stage, who: &str) -> Self {
        let world = stage.world();
        let approval = world.approve(Consent::Given).expect("it is a live world");
        let (from, doing) = ("laptop".to_owned(), "deploy".to_owned());
        let holder = Holder { who: who.to_owned(), from, since: world.now(), doing };
        Self { world, approval, host: "hemma".parse().expect("an alias"), holder }
    }

    async fn tries(&self) -> Acquired {
        let (host, holder) = (self.host.clone(), self.holder.clone());
        let project = "huleedu".parse().expect("a name");
        let acquire = Acquire { host, project, holder, gated: false };
        let acquired = self.world.apply(&acquire, &self.approval, &Progress::silent()).await;
        acquired.expect("the host answers")
    }

    async fn lets_go(&self) {
        let (host, project) = (self.host.clone(), "huleedu".parse().expect("a name"));
        let release = Release { host, project, outcome: None };
        let released = self.world.apply(&release, &self.approval, &Progress::silent()).await;
        released.expect("the host answers");
    }
}
