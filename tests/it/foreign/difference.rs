//! Differences between two requests with the same intent.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::Request;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

pub(super) type Text = Cow<'static, str>;

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Method,
    Path,
    /// A query parameter by its name; its value is compared percent-encoded.
    Parameter(Text),
    /// The order of the query parameters that both sides have.
    ParameterOrder,
    /// A header that the API reads.
    Header(Text),
    /// A scalar in the body, by its JSON pointer; its value is compared as JSON.
    Member(Text),
    /// The order of the scalars that both sides have.
    MemberOrder,
}

/// A difference with the values of both sides, if any. For an order, there are no values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) place: Place,
    pub(super) theirs: Option<Text>,
    pub(super) ours: Option<Text>,
}

/// All differences.
pub(super) fn between(theirs: &Request<Bytes>, ours: &Request<Bytes>) -> Vec<Difference> {
    let (theirs, ours) = (facts(theirs), facts(ours));
    let mut found = Vec::new();
    let places = theirs.iter().chain(&ours).map(|(place, _)| place);
    for place in places {
        let [theirs, ours] = [&theirs, &ours].map(|side| value(side, place));
        let seen = found.iter().any(|known: &Difference| known.place == *place);
        if theirs != ours && !seen {
            found.push(Difference { place: place.clone(), theirs, ours });
        }
    }
    for (order, ordered) in
        [(Place::ParameterOrder, is_parameter as fn(&Place) -> bool), (Place::MemberOrder, is_member)]
    {
        if common(&theirs, &ours, ordered) != common(&ours, &theirs, ordered) {
            found.push(Difference { place: order, theirs: None, ours: None });
        }
    }
    found
}

type Facts = Vec<(Place, Text)>;

fn value(side: &Facts, place: &Place) -> Option<Text> {
    side.iter().find(|(known, _)| known == place).map(|(_, value)| value.clone())
}

/// The places of one side that the other has as well.
fn common<'a>(side: &'a Facts, other: &Facts, chosen: fn(&Place) -> bool) -> Vec<&'a Place> {
    side.iter().map(|(place, _)| place).filter(|place| chosen(place) && value(other, place).is_some()).collect()
}

fn is_parameter(place: &Place) -> bool {
    matches!(place, Place::Parameter(_))
}

fn is_member(place: &Place) -> bool {
    matches!(place, Place::Member(_))
}

/// All parts of a request, in order.
fn facts(request: &Request<Bytes>) -> Facts {
    let mut facts = vec![
        (Place::Method, request.method().to_string().into()),
        (Place::Path, request.uri().path().to_owned().into()),
    ];
    let query = request.uri().query().unwrap_or_default();
    facts.extend(query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (Place::Parameter(name.to_owned().into()), value.to_owned().into())
    }));
    // The length of the body depends on white space.
    let length = request.body().is_empty().then_some(CONTENT_LENGTH);
    for name in [ACCEPT, CONTENT_TYPE].into_iter().chain(length) {
        if let Some(value) = request.headers().get(&name) {
            let value = value.to_str().unwrap().to_owned();
            facts.push((Place::Header(name.to_string().into()), value.into()));
        }
    }
    if !request.body().is_empty() {
        let body = &mut serde_json::Deserializer::from_slice(request.body());
        let root = Scalars { pointer: String::new(), facts: &mut facts };
        root.deserialize(body).unwrap();
    }
    facts
}

/// Extracts the scalars of a JSON text in their original order, which `serde_json::Value` does not keep.
struct Scalars<'a> {
    pointer: String,
    facts: &'a mut Facts,
}

impl Scalars<'_> {
    fn found<E>(self, value: impl Into<serde_json::Value>) -> Result<(), E> {
        let value: serde_json::Value = value.into();
        let place = Place::Member(self.pointer.into());
        self.facts.push((place, value.to_string().into()));
        Ok(())
    }

    fn below(&mut self, step: impl fmt::Display) -> Scalars<'_> {
        Scalars { pointer: format!("{}/{step}", self.pointer), facts: self.facts }
    }
}

impl<'de> DeserializeSeed<'de> for Scalars<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Scalars<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.found(())
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.found(value)
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.found(value)
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.found(value)
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.found(value)
    }
    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        for index in 0.. {
            if list.next_element_seed(self.below(index))?.is_none() {
                break;
            }
        }
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(self.below(name))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(uri: &str, body: &'static str) -> Request<Bytes> {
        let head = Request::post(uri).header(ACCEPT, "application/json");
        head.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn white_space_in_a_body_and_headers_of_the_library_are_no_difference() {
        let mut theirs = request("/a?b=1", r#"{"C": [1, {"D": null}]}"#);
        theirs.headers_mut().insert("user-agent", "x".parse().unwrap());
        let ours = request("/a?b=1", r#"{"C":[1,{"D":null}]}"#);
        assert_eq!(between(&theirs, &ours), []);
    }

    #[test]
    fn every_kind_of_difference_is_found_once() {
        let theirs = request("/a?x=1&y=2&z=3", r#"{"A":"1","B":[true,false]}"#);
        let mut ours = request("/b?y=%32&x=1", r#"{"B":[true],"A":1}"#);
        *ours.method_mut() = http::Method::GET;
        ours.headers_mut().remove(ACCEPT);
        let difference = |place, theirs: Option<&'static str>, ours: Option<&'static str>| Difference {
            place,
            theirs: theirs.map(Text::from),
            ours: ours.map(Text::from),
        };
        assert_eq!(
            between(&theirs, &ours),
            [
                difference(Place::Method, Some("POST"), Some("GET")),
                difference(Place::Path, Some("/a"), Some("/b")),
                difference(Place::Parameter("y".into()), Some("2"), Some("%32")),
                difference(Place::Parameter("z".into()), Some("3"), None),
                difference(Place::Header("accept".into()), Some("application/json"), None),
                difference(Place::Member("/A".into()), Some("\"1\""), Some("1")),
                difference(Place::Member("/B/1".into()), Some("false"), None),
                difference(Place::ParameterOrder, None, None),
                difference(Place::MemberOrder, None, None),
            ]
        );
    }
}
