//! Builds a request and reads a response for a program in another language that sends the request itself.
//! [wasm.mjs](wasm.mjs) runs this program in Node, compiled to WebAssembly.
//!
//! ```text
//! wasm request ENDPOINT          # prints the request as JSON
//! wasm response STATUS <BODY     # prints the names of the backup policies as JSON
//! ```

use std::env;
use std::error::Error;
use std::io::{self, Read};

use bytes::Bytes;
use serde_json::json;
use sf_backup_proto::{GetBackupPolicyList, Operation, Target};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let list = GetBackupPolicyList::new();
    let printed = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["request", endpoint] => {
            let request = list.to_request(&Target::new(endpoint.parse()?))?;
            json!({ "method": request.method().as_str(), "url": request.uri().to_string() })
        }
        ["response", status] => {
            let mut body = Vec::new();
            io::stdin().read_to_end(&mut body)?;
            let response = http::Response::builder().status(status.parse::<u16>()?).body(Bytes::from(body))?;
            let page = list.parse(&response)?;
            page.items.into_iter().map(|policy| policy.name.to_string()).collect()
        }
        _ => return Err("expected `request ENDPOINT` or `response STATUS`".into()),
    };
    println!("{printed}");
    Ok(())
}
