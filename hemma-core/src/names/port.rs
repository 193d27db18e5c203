//! Ports.

#[cfg(feature = "schema")]
use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU16;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::{Serialize, Serializer};

use crate::{Classified, ErrorClass, OperatorError};

/// Ports below this belong to the system: binding them needs rights that a tunnel must not have.
const FREE_MIN: u16 = 1024;

/// Why a number is not a valid port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{number} cannot be a port: {rule}")]
pub struct PortError {
    number: i128,
    rule: &'static str,
}

impl OperatorError for PortError {
    fn classify(&self) -> Classified {
        ErrorClass::Usage.without("the message says what is allowed")
    }
}

macro_rules! port {
    ($(#[$doc:meta])* $name:ident, $min:expr, $rule:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(NonZeroU16);

        impl $name {
            /// The number.
            pub fn get(self) -> u16 {
                self.0.get()
            }

            fn of(number: i128) -> Result<Self, PortError> {
                let port = u16::try_from(number).ok().filter(|it| *it >= $min);
                let port = port.and_then(NonZeroU16::new).map(Self);
                port.ok_or(PortError { number, rule: $rule })
            }
        }

        impl TryFrom<u16> for $name {
            type Error = PortError;

            fn try_from(number: u16) -> Result<Self, PortError> {
                Self::of(number.into())
            }
        }

        impl From<$name> for u16 {
            fn from(port: $name) -> Self {
                port.get()
            }
        }

        impl PartialEq<u16> for $name {
            fn eq(&self, other: &u16) -> bool {
                self.get() == *other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_u16(self.get())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Number;

                impl Visitor<'_> for Number {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($rule)
                    }

                    fn visit_i64<E: Error>(self, number: i64) -> Result<$name, E> {
                        $name::of(number.into()).map_err(E::custom)
                    }

                    fn visit_u64<E: Error>(self, number: u64) -> Result<$name, E> {
                        $name::of(number.into()).map_err(E::custom)
                    }

                    fn visit_f64<E: Error>(self, number: f64) -> Result<$name, E> {
                        Err(E::invalid_type(Unexpected::Float(number), &self))
                    }
                }

                from.deserialize_any(Number)
            }
        }

        #[cfg(feature = "schema")]
impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "integer", "minimum": $min, "maximum": u16::MAX })
            }
        }
    };
}

port!(
    /// A port: a whole number from 1 to 65535.
    Port, 1, "a port is a whole number from 1 to 65535"
);
port!(
    /// A port on this machine that needs no rights of the system: 1024 to 65535.
    LocalPort, FREE_MIN,
    "a port on this machine is a whole number from 1024 to 65535, as those below belong to the system"
);
