use std::path::Path;

use hemma_core::{ErrorClass, Finding};
use hemma_deploy::Config;
use hemma_deploy::config::ReturnAfter;
use hemma_deploy::env_file::{DraftError, Obstacle, SetError, WriteError};
use hemma_deploy::prune::KeptError;
use hemma_deploy::{lock, release};
use hemma_docker::compose::{BuildError, ModelError, PullError, UpError};
use hemma_docker::network;
use hemma_git::checkout;

use super::samples::{exec, host, known, made, missing, refused, said};
use super::{Row, variants};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    settings(&mut rows);
    env_file(&mut rows);
    on_the_host(&mut rows);
    releases(&mut rows);
    rollout(&mut rows);
    rows
}

fn settings(rows: &mut Vec<Row>) {
    let config = Config::parse("?", Path::new("hemma.toml")).expect_err("it is no TOML");
    rows.push(Row::new(ErrorClass::Usage, "", config));
    let time = ReturnAfter::try_from("1 s".to_owned()).expect_err("it is too short");
    rows.push(Row::new(ErrorClass::Usage, "", time));
    variants!(rows, hemma_deploy::rollout::StageError,
        Usage Unknown { asked: said(), known: known() };
        Usage NoStages(said());
    );
}

fn env_file(rows: &mut Vec<Row>) {
    let obstacle = |obstacle| DraftError::Obstacle {
        host: host(),
        checkout: made("~/apps/huleedu"),
        obstacle,
    };
    variants!(rows, hemma_deploy::env_file::Error,
        NotAsPlanned Draft(obstacle(Obstacle::Missing));
        Unknown Draft(DraftError::Ask { host: host(), source: exec() });
        NotAsPlanned Set { key: made("KEY"), source: SetError::Nul };
        NotAsPlanned Write(WriteError::Changed { host: host() });
        Unknown Write(WriteError::NotRecorded(missing()));
    );
    variants!(rows, hemma_deploy::env_file::DraftError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Obstacle {
            host: host(), checkout: made("~/apps/huleedu"), obstacle: Obstacle::Directory
        };
        Unknown Obstacle {
            host: host(), checkout: made("~/apps/huleedu"), obstacle: Obstacle::Changing
        };
        Unknown Read { host: host() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::env_file::WriteError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Changed { host: host() };
        NotAsPlanned CutShort { host: host() };
        NotAsPlanned Refused { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::env_file::EnvError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Read { host: host() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::env_file::HeadersError,
        Unknown Ask { host: host(), source: exec() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::shared_db::Error,
        Unknown Headers(hemma_deploy::env_file::HeadersError::NotRecorded(missing()));
        Usage NotConfigured;
        NotAsPlanned NoneWanted { host: host(), said: said() };
        NotAsPlanned Databases(super::postgres::wrong());
        Unknown Databases(super::postgres::unknown());
    );
}

fn on_the_host(rows: &mut Vec<Row>) {
    variants!(rows, hemma_deploy::lock::LockError,
        Unknown Ask { host: host(), source: exec() };
        Unknown NoAnswer { host: host(), said: said() };
        NotAsPlanned Refused { host: host(), said: said() };
        NotAsPlanned Journal { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::lock::HistoryError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::lock::UnprovenError,
        Unknown Ask { host: host(), source: exec() };
        Unknown NoAnswer { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::preflight::SourcesError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Tree { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::prune::KeptError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Read { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::prune::Error,
        Unknown Look(refused());
        Unknown Kept(KeptError::NotRecorded(missing()));
        NotAsPlanned Prune(refused());
        NotAsPlanned Moved;
    );
}

fn releases(rows: &mut Vec<Row>) {
    variants!(rows, hemma_deploy::release::KeepError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::release::NoteError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::release::ArmError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::release::WithdrawError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed { host: host(), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::release::RestoreError,
        Unknown Ask { host: host(), commit: said(), source: exec() };
        NotAsPlanned Failed { host: host(), commit: said(), said: said(), begun: true };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_deploy::release::ReleasesError,
        Unknown Ask { host: host(), source: exec() };
        Unknown NotRecorded(missing());
    );
}

fn rollout(rows: &mut Vec<Row>) {
    let finding =
        Finding::fail(hemma_git::ids::CHECKOUT_CHANGED, "checkout", "it has changes of its own");
    let refusal = serde_json::json!({ "said": "no service" });
    variants!(rows, hemma_deploy::rollout::Error,
        NotAsPlanned Checkout(checkout::Error::Refused(Box::new(finding)));
        Unknown Checkout(checkout::Error::Look(checkout::LookError::NotRecorded(missing())));
        Unknown LookCheckout(checkout::LookError::Failed { host: host(), said: said() });
        Unknown Network(network::Error::List {
            host: host(), name: made("hule-network"), source: refused()
        });
        NotAsPlanned Arm(release::ArmError::Failed { host: host(), said: said() });
        NotAsPlanned Databases(super::postgres::wrong().into());
        NotAsPlanned PullImages(PullError::Failed {
            host: host(), images: vec!["redis:7".to_owned()], said: said(), last_lines: Vec::new()
        });
        NotAsPlanned Build(BuildError::Failed {
            host: host(), exit: 1, services: Vec::new(), last_lines: Vec::new()
        });
        Unknown Build(BuildError::Ask { host: host(), source: exec() });
        NotAsPlanned Up(UpError::Failed { host: host(), said: said(), last_lines: Vec::new() });
        Unknown Up(UpError::Ask { host: host(), source: exec() });
        Unknown Engine(refused());
        Unknown Model(ModelError::Tree { host: host(), said: said() });
        NotAsPlanned Refused(serde_json::from_value(refusal).expect("a refusal"));
        NotAsPlanned Keep(release::KeepError::Failed { host: host(), said: said() });
        NotAsPlanned Note(release::NoteError::Failed { host: host(), said: said() });
        NotAsPlanned Locked(None);
        Unknown LostLock { host: host(), said: said() };
        NotAsPlanned Lock(lock::LockError::Refused { host: host(), said: said() });
        Unknown Lock(lock::LockError::NoAnswer { host: host(), said: said() });
        NotAsPlanned Moved(Vec::new());
        Unknown Releases(release::ReleasesError::NotRecorded(missing()));
        Unknown Unproven(lock::UnprovenError::NoAnswer { host: host(), said: said() });
        Unknown Ancestry(exec());
        NotAsPlanned NoRelease { asked: said(), known: known() };
        NotAsPlanned NoEarlierRelease(known());
        NotAsPlanned Restore(release::RestoreError::Failed {
            host: host(), commit: said(), said: said(), begun: false
        });
        NotAsPlanned Withdraw(release::WithdrawError::Failed { host: host(), said: said() });
        NotAsPlanned NoService { name: said(), known: known() };
    );
}
