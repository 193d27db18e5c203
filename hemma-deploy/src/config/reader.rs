//! Typed settings from the tree, and plain messages about what a value should have been.

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    Visitor,
};
use serde::forward_to_deserialize_any;

use super::document::{Entry, Node, Step, Value};
use super::fault::Fault;

/// The largest number of items: more are a mistake, and would take long to compare.
const ITEMS_MAX: usize = 1000;

/// A reader for a value of the tree.
pub(super) struct Reader<'t>(pub(super) &'t Node);

impl Reader<'_> {
    /// The kind of the value, for a message; not its content.
    fn found(&self) -> &'static str {
        match &self.0.value {
            Value::Text(_) => "a text in quotes",
            Value::Whole(_) | Value::Huge | Value::Real(_) => "a number",
            Value::Truth(true) => "`true`",
            Value::Truth(false) => "`false`",
            Value::Moment => "a date or a time",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_str(text),
            Value::Whole(number) => visitor.visit_i64(*number),
            Value::Huge => {
                Err(Fault::invalid_type(Unexpected::Other("a much larger number"), &visitor))
            }
            Value::Real(number) => visitor.visit_f64(*number),
            Value::Truth(truth) => visitor.visit_bool(*truth),
            Value::Moment => {
                Err(Fault::invalid_type(Unexpected::Other("a date or a time"), &visitor))
            }
            Value::List(list) => visitor.visit_seq(Items(list.items.iter().enumerate())),
            Value::Table(table) => {
                visitor.visit_map(Entries { left: table.entries.iter(), current: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::Truth(_) => self.deserialize_any(visitor),
            _ => Err(Fault::needs("true or false, without quotes,", self.found())),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::Text(_) => self.deserialize_any(visitor),
            _ => Err(Fault::needs("a text in quotes", self.found())),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::List(ref list) if list.items.len() > ITEMS_MAX => {
                Err(Fault::custom(format!("the list has more than {ITEMS_MAX} items")))
            }
            Value::List(_) => self.deserialize_any(visitor),
            Value::Table(_) => {
                Err(Fault::needs("a list, as [ ] or with [[…]] as its header,", "one table"))
            }
            _ => Err(Fault::needs("a list in [ ]", self.found())),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.value {
            Value::Table(_) => self.deserialize_any(visitor),
            Value::List(_) => Err(Fault::needs("one table, with […] as its header,", "a list")),
            _ => Err(Fault::needs("a table", self.found())),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    /// Reads a word; other enums are not supported.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match &self.0.value {
            Value::Text(text) => visitor.visit_enum(word(text)),
            _ => Err(Fault::needs("a text in quotes", self.found())),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        tuple tuple_struct ignored_any
    }
}

fn word(text: &str) -> StrDeserializer<'_, Fault> {
    text.into_deserializer()
}

struct Items<'t>(std::iter::Enumerate<std::slice::Iter<'t, Node>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((at, node)) = self.0.next() else { return Ok(None) };
        let read = seed.deserialize(Reader(node));
        read.map(Some).map_err(|it| it.within(Step::Index(at), &node.span))
    }
}

struct Entries<'t> {
    left: std::slice::Iter<'t, Entry>,
    current: Option<&'t Entry>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        self.current = self.left.next();
        let Some(Entry { key, key_span, .. }) = self.current else { return Ok(None) };
        let read = seed.deserialize(word(key));
        read.map(Some).map_err(|it| it.of_key(key, key_span))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(Entry { key, node, .. }) = self.current else {
            return Err(Fault::custom("a value without a key"));
        };
        let read = seed.deserialize(Reader(node));
        read.map_err(|it| it.within(Step::Key(key.clone()), &node.span))
    }
}
