//! The server's half of the tables: a trait with a method for each operation, and the way from a call to its method.

use bytes::Bytes;
use http::Response;

use super::{Call, OperationResult, write_result};
#[allow(clippy::wildcard_imports)] // every operation of both tables is used
use crate::operations::{inventory::*, *};
use crate::wire::Style;

macro_rules! declare {
    ($(#[$meta:meta])* $Service:ident $dispatch:ident $($Op:ident $method:ident;)+) => {
        $(#[$meta])*
        pub trait $Service<R> {
            $(
                #[doc = concat!("Responds to [`", stringify!($Op), "`].")]
                fn $method(&mut self, call: &Call<'_>) -> OperationResult<$Op, R>;
            )+
        }

        /// Hands a call to the method of its operation, and writes the response; `None` if it is not of this table.
        pub(super) fn $dispatch<R>(
            service: &mut impl $Service<R>,
            call: &Call<'_>,
            style: Style,
        ) -> Option<Result<Response<Bytes>, R>> {
            match call.operation().name {
                $(stringify!($Op) => Some(write_result::<$Op, R>(service.$method(call), style)),)+
                _ => None,
            }
        }
    };
}

macro_rules! service {
    ($($rows:tt)+) => {
        declare! {
            /// The server side of the API: one method for each operation of the table.
            ///
            /// Not covered by semver: every new operation adds a method.
            Service operation $($rows)+
        }
    };
}
each_operation!(service);

macro_rules! inventory {
    ($($rows:tt)+) => {
        declare! {
            /// The server side of the queries: one method for each query.
            ///
            /// Not covered by semver: every new query adds a method.
            Inventory query $($rows)+
        }
    };
}
each_query!(inventory);
