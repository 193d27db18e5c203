//! The zip archive that `/v1/extract` returns.

use std::io::{Cursor, Read};

use serde::{Deserialize, Serialize};
use zip::ZipArchive;
use zip::read::ZipFile;

use crate::npy::{Expect, NpyError, Reader};
use crate::{FeatureSet, Fingerprint, Matrix, Meta, Model, Rows, meta};

const META: &str = "meta.json";
const EMBEDDINGS: &str = "embeddings.npy";
const HANDCRAFTED: &str = "handcrafted.npy";
/// The size limit of `meta.json`. The names of some 800 columns are 20 KB.
const META_LIMIT: u64 = 1 << 20;

/// Why an archive does not answer the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The bytes are not a valid zip archive.
    #[error("it is not a readable zip file, it begins with {beginning:?}: {reason}")]
    NotZip {
        /// The first bytes as text.
        beginning: String,
        /// The reason.
        reason: String,
    },
    /// Two members share bytes, as in a zip bomb.
    #[error("its members overlap")]
    Overlap,
    /// The archive has a member that the contract does not name, e.g. a path.
    #[error("it has a member {name:?}")]
    Stranger {
        /// The name of the member.
        name: String,
    },
    /// A required member is missing.
    #[error("it has no member `{name}`")]
    Missing {
        /// The name of the member.
        name: String,
    },
    /// A member cannot be unpacked: it is truncated, or its checksum is wrong.
    #[error("its member `{name}` cannot be unpacked: {reason}")]
    Damaged {
        /// The name of the member.
        name: String,
        /// The reason.
        reason: String,
    },
    /// A matrix does not have the expected form.
    #[error("its member `{name}` is not as expected")]
    Matrix {
        /// The name of the member.
        name: String,
        /// What is wrong with the matrix.
        source: NpyError,
    },
    /// `meta.json` does not have a form that this version reads.
    #[error("its `meta.json` is of another schema: {reason}")]
    Meta {
        /// What is wrong with it.
        reason: String,
    },
    /// The vectors come from another model.
    #[error("its vectors come from {found} instead of {expected}")]
    Model {
        /// The model that was asked for.
        expected: String,
        /// The model that the server runs.
        found: String,
    },
}

/// Unpacks an archive of `rows` rows.
///
/// No member is unpacked beyond its expected size: one byte more is an error.
pub fn unpack(
    bytes: &[u8],
    rows: usize,
    set: FeatureSet,
    model: &Model,
) -> Result<(Meta, Rows), ArchiveError> {
    let mut zip = open(bytes)?;
    let meta = parse_meta(&small_member(&mut zip, META)?, model)?;
    let mut matrix =
        |name: &str, cols: usize| member(&mut zip, name, Expect::Matrix { rows, cols });
    let embeddings = set.embeds().then(|| matrix(EMBEDDINGS, model.dim)).transpose()?;
    let counted = meta.feature_schema.counted();
    let handcrafted = set.counts().then(|| matrix(HANDCRAFTED, counted)).transpose()?;
    Ok((meta, Rows { embeddings, handcrafted }))
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, ArchiveError> {
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
    let mut zip = ZipArchive::new(Cursor::new(bytes))
        .map_err(|source| ArchiveError::NotZip { beginning, reason: source.to_string() })?;
    for name in zip.file_names() {
        let name = name.map_err(|source| damaged("?", &source))?;
        if ![META, EMBEDDINGS, HANDCRAFTED].contains(&&*name) {
            return Err(ArchiveError::Stranger { name: name.chars().take(200).collect() });
        }
    }
    // An error here is in a local header, for which reading the member gives a better message.
    if zip.has_overlapping_files().unwrap_or(false) {
        return Err(ArchiveError::Overlap);
    }
    Ok(zip)
}

fn small_member(zip: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Vec<u8>, ArchiveError> {
    let mut bytes = Vec::new();
    let member = by_name(zip, name)?;
    member.take(META_LIMIT + 1).read_to_end(&mut bytes).map_err(|source| damaged(name, &source))?;
    if bytes.len() as u64 > META_LIMIT {
        return Err(ArchiveError::Meta { reason: format!("it is over {META_LIMIT} bytes") });
    }
    Ok(bytes)
}

fn member(
    zip: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    expect: Expect,
) -> Result<Matrix, ArchiveError> {
    let wrong = |source| ArchiveError::Matrix { name: name.to_owned(), source };
    let mut member = by_name(zip, name)?;
    let mut reader = Reader::new(expect);
    let mut piece = vec![0; 64 << 10];
    loop {
        // The member is read to its end even if the matrix is complete, because only then is the
        // checksum checked.
        match member.read(&mut piece).map_err(|source| damaged(name, &source))? {
            0 => return reader.finish().map_err(wrong),
            len => reader.push(&piece[..len]).map_err(wrong)?,
        }
    }
}

fn by_name<'z, 'b>(
    zip: &'z mut ZipArchive<Cursor<&'b [u8]>>,
    name: &str,
) -> Result<ZipFile<'z, Cursor<&'b [u8]>>, ArchiveError> {
    if zip.index_for_name(name).is_none() {
        return Err(ArchiveError::Missing { name: name.to_owned() });
    }
    zip.by_name(name).map_err(|source| damaged(name, &source))
}

fn damaged(name: &str, source: &dyn std::error::Error) -> ArchiveError {
    ArchiveError::Damaged { name: name.to_owned(), reason: source.to_string() }
}

/// Reads `meta.json` and compares it with the request.
fn parse_meta(bytes: &[u8], model: &Model) -> Result<Meta, ArchiveError> {
    let other = |reason: String| ArchiveError::Meta { reason };
    let meta: Meta = serde_json::from_slice(bytes).map_err(|source| other(source.to_string()))?;
    if meta.schema_version != meta::SCHEMA_VERSION {
        return Err(other(format!("version {}", meta.schema_version)));
    }
    let found = &meta.embedding;
    if found.pooling != "cls" {
        return Err(other(format!("the pooling is `{}` instead of `cls`", found.pooling)));
    }
    if (&found.model_name, found.max_length, found.dim)
        != (&model.name, model.max_length, model.dim)
    {
        let told =
            |name: &str, max_length, dim| format!("{name} ({max_length} tokens, {dim} values)");
        return Err(ArchiveError::Model {
            expected: told(&model.name, model.max_length, model.dim),
            found: told(&found.model_name, found.max_length, found.dim),
        });
    }
    let schema = &meta.feature_schema;
    if schema.counted() == 0 || schema.combined.len() != schema.counted() + found.dim {
        let columns = (schema.combined.len(), schema.counted(), found.dim);
        return Err(other(format!(
            "{} columns are not {} and {}",
            columns.0, columns.1, columns.2
        )));
    }
    Ok(meta)
}

/// Checks that the fingerprint in the header is that in `meta.json`: it names the directory of the
/// features.
pub(crate) fn same_fingerprint(header: Option<&str>, meta: &Meta) -> Result<(), ArchiveError> {
    let header = header.map(str::parse::<Fingerprint>);
    match header {
        Some(Ok(header)) if header == meta.server_fingerprint => Ok(()),
        None => Err(ArchiveError::Meta { reason: "no X-Server-Fingerprint header".to_owned() }),
        Some(Ok(other)) => Err(ArchiveError::Meta {
            reason: format!("the header says {other}, it says {}", meta.server_fingerprint),
        }),
        Some(Err(error)) => Err(ArchiveError::Meta { reason: format!("in the header, {error}") }),
    }
}
