//! `operations!`: everything that follows from the rows of the operations table.

/// From each row: the struct, `new` with what is required, a setter for the rest, `Operation`, `Paged` where the row has
/// `pages`; from all rows: the table itself, `visit`, and a macro with all of them, for the server's half.
macro_rules! operations {
    (
        $(#[$table_meta:meta])* table $TABLE:ident;
        each $each:ident;
        fixed $fixed:tt;
    $(
        $(#[doc = $doc:literal])+
        $Op:ident as $method:ident {
            $verb:ident $path:literal since $since:literal => $status:literal $reply:ty $(, not_idempotent $expected:path)?;
            $(path { $($(#[$pm:meta])* $p:ident: $pt:ty),+ $(,)? })?
            $(query { $($(#[$qm:meta])* $q:ident: $qt:ty = $qn:literal $(since $qs:literal)?),+ $(,)? })?
            $(body { $(#[$bm:meta])* $b:ident: $bt:ty $(= $bn:literal)? })?
            $(optional_body { $(#[$om:meta])* $o:ident: $ot:ty $(= $on:literal $(since $os:literal)?)? })?
            $(rule $rule:path;)?
            $(pages $item:ty $(, ending with $end:literal)?;)?
        }
    )+) => {
        $(#[$table_meta])*
        pub const $TABLE: &[&OperationSpec] = &[$(const { &<$Op as Operation>::SPEC }),+];

        /// Calls `visitor` once for every operation, in order.
        pub fn visit(visitor: &mut impl Visitor) {
            $(visitor.operation::<$Op>();)+
        }

        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\n`", stringify!($verb), " ", $path, "`, answers ", stringify!($status), "; since runtime ", $since, ".")]
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub struct $Op {
                $($($(#[$pm])* pub $p: $pt,)+)?
                $($(#[$bm])* pub $b: $bt,)?
                $($(#[$om])* $($(#[doc = concat!("\n\nSince runtime ", $os, ".")])?)? pub $o: Option<$ot>,)?
                $($($(#[$qm])* $(#[doc = concat!("\n\nSince runtime ", $qs, ".")])? pub $q: Option<$qt>,)+)?
            }

            impl $Op {
                /// The call with all that is required, and nothing else set.
                #[allow(clippy::new_without_default)]
                pub fn new($($($p: $pt,)+)? $($b: $bt,)?) -> Self {
                    Self { $($($p,)+)? $($b,)? $($o: None,)? $($($q: None,)+)? }
                }
                $(
                    $(#[$om])*
                    $($(#[doc = concat!("\n\nSince runtime ", $os, ".")])?)?
                    #[must_use]
                    pub fn $o(mut self, value: $ot) -> Self {
                        self.$o = Some(value);
                        self
                    }
                )?
                $($(
                    $(#[$qm])*
                    $(#[doc = concat!("\n\nSince runtime ", $qs, ".")])?
                    #[must_use]
                    pub fn $q(mut self, value: $qt) -> Self {
                        self.$q = Some(value);
                        self
                    }
                )+)?
            }

            const _: () = assert!(
                spec::placeholders_match($path, &[$($(stringify!($p)),+)?]),
                concat!("the placeholders of ", stringify!($Op), " and its path fields differ"),
            );

            impl sealed::Sealed for $Op {}

            impl Operation for $Op {
                const SPEC: OperationSpec = OperationSpec {
                    name: stringify!($Op),
                    verb: spec::Verb::$verb,
                    path: $path,
                    placeholders: &[$($(stringify!($p)),+)?],
                    since: spec::Release::parse($since),
                    success: $status,
                    idempotent: !table::flag!($($expected)?),
                    query: &[$($($qn),+)?],
                    body: table::body_rule!($($b)? ; $($o)?),
                    paged: table::pages!($($item)?),
                    ends_with: table::end!($($($end)?)?),
                    fixed: table::fixed! $fixed,
                    docs: concat!($($doc, "\n"),+),
                };
                type Response = $reply;

                fn entity(&self) -> Option<String> {
                    None::<String>
                        $($(.or_else(|| Some(table::describe(stringify!($p), &self.$p))))+)?
                        $(.or_else(|| validation::Validate::entity(&self.$b)))?
                }

                $(fn expected_state(&self) -> Option<$crate::operation::ExpectedState> {
                    Some($expected(self))
                })?

                fn write(&self, call: &mut CallWriter<'_>) -> Result<(), BuildError> {
                    call.path(&[$($(&self.$p),+)?]);
                    $($(call.query($qn, table::release!($($qs)?), self.$q.as_ref())?;)+)?
                    $(call.body(table::name!($($bn)?), None, Some(&self.$b))?;)?
                    $(call.body(table::name!($($on)?), table::release!($($($os)?)?), self.$o.as_ref())?;)?
                    $($rule(self, &call.check())?;)?
                    Ok(())
                }

                fn read(call: &CallReader<'_>) -> Result<Self, ReadError> {
                    #[allow(unused_mut, unused_variables)]
                    let mut placeholder = 0..;
                    let _ = call;
                    Ok(Self {
                        $($($p: call.path(placeholder.next().unwrap_or_default())?,)+)?
                        $($b: call.required_body(table::name!($($bn)?))?,)?
                        $($o: call.body(table::name!($($on)?))?,)?
                        $($($q: call.query($qn)?,)+)?
                    })
                }
            }

            $(
                impl Paged for $Op {
                    type Item = $item;
                    fn set_continuation_token(&mut self, token: Option<ContinuationToken>) {
                        self.continuation_token = token;
                    }
                    fn continuation_token(&self) -> Option<&ContinuationToken> {
                        self.continuation_token.as_ref()
                    }
                }
            )?
        )+

        /// Calls a macro with the name and the method of every operation.
        #[cfg(feature = "server")]
        macro_rules! $each {
            ($callback:ident) => {
                $callback! { $($Op $method;)+ }
            };
        }
        #[cfg(feature = "server")]
        pub(crate) use $each;
    };
}
pub(crate) use operations;

macro_rules! flag {
    () => {
        false
    };
    ($expected:path) => {
        true
    };
}
macro_rules! pages {
    () => {
        false
    };
    ($item:ty) => {
        true
    };
}
macro_rules! end {
    () => {
        None
    };
    ($code:literal) => {
        Some($code)
    };
}
macro_rules! fixed {
    () => {
        None
    };
    ($version:ident, $delimiter:ident) => {
        Some((crate::cluster::ApiVersion::$version, crate::cluster::IdDelimiter::$delimiter))
    };
}
macro_rules! body_rule {
    (;) => {
        spec::BodyRule::None
    };
    ($required:ident ;) => {
        spec::BodyRule::Required
    };
    (; $optional:ident) => {
        spec::BodyRule::Optional
    };
}
macro_rules! name {
    () => {
        None
    };
    ($name:literal) => {
        Some($name)
    };
}
macro_rules! release {
    () => {
        None
    };
    ($since:literal) => {
        Some(spec::Release::parse($since))
    };
}
pub(crate) use {body_rule, end, fixed, flag, name, pages, release};

/// A path value as messages name it.
pub(crate) fn describe(placeholder: &str, value: &impl std::fmt::Display) -> String {
    match placeholder {
        "service" | "application" => value.to_string(),
        kind => format!("{kind} {value}"),
    }
}
