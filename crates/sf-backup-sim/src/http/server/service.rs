//! A trait with a method for each operation of a table, and the way from a call to its method.

use bytes::Bytes;
use http::Response;
use sf_backup_proto::operation::Style;
#[allow(clippy::wildcard_imports)] // every operation of both tables is used
use sf_backup_proto::operations::{inventory::*, *};
use sf_backup_proto::{each_operation, each_query};

use super::{Call, OperationResult, respond};

macro_rules! declare {
    ($(#[$meta:meta])* $Service:ident $dispatch:ident $($Op:ident $method:ident;)+) => {
        $(#[$meta])*
        pub(crate) trait $Service {
            $(fn $method(&mut self, call: &Call<'_>) -> OperationResult<$Op>;)+
        }

        /// Hands a call to the method of its operation, and writes the response; `None` if it is not of this table.
        pub(super) fn $dispatch(service: &mut impl $Service, call: &Call<'_>, style: Style) -> Option<Response<Bytes>> {
            match call.operation().name {
                $(stringify!($Op) => Some(respond::<$Op>(service.$method(call), style)),)+
                _ => None,
            }
        }
    };
}

macro_rules! service {
    ($($rows:tt)+) => {
        declare! {
            /// The server side of the API: one method for each operation.
            Service operation $($rows)+
        }
    };
}
each_operation!(service);

macro_rules! inventory {
    ($($rows:tt)+) => {
        declare! {
            /// The server side of the queries: one method for each query.
            Inventory query $($rows)+
        }
    };
}
each_query!(inventory);
