//! One page of a list.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use crate::name::ContinuationToken;
use crate::wire::model::Name;
use crate::wire::{Read, Style, Styled, Wire};

/// One page of a list: items, and the token of the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items. A page can be empty without being the last one.
    pub items: Vec<T>,
    /// The token that requests the next page; `None` on the last page.
    pub continuation_token: Option<ContinuationToken>,
}

impl<T> Page<T> {
    /// Creates a page.
    pub fn new(items: Vec<T>, continuation_token: Option<ContinuationToken>) -> Self {
        Self { items, continuation_token }
    }
}

impl<T: Wire> Wire for Page<T> {
    fn read<'de, D: Deserializer<'de>>(source: D) -> Result<Option<Self>, D::Error> {
        source.deserialize_map(PageVisitor(PhantomData)).map(Some)
    }

    fn write<S: Serializer>(&self, to: S, style: Style) -> Result<S::Ok, S::Error> {
        let token = self.continuation_token.as_ref().map(ContinuationToken::as_str);
        let mut map = to.serialize_map(Some(2))?;
        match (token, style.empty_last_token) {
            (None, true) => map.serialize_entry("ContinuationToken", "")?,
            (token, _) => map.serialize_entry("ContinuationToken", &token)?,
        }
        map.serialize_entry("Items", &Styled(&self.items, style))?;
        map.end()
    }
}

struct PageVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for PageVisitor<T> {
    type Value = Page<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a page of items")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(Clone, Copy)]
        enum Known {
            Items,
            Token,
        }
        const NAMES: &[(&str, Known)] = &[("Items", Known::Items), ("ContinuationToken", Known::Token)];
        let mut items: Option<Vec<T>> = None;
        let mut token: Option<String> = None;
        let (mut known, mut foreign) = (false, false);
        let mut next = 0;
        while let Some(name) = map.next_key_seed(Name { names: NAMES, next: &mut next })? {
            known |= name.is_ok();
            match name {
                Ok(Known::Items) => Read(items) = map.next_value()?,
                Ok(Known::Token) => Read(token) = map.next_value()?,
                Err(_) => {
                    map.next_value::<IgnoredAny>()?;
                    foreign = true;
                }
            }
        }
        let continuation_token = token.and_then(|token| ContinuationToken::new(&token));
        // Both members are optional, but an object with only foreign members (such as an error body) is not a page.
        if foreign && !known {
            return Err(A::Error::missing_field("Items"));
        }
        Ok(Page { items: items.unwrap_or_default(), continuation_token })
    }
}
