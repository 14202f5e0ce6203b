use http::{Response, StatusCode};
use sf_backup_proto::Operation;
use sf_backup_proto::operation::{ResponseValue, Style, Visitor};
use sf_backup_proto::operations::{self, inventory};

/// Uses the bytes as the response to every operation. The first byte selects the status: lower-case letters an error's,
/// everything else the operation's success status.
pub fn reply(data: &[u8]) {
    let (status, body) = match data {
        [] => (None, data),
        [first, body @ ..] => (status(*first), body),
    };
    operations::visit(&mut Everyone { status, body });
    inventory::visit(&mut Everyone { status, body });
}

fn status(byte: u8) -> Option<StatusCode> {
    const OTHERS: &[u16] = &[200, 202, 204, 301, 400, 401, 403, 404, 409, 413, 415, 429, 500, 502, 503, 504, 999];
    let other = OTHERS.get(usize::from(byte).checked_sub(usize::from(b'a'))?)?;
    StatusCode::from_u16(*other).ok()
}

struct Everyone<'a> {
    status: Option<StatusCode>,
    body: &'a [u8],
}

impl Visitor for Everyone<'_> {
    fn operation<O: Operation>(&mut self) {
        // Parsing a response only uses the type of the call; a call of any type can be parsed from a request.
        let status = self.status.unwrap_or(O::SPEC.success());
        let Some(call) = crate::server_read::sample::<O>() else {
            return;
        };
        let mut response = Response::new(self.body);
        *response.status_mut() = status;
        match call.parse(&response) {
            Ok(read) => {
                let current = Style { unset_members: true, ..Style::default() };
                let preview = Style { first_names: true, empty_last_token: true, ..current };
                [Style::default(), current, preview].into_iter().for_each(|style| assert_stable(&read, style));
            }
            Err(error) => {
                crate::assert_presentable(&error);
                let _ = (error.kind(), sf_backup_ops::advice::hint(&error), error.may_have_changed());
            }
        }
        let _ = format!("{response:?}");
    }
}

/// What is written reads as itself. The first read may normalize (fractions of a second, spellings), the second must
/// not.
fn assert_stable<R: ResponseValue>(read: &R, style: Style) {
    let status = StatusCode::OK;
    let text = read.write(style).expect("a reply that was read can be written");
    let again = R::read(status, &text).expect("a reply that was written can be read");
    let twice = again.write(style).expect("a reply that was read can be written");
    assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(&twice));
}
