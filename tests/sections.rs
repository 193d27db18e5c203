//! The operator's view: one storyboard for each section, played from its recordings.
//!
//! A recording is played strictly: an unrecorded question is an error, and an exchange that is
//! never used fails the test.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hemma_cli::App;
use hemma_core::Cassette;
use hemma_lab::application;

macro_rules! storyboards {
    ($($slug:ident)*) => {
        const ROWS: &[&str] = &[$(stringify!($slug)),*];

        $(
            #[tokio::test]
            async fn $slug() {
                check(stringify!($slug)).await;
            }
        )*
    };
}

storyboards! {
    day0_1_preconditions
    day1_1_dns_records
    day1_2_proxy_health
    day1_3_cert_readiness
    day2_0_checkout_location
    day2_1_external_network
    day2_2_mirror_repo
    day2_3_env_file
    day2_4_shared_db
    day2_5_first_deploy
    day2_6_service_health
    day2_7_routing_tls
    day3_1_language_tool_deploy
    day3_2_language_tool_health
    day3_3_tunnels
    day3_4_smoke_test
    offload_1_image_build
    offload_2_container_run
    offload_3_container_health
    offload_4_tunnel
    offload_5_pipeline
    notes_1_public_surface
}

#[test]
fn every_section_has_a_row() {
    assert_eq!(ROWS, App::new().slugs().collect::<Vec<_>>());
}

/// Plays every scene in the section's folder, `ok` first.
async fn check(slug: &str) {
    let mut storyboard = String::new();
    for file in scenes(slug) {
        let state = file.file_stem().and_then(|it| it.to_str()).expect("a scene has a name");
        let mut cassette = Cassette::read(&file).unwrap_or_else(|it| panic!("{it}"));
        cassette.scene.config = application::settings_text(&cassette.scene.config);
        let played = App::new().play(cassette).await;
        let played = played.unwrap_or_else(|it| panic!("{slug}/{state} types: {it}"));
        let left: Vec<_> = played.unplayed.iter().map(|it| (&it.kind, &it.asked)).collect();
        assert!(left.is_empty(), "{slug}/{state} was never asked for {left:#?}\n{played}");
        let gap = if storyboard.is_empty() { "" } else { "\n" };
        write!(storyboard, "{gap}=== {state}\n{played}").expect("a string takes it");
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(slug, storyboard));
}

fn scenes(slug: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cassettes").join(slug);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|it| panic!("{slug}: {it}"));
    let mut files: Vec<_> = entries.map(|it| it.expect("it can be listed").path()).collect();
    files.sort_by_key(|it| (it.file_stem().is_none_or(|it| it != "ok"), it.clone()));
    assert!(files.first().is_some_and(|it| it.ends_with("ok.toml")), "{slug} has no `ok`");
    files
}
