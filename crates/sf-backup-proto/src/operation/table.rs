//! `operations!`: declares the operations table and everything that follows from its rows.

/// Generates from each row: the struct, `new` with the required values, a setter for each other value, `Operation`, and
/// `Paged` if the row has `pages`; from all rows: the table itself, `visit`, and a macro with all rows, for simulators.
///
/// A path has at most one id: `"/Partitions/" {partition: PartitionId} "/$/Backup"`.
macro_rules! operations {
    (
        $(#[$table_meta:meta])* table $TABLE:ident;
        each $each:ident;
        fixed $fixed:expr;
    $(
        $(#[doc = $doc:literal])+
        $Op:ident as $method:ident {
            $verb:ident $path:literal $({$p:ident: $pt:ident} $rest:literal)? since $since:literal
                => $status:literal $response:ty;
            $(not_idempotent |$call:pat_param| $expected:expr;)?
            $(reads $before:ident first;)?
            $(entity |$named:ident| $entity:expr;)?
            $(query { $($(#[$qm:meta])* $q:ident: $qt:ty = $qn:literal $(since $qs:literal)?),+ $(,)? })?
            $(body { $(#[$bm:meta])* $b:ident: $bt:ty $(= $bn:literal)? })?
            $(optional_body { $(#[$om:meta])* $o:ident: $ot:ty $(= $on:literal $(since $os:literal)?)? })?
            $(rule |$ruled:ident, $at:ident| $rule:expr;)?
            $(pages $item:ty $(, ending with $end:literal)?;)?
        }
    )+) => {
        use $crate::error::ReadError;
        use $crate::operation::call::{CallReader, CallWriter};
        use $crate::operation::{Operation, Paged, Visitor, table};
        use $crate::response::sealed;
        use $crate::spec::{BodyRule, OperationSpec, Release, Verb};
        use $crate::wire::open_enum::first;

        $(#[$table_meta])*
        pub const $TABLE: &[&OperationSpec] = &[$(const { &<$Op as Operation>::SPEC }),+];

        /// Calls `visitor` once for every operation, in order.
        pub fn visit(visitor: &mut impl Visitor) {
            $(visitor.operation::<$Op>();)+
        }

        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\n`", stringify!($verb), " ", $path, $("{", stringify!($p), "}", $rest,)? "`, success: ", stringify!($status), "; since runtime ", $since, ".")]
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub struct $Op {
                $(#[doc = concat!("The ", stringify!($p), ".")] pub $p: $pt,)?
                $($(#[$bm])* pub $b: $bt,)?
                $($(#[$om])* $($(#[doc = concat!("\n\nSince runtime ", $os, ".")])?)? pub $o: Option<$ot>,)?
                $($($(#[$qm])* $(#[doc = concat!("\n\nSince runtime ", $qs, ".")])? pub $q: Option<$qt>,)+)?
            }

            impl $Op {
                /// Creates the call with its required values.
                #[allow(clippy::new_without_default)]
                pub fn new($($p: $pt,)? $($b: $bt,)?) -> Self {
                    Self { $($p,)? $($b,)? $($o: None,)? $($($q: None,)+)? }
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

            impl sealed::Sealed for $Op {}

            impl Operation for $Op {
                const SPEC: OperationSpec = OperationSpec {
                    name: stringify!($Op),
                    verb: Verb::$verb,
                    path: concat!($path $(, "{", stringify!($p), "}", $rest)?),
                    around_id: ($path, first!($($rest,)? "")),
                    placeholder: first!($(Some(stringify!($p)),)? None),
                    since: Release::parse($since),
                    success: $status,
                    idempotent: stringify!($($expected)?).is_empty(),
                    reads_backup_first: !stringify!($($before)?).is_empty(),
                    query: &[$($($qn),+)?],
                    body: first!($(BodyRule::Required, $b,)? $(BodyRule::Optional, $o,)? BodyRule::None),
                    paged: !stringify!($($item)?).is_empty(),
                    ends_with: first!($($(Some($end),)?)? None),
                    fixed: $fixed,
                };
                type Response = $response;

                fn entity(&self) -> Option<String> {
                    None::<String>
                        $(.or_else(|| Some(table::describe(stringify!($p), &self.$p))))?
                        $(.or_else(|| { let $named = self; $entity }))?
                }

                $(fn expected_state(&self) -> Option<$crate::operation::ExpectedState> {
                    let $call = self;
                    Some($expected)
                })?

                fn write(&self, call: &mut CallWriter<'_>) {
                    call.path(first!($(Some(&self.$p as &dyn $crate::wire::path::PathValue),)? None));
                    $($(call.query($qn, first!($(Some(Release::parse($qs)),)? None), self.$q.as_ref());)+)?
                    $(call.body(first!($(Some($bn),)? None), None, Some(&self.$b));)?
                    $(call.body(first!($(Some($on),)? None), first!($($(Some(Release::parse($os)),)?)? None), self.$o.as_ref());)?
                    $(
                        let ($ruled, $at) = (self, call.check());
                        $rule;
                    )?
                }

                fn read(call: &CallReader<'_>) -> Result<Self, ReadError> {
                    let _ = call;
                    Ok(Self {
                        $($p: call.path()?,)?
                        $($b: call.required_body(first!($(Some($bn),)? None))?,)?
                        $($o: call.body(first!($(Some($on),)? None))?,)?
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
        #[doc(hidden)]
        #[macro_export]
        macro_rules! $each {
            ($callback:ident) => {
                $callback! { $($Op $method;)+ }
            };
        }
    };
}
pub(crate) use operations;

/// Formats a path value for messages.
pub(crate) fn describe(placeholder: &str, value: &impl std::fmt::Display) -> String {
    match placeholder {
        "service" | "application" => value.to_string(),
        kind => format!("{kind} {value}"),
    }
}
