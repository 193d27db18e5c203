use hemma_core::ErrorClass;
use hemma_docker::compose::dotenv::{EnvFile, Surroundings};

use super::samples::{exec, host, made, missing, refused, said};
use super::{Row, variants};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let parse = || EnvFile::parse("KEY='", &Surroundings::new()).expect_err("it never ends");
    rows.push(Row::new(ErrorClass::NotAsPlanned, "", parse()));
    variants!(rows, hemma_docker::compose::dotenv::SetError,
        NotAsPlanned Unreadable(parse());
        NotAsPlanned Nul;
        NotAsPlanned NoPlace;
    );
    variants!(rows, hemma_docker::compose::BuildError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed {
            host: host(), exit: 1, services: Vec::new(), last_lines: Vec::new()
        };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::compose::PullError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed {
            host: host(), images: vec!["redis:7".to_owned()], said: said(), last_lines: Vec::new()
        };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::registry::LoginsError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Read { host: host(), file: "/root/.docker/config.json".to_owned() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::registry::LoginError,
        Unknown Ask { host: host(), registry: made("ghcr.io"), source: exec() };
        NotAsPlanned Refused { registry: made("ghcr.io"), user: made("robot"), said: said() };
        NotAsPlanned NotStored { host: host(), registry: made("ghcr.io"), said: said() };
        Unknown Failed { host: host(), registry: made("ghcr.io"), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::registry::LogoutError,
        Unknown Ask { host: host(), registry: made("ghcr.io"), source: exec() };
        NotAsPlanned Failed { host: host(), registry: made("ghcr.io"), said: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::compose::UpError,
        Unknown Ask { host: host(), source: exec() };
        NotAsPlanned Failed { host: host(), said: said(), last_lines: Vec::new() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::compose::ModelError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Tree { host: host(), said: said() };
        Unknown Read { host: host(), reason: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::compose::HereError,
        Unknown Ask { source: exec() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::OriginError,
        Unknown Ask { host: host(), source: exec() };
        Unknown Failed { host: host(), said: said() };
    );
    variants!(rows, hemma_docker::EngineError,
        Unknown Unreachable { host: host(), source: exec() };
        Unknown Sudo { host: host(), said: said(), login: None };
        Unknown NotInstalled { host: host(), said: said() };
        Unknown NotRunning { host: host(), said: said() };
        Unknown Lost { host: host(), said: said() };
        Unknown TimedOut { host: host(), seconds: 1 };
        Unknown Refused { host: host(), status: 500, said: said() };
        Unknown Unreadable { host: host(), reason: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_docker::network::Error,
        Unknown List { host: host(), name: made("hule-network"), source: refused() };
        NotAsPlanned Create { host: host(), name: made("hule-network"), source: refused() };
        NotAsPlanned Several { host: host(), name: made("hule-network"), count: 2 };
    );
    variants!(rows, hemma_docker::get::Error,
        Unknown Ask { host: host(), port: 1, source: exec() };
        NotAsPlanned Refused { host: host(), port: 1 };
        NotAsPlanned Silent { host: host(), port: 1 };
        NotAsPlanned NotHttp { host: host(), port: 1, said: said() };
    );
    rows
}
