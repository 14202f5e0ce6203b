//! Proptest strategies for all values of the API. All generated values are valid and round-trip.

pub(crate) mod json;
pub(crate) mod listing;
pub(crate) mod name;
pub(crate) mod policy;
pub(crate) mod text;
pub(crate) mod time;

/// A strategy for a struct from strategies for all of its fields; a missing field does not compile. Semicolons separate
/// groups of at most twelve fields.
macro_rules! fields {
    ($Model:ident { $($($field:ident: $strategy:expr),+);+ $(;)? }) => {
        ($(($($strategy,)+),)+).prop_map(|($(($($field,)+),)+)| $Model { $($($field,)+)+ })
    };
}
pub(crate) use fields;

/// A strategy for an open enum: known and unknown values.
macro_rules! open_enum {
    ($Enum:ty) => {
        proptest::prop_oneof![
            4 => proptest::sample::select(<$Enum>::KNOWN),
            1 => $crate::tests::strategies::text::text().prop_map(|text| <$Enum>::from(text.as_str())),
        ]
    };
}
pub(crate) use open_enum;
