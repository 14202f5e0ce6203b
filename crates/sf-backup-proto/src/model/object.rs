//! `models!`: declares JSON objects as structs, from lists of their members.

/// Declares objects of the API: required members, then optional ones with the runtime release that introduced them. An
/// object without required members is a plain list of optional ones.
///
/// Generates the struct, `new` (with the required members), a setter per optional member, lenient reading, exact
/// writing, and `Validate`: the function after `check` validates a member, the expression after `rule` the whole object.
///
/// In responses, absent members with a release or marked `@sparse` or `@lenient` are omitted; all other absent members are
/// written as unset. If the value of a member marked `@lenient` cannot be read, the member is absent and the value is kept in
/// `extra`. A required member with `or VALUE` reads as that value if absent.
macro_rules! models {
    ($($(#[$meta:meta])* $name:ident { $($members:tt)+ })+) => {
        $($crate::model::object::model! { $(#[$meta])* $name { $($members)+ } })+
    };
}
pub(crate) use models;

macro_rules! model {
    (
        $(#[$meta:meta])*
        $name:ident {
            required { $( $(#[$rm:meta])* $r:ident : $rt:ty = $rn:literal $(or $default:literal)? $(check $rc:ident)? ),* $(,)? }
            $(optional { $( $(#[$om:meta])* $o:ident : $ot:ty = $on:literal $(was $first:literal)? $(since $since:literal)? $(check $oc:ident)? $(@$sparse:ident)? ),+ $(,)? })?
            $(rule |$ruled:ident, $at:ident| $rule:expr;)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$rm])* pub $r: $rt, )*
            $($( $(#[$om])* $(#[doc = concat!("\n\nSince runtime ", $since, ".")])? pub $o: Option<$ot>, )+)?
            /// Members that this library does not know, kept and written back.
            pub extra: $crate::wire::model::Extra,
        }

        impl $name {
            /// Creates the value with its required members.
            #[allow(clippy::new_without_default)]
            pub fn new($($r: impl Into<$rt>),*) -> Self {
                Self { $($r: $r.into(),)* $($($o: None,)+)? extra: Default::default() }
            }
            $($(
                #[doc = concat!("Sets `", $on, "`.")]
                #[must_use]
                pub fn $o(mut self, value: impl Into<$ot>) -> Self {
                    self.$o = Some(value.into());
                    self
                }
            )+)?
        }

        impl $crate::validation::Validate for $name {
            fn validate(&self, at: &$crate::validation::ValidationPath<'_>) {
                $($( $rc(&self.$r, &at.member($rn)); )?)*
                $($(
                    $( if self.$o.is_some() { at.member($on).since($crate::spec::Release::parse($since)); } )?
                    $( $oc(&self.$o, &at.member($on)); )?
                )+)?
                $({ let ($ruled, $at) = (self, at); $rule; })?
                at.extra(&self.extra);
            }
        }

        impl $crate::wire::Members for $name {
            fn read_members<'de, A: serde::de::MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
                #[allow(non_camel_case_types, dead_code)]
                #[derive(Clone, Copy)]
                enum Known { $($r,)* $($($o,)+)? }
                const NAMES: &[(&str, Known)] =
                    &[$(($rn, Known::$r),)* $($(($on, Known::$o), $(($first, Known::$o),)?)+)?];
                $(let mut $r: Option<$rt> = None;)*
                $($(let mut $o: Option<$ot> = None;)+)?
                let mut extra = $crate::wire::model::Extra::default();
                let mut next = 0;
                while let Some(name) = map.next_key_seed($crate::wire::model::Name { names: NAMES, next: &mut next })? {
                    match name {
                        $(Ok(Known::$r) => {
                            let $crate::wire::Read(value) = map.next_value()?;
                            $r = Some(value);
                        })*
                        $($(Ok(Known::$o) => {
                            $crate::model::object::read_optional!(map, $o: $ot = $on, extra, $($sparse)?)
                        })+)?
                        Err(name) => extra.insert(name, map.next_value()?),
                    }
                }
                Ok(Self {
                    $($r: match $r {
                        Some(value) => value,
                        None => $crate::wire::open_enum::first!($($default,)? $crate::wire::Member::missing($rn)?),
                    },)*
                    $($($o,)+)?
                    extra,
                })
            }

            fn write_members<M: serde::ser::SerializeMap>(
                &self,
                to: &mut M,
                style: $crate::wire::Style,
            ) -> Result<(), M::Error> {
                $($crate::wire::Member::write(&self.$r, $rn, to, style)?;)*
                $($({
                    let name = if style.first_names { $crate::wire::open_enum::first!($($first,)? $on) } else { $on };
                    let is_later = !<[&str]>::is_empty(&[$($since)? $(stringify!($sparse))?]);
                    if self.$o.is_some() || !(is_later || self.extra.holds(name)) {
                        $crate::wire::Member::write(&self.$o, name, to, style)?;
                    }
                })+)?
                $crate::wire::Members::write_members(&self.extra, to, style)
            }
        }

        $crate::wire::serde_through_wire!($name);
    };
    ($(#[$meta:meta])* $name:ident { $($members:tt)+ }) => {
        $crate::model::object::model! { $(#[$meta])* $name { required {} optional { $($members)+ } } }
    };
}
pub(crate) use model;

/// Reads an optional member's value: see [`models!`] for `lenient`.
macro_rules! read_optional {
    ($map:ident, $o:ident: $ot:ty = $on:literal, $extra:ident, lenient) => {{
        let value: serde_json::Value = $map.next_value()?;
        match <Option<$ot> as $crate::wire::Member>::read(&value) {
            Ok(read) => $o = read.or($o.take()),
            Err(_) => $extra.insert($on.to_owned(), value),
        }
    }};
    ($map:ident, $o:ident: $ot:ty = $on:literal, $extra:ident, $($other:ident)?) => {{
        let $crate::wire::Read::<Option<$ot>>(value) = $map.next_value()?;
        // The other spelling of the member may follow, as null.
        $o = value.or($o.take());
    }};
}
pub(crate) use read_optional;
