//! The tables of errors, one file for the crates of one subject.

mod core;
mod deploy;
mod docker;
mod edge;
mod embed;
mod git;
mod postgres;
mod samples;
pub(crate) mod sources;
mod tunnel;

use hemma_core::{ErrorClass, OperatorError};

/// One variant of an error, or an error that is a struct.
pub(crate) struct Row {
    /// The type, by the file that has it, and the variant.
    pub(crate) name: String,
    pub(crate) class: ErrorClass,
    pub(crate) error: Box<dyn OperatorError>,
}

impl Row {
    fn new<E: OperatorError + 'static>(class: ErrorClass, variant: &str, error: E) -> Self {
        let of = std::any::type_name::<E>();
        let name = if variant.is_empty() { of.to_owned() } else { format!("{of}::{variant}") };
        Self { name, class, error: Box::new(error) }
    }
}

/// The rows of an enum: for each variant its class and a value.
macro_rules! variants {
    ($rows:ident, $($of:ident)::+, $(
        $class:ident $variant:ident $({ $($fields:tt)* })? $(( $($values:tt)* ))?;
    )+) => {{
        use $($of)::+ as Subject;
        use hemma_core::ErrorClass::*;
        $($rows.push($crate::errors::Row::new(
            $class,
            stringify!($variant),
            Subject::$variant $({ $($fields)* })? $(( $($values)* ))?,
        ));)+
    }};
}
pub(crate) use variants;

/// All rows.
pub(crate) fn rows() -> Vec<Row> {
    let all = [
        core::rows(),
        deploy::rows(),
        docker::rows(),
        edge::rows(),
        embed::rows(),
        git::rows(),
        postgres::rows(),
        tunnel::rows(),
    ];
    all.into_iter().flatten().collect()
}
