//! `operations!`: everything that follows from the rows of the operations table.

/// From each row: the struct, `new` with what is required, a setter for the rest, `Operation`, `Paged` where the row has
/// `pages`; from all rows: `OperationId`, `OPERATIONS`, `visit`, and the server's `Service` trait and dispatch.
macro_rules! operations {
    ($(
        $(#[doc = $doc:literal])+
        $Op:ident as $method:ident {
            $verb:ident $path:literal since $since:literal => $status:literal $reply:ty $(, $once:ident)?;
            $(path { $($(#[$pm:meta])* $p:ident: $pt:ty),+ $(,)? })?
            $(query { $($(#[$qm:meta])* $q:ident: $qt:ty = $qn:literal $(since $qs:literal)?),+ $(,)? })?
            $(body { $(#[$bm:meta])* $b:ident: $bt:ty $(= $bn:literal)? })?
            $(optional_body { $(#[$om:meta])* $o:ident: $ot:ty $(= $on:literal $(since $os:literal)?)? })?
            $(rule $rule:path;)?
            $(pages $item:ty;)?
        }
    )+) => {
        /// Which operation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum OperationId {
            $(#[doc = concat!("[`", stringify!($Op), "`]")] $Op,)+
        }

        impl OperationId {
            /// The operation's row.
            pub const fn spec(self) -> &'static OperationSpec {
                match self { $(Self::$Op => const { &<$Op as Operation>::SPEC },)+ }
            }
        }

        impl std::fmt::Display for OperationId {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.spec().name)
            }
        }

        /// Every row, in order.
        pub const OPERATIONS: &[&OperationSpec] = &[$(OperationId::$Op.spec()),+];

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
                $($(#[$om])* pub $o: Option<$ot>,)?
                $($($(#[$qm])* pub $q: Option<$qt>,)+)?
            }

            impl $Op {
                /// The call with all that is required, and nothing else set.
                #[allow(clippy::new_without_default)]
                pub fn new($($($p: $pt,)+)? $($b: $bt,)?) -> Self {
                    Self { $($($p,)+)? $($b,)? $($o: None,)? $($($q: None,)+)? }
                }
                $(
                    $(#[$om])*
                    #[must_use]
                    pub fn $o(mut self, value: $ot) -> Self {
                        self.$o = Some(value);
                        self
                    }
                )?
                $($(
                    $(#[$qm])*
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
                    id: OperationId::$Op,
                    name: stringify!($Op),
                    verb: spec::Verb::$verb,
                    path: $path,
                    placeholders: &[$($(stringify!($p)),+)?],
                    since: spec::Release::parse($since),
                    success: $status,
                    once: table::flag!($($once)?),
                    query: &[$($($qn),+)?],
                    body: table::body_rule!($($b)? ; $($o)?),
                    paged: table::pages!($($item)?),
                    docs: concat!($($doc, "\n"),+),
                };
                type Response = $reply;

                fn entity(&self) -> Option<String> {
                    None::<String>
                        $($(.or_else(|| Some(table::describe(stringify!($p), &self.$p))))+)?
                        $(.or_else(|| check::Checked::entity(&self.$b)))?
                }

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

        /// The server's half: one method for each operation of the table.
        ///
        /// Not covered by semver: an operation more in the API is a method more here.
        #[cfg(feature = "server")]
        pub trait Service {
            $(
                #[doc = concat!("Answers [`", stringify!($Op), "`].")]
                fn $method(&mut self, call: &crate::server::Call<'_>) -> crate::server::Answer<$Op>;
            )+
        }

        /// Hands a call to the method of its operation, and writes the answer.
        #[cfg(feature = "server")]
        pub(crate) fn dispatch(
            service: &mut impl Service,
            operation: OperationId,
            call: &crate::server::Call<'_>,
            style: crate::wire::Style,
        ) -> http::Response<bytes::Bytes> {
            match operation {
                $(OperationId::$Op => crate::server::answer::<$Op>(service.$method(call), style),)+
            }
        }
    };
}
pub(crate) use operations;

macro_rules! flag {
    () => {
        false
    };
    (once) => {
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
pub(crate) use {body_rule, flag, name, pages, release};

/// A path value as messages name it.
pub(crate) fn describe(placeholder: &str, value: &impl std::fmt::Display) -> String {
    match placeholder {
        "service" | "application" => value.to_string(),
        kind => format!("{kind} {value}"),
    }
}
