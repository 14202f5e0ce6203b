use bytes::Bytes;
use http::{Method, Request};
use sf_backup_proto::Target;
use sf_backup_proto::operation::{Operation, Visitor};
use sf_backup_proto::operations::{self, inventory};

/// Uses the bytes as a request: a line `GET /path?query` or `POST …`, then the body.
pub fn server_read(data: &[u8]) {
    let (line, body) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    let Ok(line) = str::from_utf8(line) else {
        return;
    };
    let Some((method, uri)) = line.split_once(' ') else {
        return;
    };
    let method = if method == "GET" { Method::GET } else { Method::POST };
    let Ok(request) = Request::builder().method(method).uri(uri).body(Bytes::copy_from_slice(body)) else {
        return;
    };
    operations::visit(&mut Reader(&request));
    inventory::visit(&mut Reader(&request));
}

/// Parses the request as every operation, whether it is that one or not.
struct Reader<'a>(&'a Request<Bytes>);

impl Visitor for Reader<'_> {
    fn operation<O: Operation>(&mut self) {
        match O::from_request(self.0) {
            Ok(operation) => assert_round_trip(&operation),
            Err(error) => crate::assert_presentable(&error),
        }
    }
}

/// A parsed request that can be sent is received unchanged.
pub(crate) fn assert_round_trip<O: Operation>(operation: &O) {
    let target = Target::new("http://localhost:19080".parse().expect("an endpoint"));
    let request = match operation.to_request(&target) {
        Ok(request) => request.map(Bytes::from),
        Err(error) => return crate::assert_presentable(&error),
    };
    let again = O::from_request(&request).expect("our own request can be read");
    let twice = again.to_request(&target).expect("what was sent can be sent again").map(Bytes::from);
    assert_eq!(request.uri(), twice.uri());
    assert_eq!(request.body(), twice.body());
}

/// A call of any type, parsed from a request that has everything.
pub(crate) fn sample<O: Operation>() -> Option<O> {
    const ID: &str = "6b1c2f7e-0000-4000-8000-000000000001";
    const BODY: &str = r#"{"Name":"p","AutoRestoreOnDataLoss":false,"MaxIncrementalBackups":0,
        "Schedule":{"ScheduleKind":"FrequencyBased","Interval":"PT1H"},
        "Storage":{"StorageKind":"FileShare","Path":"p"},"BackupPolicyName":"p",
        "BackupId":"6b1c2f7e-0000-4000-8000-000000000001","BackupLocation":"l",
        "BackupEntity":{"EntityKind":"Application","ApplicationName":"fabric:/A"}}"#;
    let spec = O::spec();
    let path = spec.path.replace(&format!("{{{}}}", spec.placeholder.unwrap_or_default()), ID);
    let request = Request::builder().method(spec.method()).uri(path).body(Bytes::from_static(BODY.as_bytes())).ok()?;
    O::from_request(&request).ok()
}
