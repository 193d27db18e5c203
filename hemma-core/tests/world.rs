//! What a world promises: one answer per run, staleness after a change, no change without
//! consent, and a replay that answers from its cassette and from nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hemma_core::{
    Cancel, Cassette, Change, Consent, Exec, ExecError, Live, NotRecorded, Origin, PollPolicy,
    Progress, Question, Scene, SshOptions, World,
};
use serde::{Deserialize, Serialize};

/// How often was this asked? Each look counts one more.
#[derive(Serialize)]
struct Count {
    name: &'static str,
}

#[derive(Default)]
struct Looks(AtomicU32);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
enum CountError {
    #[error("it was dark")]
    Dark,
    #[error(transparent)]
    NotRecorded(#[from] NotRecorded),
}

impl Question for Count {
    const KIND: &'static str = "test.count";
    type Answer = u32;
    type Error = CountError;

    async fn ask(&self, live: &Live) -> Result<u32, CountError> {
        let looks = live.extensions().get_or_make(Looks::default);
        match self.name {
            "dark" => Err(CountError::Dark),
            _ => Ok(looks.0.fetch_add(1, Ordering::SeqCst) + 1),
        }
    }
}

/// Says two words and changes nothing.
#[derive(Serialize)]
struct Say;

impl Change for Say {
    const KIND: &'static str = "test.say";
    const CANCEL: Cancel = Cancel::Immediately;
    type Receipt = ();
    type Error = CountError;

    fn describe(&self) -> String {
        "say two words".to_owned()
    }

    async fn apply(&self, _live: &Live, progress: &Progress) -> Result<(), CountError> {
        progress.line("one");
        progress.line("two");
        Ok(())
    }
}

fn live() -> Live {
    Live::new(SshOptions::default())
}

fn scene() -> Scene {
    Scene {
        typed: "test".to_owned(),
        origin: Origin::Hand,
        now: "2026-02-03T12:00:00Z".parse().expect("a time"),
        tool: "none".to_owned(),
        config: String::new(),
    }
}

#[tokio::test]
async fn a_question_is_asked_once_until_something_changes() {
    let world = World::live(live());
    let count = Count { name: "a" };
    let (first, second) = tokio::join!(world.ask(&count), world.ask(&count));
    assert_eq!((first, second), (Ok(1), Ok(1)));
    assert_eq!(world.ask(&Count { name: "b" }).await, Ok(2), "another question is another look");
    let approval = world.approve(Consent::Given).expect("this world may change");
    world.apply(&Say, &approval, &Progress::silent()).await.expect("it only speaks");
    assert_eq!(world.ask(&count).await, Ok(3));
    assert_eq!(world.ask_again(&count).await, Ok(4));
    assert_eq!(world.steps().len(), 5);
}

#[tokio::test]
async fn a_planning_world_gives_no_approval() {
    let planning = World::live(live()).planning();
    assert!(planning.approve(Consent::Given).is_none());
    assert!(World::live(live()).approve(Consent::Withheld).is_none());
}

#[tokio::test]
async fn what_was_recorded_is_played_back() {
    let recording = World::recording(live());
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    let progress =
        Progress::new(move |line| listener.lock().expect("one thread").push(line.to_owned()));
    let run = async |world: &World| {
        let count = Count { name: "a" };
        let before = world.ask(&count).await;
        let approval = world.approve(Consent::Given).expect("this world may change");
        world.apply(&Say, &approval, &progress).await.expect("it only speaks");
        (before, world.ask(&count).await, world.ask(&Count { name: "dark" }).await)
    };
    let seen = run(&recording).await;
    assert_eq!(seen, (Ok(1), Ok(2), Err(CountError::Dark)));

    let text = recording.cassette(scene()).to_string();
    let replay = World::replay(text.parse().expect("our own words"));
    assert_eq!(run(&replay).await, seen, "from\n{text}");
    assert_eq!(*heard.lock().expect("one thread"), ["one", "two", "one", "two"]);
    assert_eq!(replay.unplayed(), []);
    assert!(replay.now() >= scene().now);
}

#[tokio::test]
async fn a_replay_never_falls_through() {
    let recording = World::recording(live());
    recording.ask(&Count { name: "a" }).await.expect("it counts");
    let cassette: Cassette = recording.cassette(scene());

    let replay = World::replay(cassette.clone());
    let missing = replay.ask(&Count { name: "b" }).await.expect_err("it was not recorded");
    let said = missing.to_string();
    assert!(said.contains(r#"{"name":"b"}"#) && said.contains(r#"the nearest is {"name":"a"}"#));
    assert_eq!(replay.unplayed().len(), 1);

    let replay = World::replay(cassette);
    assert_eq!(replay.ask_again(&Count { name: "a" }).await, Ok(1));
    replay.ask_again(&Count { name: "a" }).await.expect_err("it was asked once only");
}

#[tokio::test]
async fn an_answer_of_another_shape_is_no_answer() {
    let text = r#"
[scene]
typed = "x"
origin = "hand"
now = "2026-02-03T12:00:00Z"
tool = ""

[[exchange]]
kind = "test.count"
answer = "many"
[exchange.asked]
name = "a"
"#;
    let replay = World::replay(text.parse().expect("a cassette"));
    let error = replay.ask(&Count { name: "a" }).await.expect_err("`many` is no number");
    assert!(matches!(error, CountError::NotRecorded(_)), "{error}");
}

#[tokio::test]
async fn patience_ends_and_a_replay_does_not_rest() {
    let replay = World::replay(Cassette { scene: scene(), exchange: Vec::new() });
    let patience = PollPolicy::lasting(Duration::from_secs(3600), Duration::from_secs(1));
    let mut looks = 0;
    let found = patience.wait(&replay, async |_| {
        looks += 1;
        None::<()>
    });
    assert_eq!(found.await, None);
    assert_eq!(looks, 3601);
}

#[tokio::test]
async fn a_nul_byte_starts_nothing() {
    let world = World::live(live());
    let line = hemma_core::Command::new("echo").arg("a\0b");
    let error = world.ask(&Exec::here(line)).await.expect_err("no process can be given it");
    assert!(matches!(error, ExecError::Start { .. }), "{error}");
}
