//! `unions!`: declares one of several objects, selected by a discriminator member.

/// Declares a union: the discriminator, and the object for each of its values.
///
/// Reads the discriminator at any position; reading is fastest if it comes first, as servers write it. Writes it first.
macro_rules! unions {
    ($(
        $(#[$meta:meta])*
        $name:ident by $tag:literal {
            $( $(#[$vm:meta])* $variant:ident($inner:ty) $(since $since:literal)? ),+ $(,)?
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vm])* $(#[doc = concat!("\n\nSince runtime ", $since, ".")])? $variant($inner), )+
            /// A kind that this library does not know.
            Unknown($crate::wire::union::UnknownKind),
        }

        $(impl From<$inner> for $name {
            fn from(value: $inner) -> Self {
                Self::$variant(value)
            }
        })+

        impl $name {
            #[doc = concat!("The value of `", $tag, "`.")]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => stringify!($variant),)+
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }

            /// Members that this library does not know, for every kind.
            pub fn extra(&self) -> &$crate::wire::model::Extra {
                match self {
                    $(Self::$variant(inner) => &inner.extra,)+
                    Self::Unknown(unknown) => unknown.members(),
                }
            }
        }

        impl $crate::validation::Validate for $name {
            fn validate(&self, at: &$crate::validation::ValidationPath<'_>) {
                match self {
                    $(Self::$variant(inner) => {
                        $(at.member($tag).since($crate::spec::Release::parse($since));)?
                        $crate::validation::Validate::validate(inner, at);
                    })+
                    Self::Unknown(unknown) => at.extra(unknown.members()),
                }
            }
        }

        impl $crate::wire::union::Union for $name {
            const TAG: &'static str = $tag;

            fn read_kind<'de, A: serde::de::MapAccess<'de>>(kind: String, map: A) -> Result<Self, A::Error> {
                $(if kind.eq_ignore_ascii_case(stringify!($variant)) {
                    return <$inner as $crate::wire::Members>::read_members(map).map(Self::$variant);
                })+
                $crate::wire::union::UnknownKind::read(kind, map).map(Self::Unknown)
            }

            fn forget_unknown_members(&mut self) {
                match self {
                    $(Self::$variant(inner) => inner.extra = Default::default(),)+
                    Self::Unknown(_) => {}
                }
            }
        }

        impl $crate::wire::Members for $name {
            fn read_members<'de, A: serde::de::MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
                $crate::wire::union::read(map)
            }

            fn write_members<M: serde::ser::SerializeMap>(
                &self,
                to: &mut M,
                style: $crate::wire::Style,
            ) -> Result<(), M::Error> {
                to.serialize_entry($tag, self.kind())?;
                match self {
                    $(Self::$variant(inner) => $crate::wire::Members::write_members(inner, to, style),)+
                    Self::Unknown(unknown) => $crate::wire::Members::write_members(unknown.members(), to, style),
                }
            }
        }

        $crate::wire::serde_through_wire!($name);
    )+};
}
pub(crate) use unions;
