//! Repositories that cannot work on the host although each command is right, and the overlay.

use hemma_lab::Os;

use crate::deploy::planned;
use crate::stage::Stage;

/// A commit, and hemma's message before anything changes.
const COMMITS: [(&str, &str, &str); 4] = [
    ("empty-mount", "git ignores it, so no clone has it", "docker-compose.prod.yml:"),
    (
        "base-image",
        "the host does not have it, no service that is deployed builds it, and",
        "content_service/Dockerfile:2",
    ),
    ("needs-buildkit", "RUN --mount needs BuildKit", "services/content_service/Dockerfile:3"),
    ("public-port", "redis would open it to other machines", "infrastructure.yml:42"),
];

#[tokio::test]
async fn a_repository_that_cannot_work_is_refused_with_file_and_line() {
    let stage = Stage::deployed().await;
    let before = stage.traces().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    for (fault, says, place) in COMMITS {
        stage.lab.push_fault(fault, &[]).await.expect("it is pushed");
        if fault == "needs-buildkit" && stage.lab.os() != Os::Classic {
            let plan = stage.hemma(&["plan"]).await;
            stage.lab.rewind_remote(&head).await.expect("it is rewound");
            plan.exits(4);
            assert_eq!(planned(&plan.stdout, "build"), ["content_service"], "{plan}");
            continue;
        }
        let deploy = stage.hemma(&["deploy", "--yes"]).await;
        stage.lab.rewind_remote(&head).await.expect("it is rewound");
        // The registry cannot be reached from the lab, so that image is not known.
        deploy.refuses(if fault == "base-image" { 3 } else { 1 }, says).says(place);
        stage.is_as(&before).await;
    }
}

#[tokio::test]
async fn an_overlay_mends_what_the_repository_cannot() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.configure(|it| it.compose.overlay = Some("own.yml".parse().expect("a file name")));
    let missing = stage.hemma(&["plan"]).await;
    stage.lab.push_fault("empty-mount", &[]).await.expect("it is pushed");
    stage
        .operator(
            "printf 'services:\\n  content_service:\\n    volumes: !reset []\\n' > ../own.yml",
        )
        .await;
    let mended = stage.hemma(&["plan"]).await;
    stage.operator("rm ../own.yml").await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    missing.exits(1).says("own.yml").says("an overlay is next to the checkout");
    mended.exits(4).says("~ pull");
}

/// It is only a note, as nothing says whether a build or a service needs the files.
#[tokio::test]
async fn what_a_pull_does_not_bring_is_in_the_plan() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    stage.lab.push_fault("files-elsewhere", &[]).await.expect("it is pushed");
    let plan = stage.hemma(&["plan"]).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    plan.exits(4).says("note: vendor/shared is a git submodule and empty on the host");
    plan.says("note: assets/voices.bin is a pointer of Git LFS on the host");
}

#[tokio::test]
async fn a_project_that_the_compose_files_name_and_hemma_toml_does_not_is_asked_for() {
    let stage = Stage::deployed().await;
    let head = stage.lab.remote_head().await.expect("it has one");
    let toml = std::fs::read_to_string(stage.here().join("hemma.toml")).expect("it is there");
    stage.lab.push_fault("project-name", &[]).await.expect("it is pushed");
    let given = stage.hemma(&["plan"]).await;
    stage.write("hemma.toml", &toml.replace("project = \"huleedu\"\n", ""));
    let asked = stage.hemma(&["deploy", "--yes"]).await;
    stage.lab.rewind_remote(&head).await.expect("it is rewound");
    given.exits(4).says("~ pull");
    asked.refuses(1, "the compose files call it `huleedu-live`");
    asked.says("docker-compose.hemma.yml:1").says("add `project = ");
}
