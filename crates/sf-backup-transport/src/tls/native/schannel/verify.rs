//! The verification of a server's chain, as far as Windows leaves it to us.

use std::io;
use std::time::SystemTime;

use schannel::cert_chain::CertChain;
use schannel::cert_context::CertContext;
use schannel::cert_store::CertStore;
use schannel::tls_stream::CertValidationResult;

use crate::tls::native::server_name;
use crate::tls::windows_code::{About, WindowsCode};
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// The requirements on the server's certificate.
#[derive(Clone)]
pub(super) struct Expected {
    /// The roots in which the chain must end; those of the platform if there are none.
    pub(super) authorities: Option<CertStore>,
    /// Whether the certificate must name the host.
    pub(super) host_name: bool,
}

const EXPIRED: u32 = 0x800B_0101;
const UNTRUSTED_ROOT: u32 = 0x800B_0109;
const INCOMPLETE: u32 = 0x800B_010A;
const ANOTHER_HOST: u32 = 0x800B_010F;

/// Accepts what Windows accepts, and chains that Windows only cannot check for revocation: cluster authorities often
/// publish no revocation lists, and Windows only uses lists that it already has.
pub(super) fn verify(verdict: &CertValidationResult, expected: &Expected, host: &str) -> io::Result<()> {
    let chain = verdict.chain().ok_or_else(|| error(INCOMPLETE))?;
    match verdict.result() {
        Err(refusal) if is_about_revocation(&refusal) => check(&chain, expected, host)?,
        result => result?,
    }
    let Some(authorities) = &expected.authorities else { return Ok(()) };
    let root = chain.certificates().last().ok_or_else(|| error(INCOMPLETE))?;
    let ours = authorities.certs().any(|authority| authority == root);
    if ours { Ok(()) } else { Err(error(UNTRUSTED_ROOT)) }
}

fn is_about_revocation(refusal: &io::Error) -> bool {
    let code = refusal.raw_os_error().and_then(|number| WindowsCode::find(number.into()));
    code.is_some_and(|code| code.about == About::Revocation)
}

/// Repeats the checks that the missing revocation list can hide. Windows reports a broken chain before it.
fn check(chain: &CertChain, expected: &Expected, host: &str) -> io::Result<()> {
    let now = SystemTime::now();
    for certificate in chain.certificates() {
        let valid = Certificate::from_der(certificate.to_der()).is_ok_and(|certificate| {
            let validity = certificate.tbs_certificate().validity();
            validity.not_before.to_system_time() <= now && now <= validity.not_after.to_system_time()
        });
        if !valid {
            return Err(error(EXPIRED));
        }
    }
    let leaf: Option<CertContext> = chain.get(0);
    let named = leaf.is_some_and(|leaf| server_name::names(leaf.to_der(), host));
    if named || !expected.host_name { Ok(()) } else { Err(error(ANOTHER_HOST)) }
}

fn error(code: u32) -> io::Error {
    io::Error::from_raw_os_error(code.cast_signed())
}
