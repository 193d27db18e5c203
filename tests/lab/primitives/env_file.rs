//! The `.env` on the host: judged, written, refused.

use hemma_core::{OperatorError, Secret, Verdict, causes};
use hemma_deploy::Layers;
use hemma_deploy::env_file::{self, Error, WriteError};

use super::application::{Application, SOUND, approval, wrong};
use crate::stage::written_down;

#[tokio::test]
async fn a_sound_file_passes_and_says_what_it_is() {
    let application = Application::laid_out().await;
    let world = application.world();
    let report = env_file::verify(&world, &application.config, Layers::Main).await;
    assert_eq!(wrong(&report), [""; 0]);
    let finding = &report.findings[0];
    assert_eq!(finding.detail, "6 keys, mode 600, owned by operator, git-ignored");
    assert_eq!(finding.evidence, ["optional and not set: HF_TOKEN, OPENAI_API_KEY"]);
    assert!(!written_down(&world).contains("canary"));
}

#[tokio::test]
async fn each_flaw_is_found_and_no_value_is_seen() {
    let application = Application::laid_out().await;
    let canaries: Vec<String> = (0..20).map(|it| format!("canary{it}X{}", it * 7919)).collect();
    let value = |it: usize| canaries[it].as_str();
    let text = [
        format!("ENVIRONMENT={}", value(0)),
        format!("DB_USER={}", value(1)),
        format!("DB_PASSWORD=change-me-{}", value(2)),
        format!("JWT_SECRET_KEY={}", value(3)),
        format!("GATEWAY_JWT={}", value(4)),
        format!("COMPOSE_FILE={}", value(5)),
        format!("TWICE={}\nTWICE={}", value(6), value(7)),
        format!("UNSAFE={} {}", value(8), value(9)),
        format!("DOLLAR=pa${}", value(10)),
        format!("HOMELY=$HOME/{}", value(11)),
        value(12).to_owned(),
        format!("{}={}", value(13), value(14)),
        format!("export QUOTED='{}' # {}", value(15), value(16)),
        format!("DOUBLE=\"{}\n{}\"", value(17), value(18)),
        format!("# {}\nJAR_VERSION=\n", value(19)),
    ];
    application.write(&text.join("\n")).await;
    let world = application.world();
    let report = env_file::verify(&world, &application.config, Layers::Main).await;
    assert_eq!(
        wrong(&report),
        [
            "FAIL .env JAR_VERSION: it has no value, and a compose file does not load without it",
            "FAIL .env DB_PASSWORD: its value is a placeholder, which is public in the code",
            "FAIL .env DB_USER: it must be hemma_test_role, but has another value",
            "FAIL .env ENVIRONMENT: it must be production, but has another value",
            "FAIL .env JWT_SECRET_KEY, GATEWAY_JWT: their values differ and must be the same",
            "FAIL .env COMPOSE_FILE: it must not be set",
            "FAIL .env TWICE: it is set on lines 7, 8; the last one counts",
            "FAIL .env DOLLAR: `$` in its value names something that nothing sets, and becomes blank; \
             a literal `$` needs single quotes",
            "FAIL .env HOMELY: its value holds $HOME, which is root's when Compose runs under sudo",
            "FAIL .env line 12: there is no `=`: half of a value that spans lines, or a forgotten one",
            "FAIL .env UNSAFE: a shell that sources the file reads another value: put it in single quotes",
        ]
    );
    let seen = format!("{report:?}\n{}", written_down(&world));
    for canary in &canaries {
        assert!(!seen.contains(canary.as_str()), "{canary} was seen");
    }
}

#[tokio::test]
async fn what_is_no_env_file_is_one_clear_line() {
    let application = Application::laid_out().await;
    let rows = [
        ("rm .env", "FAIL .env: ~/apps/env-test/.env does not exist"),
        ("rm .env; mkdir .env", "FAIL .env: ~/apps/env-test/.env is a directory"),
        ("rm .env; mkfifo .env", "FAIL .env: ~/apps/env-test/.env is not a regular file"),
        ("rm .env; ln -s nowhere .env", "FAIL .env: ~/apps/env-test/.env does not exist"),
        ("chown root .env", "FAIL .env: ~/apps/env-test/.env belongs to root and is not readable"),
        (
            "head -c 10485760 /dev/zero >.env",
            "FAIL .env: ~/apps/env-test/.env has 10485760 bytes, too many for a settings file",
        ),
        (
            "printf 'A=1\\nB=\\377canary\\n' >.env",
            "FAIL .env: ~/apps/env-test/.env is not UTF-8: line 2 holds a byte that is not text",
        ),
        (
            "printf 'A=1\\nB=\"canary\\n' >.env",
            "FAIL .env: Compose cannot read it: line 2, column 3: the quote that opens here is never closed",
        ),
        (
            "chmod 644 .env",
            "FAIL .env mode: mode 644: users other than its owner may read or \
             change it",
        ),
        (
            "chmod 640 .env; chown root:operator .env",
            "FAIL .env mode: mode 640: users other than its owner may read or change it\n\
             FAIL .env owner: it belongs to root, but operator deploys",
        ),
        ("rm .gitignore", "FAIL .env git: git does not ignore it: one `git add` would publish it"),
        (
            "git -c safe.directory='*' add -f .env; chown -R operator .git",
            "FAIL .env git: it is in the repository, where everyone with access can read it",
        ),
        (
            "rm compose.yml",
            "? .env required by Compose: Compose did not list the variables that its files require",
        ),
        (
            "chmod 000 .",
            "FAIL .env: ~/apps/env-test/.env is in a directory that the login user may not enter",
        ),
        ("printf '\\357\\273\\277' >x; sed 's/$/\\r/' .env >>x; cat x >.env; rm x", ""),
    ];
    for (spoil, expected) in rows {
        let fresh = "cd ~operator/apps/env-test && chmod 755 . && rm -rf .env && git rm -q --cached .env; \
                     cat >.env; chmod 600 .env; chown operator:operator .env; echo .env >.gitignore; \
                     [ -e compose.yml ] || cp /tmp/compose.keep compose.yml; cp compose.yml /tmp/compose.keep";
        application.root(fresh, SOUND).await;
        application.root(&format!("cd ~operator/apps/env-test && {{ {spoil}; }}"), "").await;
        let world = application.world();
        let report = env_file::verify(&world, &application.config, Layers::Main).await;
        assert_eq!(wrong(&report).join("\n"), expected, "{spoil}");
        let seen = format!("{report:?}\n{}", written_down(&world));
        assert!(!seen.contains("canary"), "{spoil}");
        world.close().await;
    }
}

