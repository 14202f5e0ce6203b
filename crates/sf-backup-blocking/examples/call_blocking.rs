//! Enables, disables, suspends or resumes the backup of one service, with `sf-backup-blocking`.
//!
//! ```text
//! call_blocking URL VERB ID [--policy NAME] [--api-version VERSION] [--cert FILE [--key FILE]] [--pkcs12 FILE
//!     [--pkcs12-password-file FILE]] [--ca FILE] [--server-thumbprint HEX] [--server-common-name CN] [--insecure]
//!     [--token-file FILE]
//!
//! call_blocking http://localhost:19080 enable fabric:/CalcApp/CalcService --policy Daily
//! call_blocking http://localhost:19080 suspend CalcApp/CalcService
//! call_blocking http://localhost:19080 resume CalcApp/CalcService --api-version 6.2-preview
//! call_blocking http://localhost:19080 disable CalcApp/CalcService
//! call_blocking https://cluster.example:19080 resume CalcApp/CalcService --cert me.pem --ca ca.pem
//! ```
//!
//! Prints the status of the response, such as `202 Accepted`. Exits with 1 if the request fails, and with 2 if the
//! arguments are invalid; the reason is printed to standard error.

use std::process::ExitCode;

use sf_backup_blocking::{
    Client, DisableServiceBackup, EnableServiceBackup, Error, Operation, ResumeServiceBackup, SuspendServiceBackup,
};

#[path = "../../sf-backup-transport/examples/call/arguments.rs"]
mod arguments;

use arguments::Verb;

fn main() -> ExitCode {
    let arguments = match arguments::parse("call_blocking") {
        Ok(arguments) => arguments,
        Err(exit) => return exit,
    };
    let client: Client = arguments.client();
    let service = arguments.service;
    arguments::print(match arguments.verb {
        Verb::Enable(policy) => send(&client, EnableServiceBackup::new(service, policy)),
        Verb::Disable => send(&client, DisableServiceBackup::new(service)),
        Verb::Suspend => send(&client, SuspendServiceBackup::new(service)),
        Verb::Resume => send(&client, ResumeServiceBackup::new(service)),
    })
}

/// Sends an operation and returns the status of its success; every other status is an error.
fn send<O: Operation>(client: &Client, operation: O) -> Result<String, Error> {
    client.send(operation)?;
    Ok(O::SPEC.success().to_string())
}
