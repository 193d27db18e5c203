use std::io::Error as IoError;

use hemma_core::names::{BranchName, NetworkName, Port, RemoteUrl};
use hemma_core::{Cassette, ConnectError, ErrorClass, Host, Place};

use super::samples::{exec, host, missing, said};
use super::{Row, variants};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    let (here, there) = (Place::Here, Place::On(host()));
    variants!(rows, hemma_core::ExecError,
        Unknown Connect { host: host(), source: ConnectError::NoRoute { said: said() } };
        Unknown Lost { host: host(), command: said() };
        Unknown LockLost { host: host(), command: said(), said: said() };
        Unknown Sudo { on: there.clone(), command: said(), stderr: said(), login: None };
        Unknown Sudo { on: here.clone(), command: said(), stderr: said(), login: None };
        Unknown LoginShell { host: host(), command: said(), how: said() };
        Unknown TimedOut { on: there.clone(), command: said(), seconds: 1 };
        Unknown TimedOut { on: here.clone(), command: said(), seconds: 1 };
        Unknown Signalled { on: there, command: said() };
        Unknown Signalled { on: here.clone(), command: said() };
        Unknown Start { on: here, command: said(), reason: said() };
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_core::StreamError,
        Unknown Exec(exec());
        Unknown Taken(IoError::other("no"));
    );
    let usage = ErrorClass::Usage;
    rows.push(Row::new(usage, "", "a b".parse::<Host>().expect_err("it has a space")));
    rows.push(Row::new(usage, "", "-x".parse::<BranchName>().expect_err("it is an option")));
    rows.push(Row::new(usage, "", "-x".parse::<NetworkName>().expect_err("it is an option")));
    rows.push(Row::new(usage, "", Port::try_from(0_u16).expect_err("nothing listens there")));
    rows.push(Row::new(usage, "", "-x".parse::<RemoteUrl>().expect_err("it is an option")));
    let unknown = ErrorClass::Unknown;
    rows.push(Row::new(unknown, "", missing()));
    let cassette = "?".parse::<Cassette>().expect_err("it is no TOML");
    rows.push(Row::new(unknown, "", cassette));
    rows
}
