//! Imports the certificates of a PKCS#12 file into `CurrentUser\My`, for tests under wine, which has no tool for it. On
//! Windows use `certutil -user -importpfx`.
//!
//! ```text
//! import_pfx client.pfx PASSWORD
//! ```

#[cfg(windows)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    use schannel::cert_store::{CertAdd, CertStore, PfxImportOptions};

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, password] = &*arguments else { return Err("expected a file and its password".into()) };
    let imported = PfxImportOptions::new().password(password).import(&std::fs::read(file)?)?;
    let mut store = CertStore::open_current_user("My")?;
    for certificate in imported.certs() {
        store.add_cert(&certificate, CertAdd::ReplaceExisting)?;
    }
    Ok(())
}

#[cfg(not(windows))]
fn main() {
    eprintln!("certificate stores exist only on Windows");
}