#[tokio::test]
async fn a_value_is_set_and_the_old_file_kept() {
    let application = Application::laid_out().await;
    let world = application.world();
    let key = "JWT_SECRET_KEY".parse().expect("a key");
    let value = Secret::new("canary it's $5 \"new\" \\");
    let set = env_file::set(&world, &application.config, &key, &value, &approval(&world)).await;
    let backup = set.expect("it is written").backup.expect("there was one before");
    let seen = application
        .operator("cd ~/apps/env-test; cat .env; stat -c %a .env; git status --porcelain", "");
    let expected = SOUND.replace(
        "JWT_SECRET_KEY=canary-Zq7-jwt",
        "JWT_SECRET_KEY=\"canary it's \\$5 \\\"new\\\" \\\\\"",
    );
    assert_eq!(seen.await, format!("{expected}600\n?? .gitignore\n?? compose.yml\n"));
    let kept = application.operator(&format!("cat {backup}; stat -c %a {backup}"), "").await;
    assert_eq!(kept, format!("{SOUND}600\n"));
    assert!(!written_down(&world).contains("canary"));

    // Setting it again writes nothing.
    let again = env_file::set(&world, &application.config, &key, &value, &approval(&world)).await;
    assert_eq!(again.expect("it is as it was").backup, None);
}

#[tokio::test]
async fn somebody_else_s_change_is_never_lost() {
    let application = Application::laid_out().await;
    let world = application.world();
    let taken = env_file::draft(&world, &application.config).await.expect("it is there");
    application.write("THEIRS=1\n").await;
    let ours = Secret::new("OURS=1\n");
    let written =
        env_file::write(&world, &application.config, &taken, ours, &approval(&world)).await;
    assert!(matches!(written, Err(Error::Write(WriteError::Changed { .. }))), "{written:?}");
    assert_eq!(application.operator("cat ~/apps/env-test/.env", "").await, "THEIRS=1\n");
}

#[tokio::test]
async fn the_first_file_is_made() {
    let application = Application::laid_out().await;
    application.operator("rm -rf ~/apps/env-test/.env ~/apps/env-test/.git", "").await;
    let world = application.world();
    let taken = env_file::draft(&world, &application.config).await.expect("none is fine");
    assert_eq!(taken.text.reveal(), "");
    let ours = Secret::new("OURS=1\n");
    let written =
        env_file::write(&world, &application.config, &taken, ours, &approval(&world)).await;
    assert_eq!(written.expect("it is written").backup, None);
    let seen =
        application.operator("cd ~/apps/env-test; cat .env; stat -c %a .env; ls -A", "").await;
    assert_eq!(seen, "OURS=1\n600\n.env\n.gitignore\ncompose.yml\n");
}

#[tokio::test]
async fn a_host_that_cannot_write_says_why_and_keeps_what_it_had() {
    let application = Application::laid_out().await;
    let text = format!("BIG={}\n", "x".repeat(200_000));
    let small = "mount -t tmpfs -o size=64k,mode=755,uid=1000 none ~operator/apps/env-test";
    for (spoil, expected) in [
        (
            format!(
                "{small} && printf 'A=1\\n' >~operator/apps/env-test/.env && chown operator ~operator/apps/env-test/.env"
            ),
            "No space left on device",
        ),
        (
            format!(
                "{small} && printf 'A=1\\n' >~operator/apps/env-test/.env && chmod 644 ~operator/apps/env-test/.env && mount -o remount,ro ~operator/apps/env-test"
            ),
            "Read-only file system",
        ),
    ] {
        application.root(&spoil, "").await;
        let world = application.world();
        let taken = env_file::draft(&world, &application.config).await.expect("it can be read");
        let ours = Secret::new(text.as_str());
        let written =
            env_file::write(&world, &application.config, &taken, ours, &approval(&world)).await;
        let error = written.expect_err("it cannot be written");
        assert!(error.is_known() && causes(&error).contains(expected), "{}", causes(&error));
        let seen = application.operator("cd ~/apps/env-test; cat .env; ls -A", "").await;
        assert_eq!(seen, "A=1\n.env\n");
        application.root("umount ~operator/apps/env-test", "").await;
        world.close().await;
    }
}

#[tokio::test]
async fn without_a_host_nobody_knows() {
    let application = Application::laid_out().await;
    let mut config = application.config.clone();
    config.host.alias = "no-such-host.invalid".parse().expect("a host");
    let world = application.world();
    let report = env_file::verify(&world, &config, Layers::Main).await;
    assert_eq!(report.verdict(), Verdict::Unknown);
}
