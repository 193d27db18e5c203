use std::path::{Path, PathBuf};

use hemma_core::ErrorClass;
use hemma_embed::archive::ArchiveError;
use hemma_embed::cache::CacheError;
use hemma_embed::npy::{NpyError, NpyFile};
use hemma_embed::{Cause, Fingerprint, LookError, Problem, ReplyError, RequestError, ServerUrl};

use super::samples::{made, missing, said};
use super::{Row, variants};

fn request(problem: Problem) -> RequestError {
    RequestError {
        endpoint: "/v1/embed".to_owned(),
        correlation_id: "1".to_owned(),
        attempts: 1,
        problem,
    }
}

fn cache() -> CacheError {
    CacheError { doing: "read".to_owned(), path: PathBuf::new(), reason: said() }
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    requests(&mut rows);
    answers(&mut rows);
    runs(&mut rows);
    let usage = ErrorClass::Usage;
    rows.push(Row::new(usage, "", "no".parse::<ServerUrl>().expect_err("it has no scheme")));
    let fingerprint = "".parse::<Fingerprint>().expect_err("it is empty");
    rows.push(Row::new(ErrorClass::NotAsPlanned, "", fingerprint));
    rows
}

fn requests(rows: &mut Vec<Row>) {
    rows.push(Row::new(ErrorClass::Unknown, "", cause()));
    let silent = || request(Problem::Silent { seconds: 1 });
    rows.push(Row::new(ErrorClass::Unknown, "", silent()));
    variants!(rows, hemma_embed::Problem,
        Unknown Connect { source: cause() };
        Unknown Cut { received: 1, source: cause() };
        Unknown Gone { seconds: 1, source: cause() };
        Unknown Silent { seconds: 1 };
        Unknown OutOfTime { seconds: 1 };
        NotAsPlanned NotHttp { source: cause() };
        NotAsPlanned Redirect { status: 302, to: said() };
        NotAsPlanned Status { status: 500, code: said(), detail: said(), retry_after: None };
        NotAsPlanned Reply { source: ReplyError::TooLong { limit: 1 } };
        NotAsPlanned ItemTooLarge { bytes: 2, limit: 1 };
    );
    variants!(rows, hemma_embed::LookError,
        Unknown Request(silent());
        Unknown NotRecorded(missing());
    );
    variants!(rows, hemma_embed::language_tool::CheckError,
        Usage Length { characters: 0 };
        Unknown Look(LookError::NotRecorded(missing()));
    );
}

fn answers(rows: &mut Vec<Row>) {
    variants!(rows, hemma_embed::ReplyError,
        NotAsPlanned Matrix { source: NpyError::FortranOrder };
        NotAsPlanned Archive { source: ArchiveError::Overlap };
        NotAsPlanned Model { expected: said(), found: said() };
        NotAsPlanned NotJson { beginning: said(), reason: said() };
        NotAsPlanned TooLong { limit: 1 };
    );
    variants!(rows, hemma_embed::archive::ArchiveError,
        NotAsPlanned NotZip { beginning: said(), reason: said() };
        NotAsPlanned Overlap;
        NotAsPlanned Stranger { name: said() };
        NotAsPlanned Missing { name: said() };
        NotAsPlanned Damaged { name: said(), reason: said() };
        NotAsPlanned Matrix { name: said(), source: NpyError::FortranOrder };
        NotAsPlanned Meta { reason: said() };
        NotAsPlanned Model { expected: said(), found: said() };
    );
    variants!(rows, hemma_embed::npy::NpyError,
        NotAsPlanned NotNpy { beginning: said() };
        NotAsPlanned Version { major: 2, minor: 0 };
        NotAsPlanned HeaderTooLong { bytes: 2, limit: 1 };
        NotAsPlanned Header { missing: said(), header: said() };
        NotAsPlanned Dtype { found: said() };
        NotAsPlanned FortranOrder;
        NotAsPlanned Shape { found: said(), expected: said() };
        NotAsPlanned Truncated { expected: 2, got: 1 };
        NotAsPlanned ExtraBytes { expected: 1 };
        NotAsPlanned NotFinite { row: 0, column: 0 };
    );
}

fn runs(rows: &mut Vec<Row>) {
    let failing = || {
        request(Problem::Status { status: 500, code: said(), detail: said(), retry_after: None })
    };
    let gone = || request(Problem::Gone { seconds: 1, source: cause() });
    let fingerprint = || made::<Fingerprint>(&"0".repeat(64));
    variants!(rows, hemma_embed::RunError,
        NotAsPlanned FingerprintChanged { before: fingerprint(), now: fingerprint() };
        Unknown Unreachable { source: gone() };
        NotAsPlanned Hopeless { count: 3, source: gone() };
        NotAsPlanned OtherModel { source: failing() };
        NotAsPlanned Limits { source: failing() };
        Unknown Limits { source: gone() };
        NotAsPlanned Cache { source: cache() };
        NotAsPlanned Gaps { items: 1, first: 1, source: failing() };
    );
    rows.push(Row::new(ErrorClass::Unknown, "", cache()));
    let device = NpyFile::create(Path::new("/dev/null"), 1).expect_err("it is no regular file");
    rows.push(Row::new(ErrorClass::NotAsPlanned, "", device));
}

fn cause() -> Cause {
    serde_json::from_value(serde_json::json!("no")).expect("words")
}
