//! The everyday verbs, on a host where all is well.

use serde_json::Value;

use crate::deploy::{changed, containers, service_images};
use crate::stage::Stage;

/// The directory of the host's journal.
const JOURNAL: &str = "cd ~/.local/state/hemma/huleedu";

#[tokio::test]
async fn looking_changes_nothing() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let status = stage.hemma(&["status"]).await;
    status.exits(0).says("pass  sudo").says("pass  service redis");
    for section in ["day0 preconditions", "day2 checkout-location", "day2 service-health"] {
        let args: Vec<_> = section.split(' ').collect();
        stage.hemma(&args).await.exits(0).says("pass  ");
    }
    let logs = stage.hemma(&["logs", "redis", "--tail", "1"]).await;
    assert_eq!(logs.exits(0).stdout.lines().count(), 1, "{logs}");
    let both = stage.hemma(&["logs", "huleedu_redis", "kafka", "--tail", "1"]).await;
    both.exits(0).says("huleedu_redis | ").says("huleedu_kafka | ");
    stage.hemma(&["logs", "redsi"]).await.refuses(1, "did you mean `redis`?");
    stage.is_as(&before).await;
}

#[tokio::test]
async fn json_is_one_versioned_document_whatever_happens() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let rows: [(&[&str], i32); 7] = [
        (&["status"], 0),
        (&["plan"], 0),
        (&["restart", "redis", "--plan"], 4),
        (&["restart", "redis"], 2),
        (&["logs", "redsi"], 1),
        (&["status", "--host", "hemmma.invalid"], 3),
        (&["no-such-verb"], 2),
    ];
    for (args, exit) in rows {
        let args: Vec<_> = args.iter().copied().chain(["--json"]).collect();
        let ran = stage.hemma(&args).await;
        let document: Value = serde_json::from_str(&ran.exits(exit).stdout).expect("it is JSON");
        assert_eq!(document["schema"], hemma_cli::render::document::SCHEMA, "{ran}");
        assert_eq!(document["exit"]["code"], exit, "{ran}");
        assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
    }
    stage.is_as(&before).await;
}

#[tokio::test]
async fn a_restart_or_rebuild_replaces_one_container_through_the_gate() {
    let stage = Stage::deployed().await;
    for (verb, service) in [("restart", "redis"), ("rebuild", "language_tool_service")] {
        let (before, all) = (containers(&stage).await, stage.traces().await);
        stage.hemma(&[verb, "redsi", "--yes"]).await.refuses(1, "did you mean `redis`?");
        stage.hemma(&[verb, service]).await.refuses(2, "confirmation is required");
        stage.hemma(&[verb, service, "--plan"]).await.exits(4).says(service);
        stage.is_as(&all).await;
        stage
            .operator(&format!("{JOURNAL}; mv journal.jsonl kept; ln -s /dev/full journal.jsonl"))
            .await;
        let done = stage.start(&[verb, service, "--yes", "--json"]).end().await;
        stage.operator(&format!("{JOURNAL}; mv kept journal.jsonl")).await;
        stage.is_quiet().await;
        let document: Value = serde_json::from_str(&done.exits(0).stdout).expect("it is JSON");
        assert_eq!(document["report"]["verdict"], "pass", "{done}");
        done.says(&format!("\"service {service}\""));
        let warning = document["warnings"][0].as_str().expect("it warns");
        assert!(warning.contains("lacks lines") && warning.contains("No space left"), "{done}");
        done.says("warning: the journal of hemma lacks lines of this run");
        let name = format!("huleedu_{service}");
        assert_eq!(changed(&before, &containers(&stage).await), [name], "{done}");
    }
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}

#[tokio::test]
#[ignore = "thorough"]
async fn a_rebuild_in_vain_leaves_the_image_that_ran() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    let before = service_images(&stage).await;
    let rows = [
        ("build-fails", "run `cargo xtask deploy`"),
        (
            "unhealthy",
            "it was taken back; bff_teacher_service runs on the image from before, healthy",
        ),
    ];
    for (fault, says) in rows {
        stage.lab.push_fault(fault, &["bff_teacher_service"]).await.expect("it is pushed");
        stage.operator("git pull --quiet --ff-only").await;
        let rebuild = stage.hemma(&["rebuild", "bff_teacher_service", "--yes"]).await;
        stage.lab.rewind_remote(&head).await.expect("it is rewound");
        stage.operator(&format!("git reset --quiet --hard {head}")).await;
        rebuild.exits(1).says(says);
        assert_eq!(service_images(&stage).await, before, "{rebuild}");
    }
    stage.hemma(&["deploy", "--yes"]).await.exits(0).says("nothing to do");
}
