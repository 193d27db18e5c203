use std::path::PathBuf;

use hemma_core::ErrorClass;
use hemma_tunnel::daemon::Request;
use hemma_tunnel::{ForwardName, State, forward};

use super::samples::{exec, host, made, missing, said};
use super::{Row, variants};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let name = || made::<ForwardName>("redis");
    variants!(rows, hemma_tunnel::forward::Error,
        Usage Name { text: said() };
        Usage Privileged { name: name(), port: 80 };
        Usage NoRemotePort { name: name() };
        Usage SameName { name: name() };
        Usage SamePort { name: name(), other: name(), port: 8080 };
    );
    variants!(rows, hemma_tunnel::Error,
        Usage Plan(forward::Error::NoRemotePort { name: name() });
        Unknown NotOpen { name: said(), state: State::Starting };
    );
    variants!(rows, hemma_tunnel::probe::Silence,
        Unknown Late { ms: 1 };
        Unknown Closed { said: said() };
        NotAsPlanned Status { code: 500, said: said() };
        NotAsPlanned Field { field: said(), expected: said(), seen: said() };
    );
    variants!(rows, hemma_tunnel::daemon::Error,
        NotAsPlanned Runs { host: host() };
        Unknown InstanceDir { path: PathBuf::new(), said: said() };
        Unknown Mute { host: host() };
        NotAsPlanned Stays { host: host() };
        Unknown Talk { host: host(), said: said() };
        NotAsPlanned Died { host: host(), said: said() };
        NotAsPlanned Forward(forward::Error::NoRemotePort { name: name() });
        Unknown Spawn(exec());
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_tunnel::service::Error,
        NotAsPlanned Relative { path: PathBuf::new() };
        NotAsPlanned Control { word: said() };
        NotAsPlanned Render { said: said() };
        NotAsPlanned File { path: PathBuf::new(), said: said() };
        NotAsPlanned Manager { line: said(), said: said() };
        Unknown Exec(exec());
        Unknown NotRecorded(missing());
    );
    let request = Request::read(b"?").expect_err("it is no JSON");
    rows.push(Row::new(ErrorClass::Unknown, "", request));
    rows
}
