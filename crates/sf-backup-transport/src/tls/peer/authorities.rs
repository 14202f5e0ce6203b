use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use x509_cert::der::Decode;
use x509_cert::ext::pkix::BasicConstraints;

use crate::tls::native::Certificate;
use crate::tls::pem;
use crate::tls::source::{Source, SourceError};

/// CA certificates that are trusted instead of the platform's.
#[derive(Clone)]
pub struct Authorities {
    pub(crate) certificates: Vec<Certificate>,
    origins: Vec<String>,
}

/// The reason why CA certificates cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthoritiesError {
    /// A file or directory cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A certificate cannot be parsed.
    #[error("{name} contains a damaged certificate")]
    Damaged {
        /// The name of the file.
        name: String,
    },
    /// The file or directory has no certificate.
    #[error("{name} contains no CA certificate in PEM or DER format")]
    None {
        /// The name of the file or directory.
        name: String,
    },
    /// Certificates of servers or clients only.
    #[error("{} is not a certificate authority: give the certificate that issued it", .names.join(", "))]
    NoAuthority {
        /// The files and directories.
        names: Vec<String>,
    },
    /// There are only intermediate certificates.
    #[error("{} contains only intermediate certificates: add the self-signed root certificate", .names.join(", "))]
    NoRoot {
        /// The names of the files and directories.
        names: Vec<String>,
    },
}

impl Authorities {
    /// Reads CA certificates from files and directories.
    ///
    /// A file contains certificates in PEM, or one in DER. In a directory, only files named `*.pem`, `*.crt` or
    /// `*.cer`, and links of `openssl rehash` (`1a2b3c4d.0`), are read.
    ///
    /// At least one certificate must be self-signed, because a chain must end in a root. A self-signed server
    /// certificate is its own authority.
    ///
    /// # Errors
    /// If a path cannot be read or has no certificate, a certificate is damaged, or there are only intermediates.
    pub fn read(paths: impl IntoIterator<Item = impl AsRef<Path>>) -> Result<Self, AuthoritiesError> {
        let mut found = Found::default();
        for path in paths {
            let path = path.as_ref();
            if path.is_dir() {
                found.read_directory(path)?;
            } else {
                found.read(&Source::read(path)?)?;
            }
        }
        found.into_authorities()
    }

    /// Reads CA certificates from loaded files.
    ///
    /// # Errors
    /// As for [`Authorities::read`].
    pub fn from_sources<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Result<Self, AuthoritiesError> {
        let mut found = Found::default();
        for source in sources {
            found.read(source)?;
        }
        found.into_authorities()
    }
}

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorities")
            .field("certificates", &self.certificates.len())
            .field("origins", &self.origins)
            .finish()
    }
}

#[derive(Default)]
struct Found {
    certificates: Vec<Certificate>,
    origins: Vec<String>,
    has_root: bool,
    has_authority: bool,
}

impl Found {
    /// Reads one file, which must contain a certificate.
    fn read(&mut self, source: &Source) -> Result<(), AuthoritiesError> {
        self.origins.push(source.name().to_owned());
        if self.take(source)? { Ok(()) } else { Err(AuthoritiesError::None { name: source.name().to_owned() }) }
    }

    /// Reads a directory. Files without certificates are skipped.
    fn read_directory(&mut self, directory: &Path) -> Result<(), AuthoritiesError> {
        let name = directory.display().to_string();
        self.origins.push(name.clone());
        let files = certificate_files(directory).map_err(|error| SourceError::new(directory, error))?;
        let mut any = false;
        for file in files {
            any |= self.take(&Source::read(file)?)?;
        }
        any.then_some(()).ok_or(AuthoritiesError::None { name })
    }

    /// Adds the certificates of a file; returns whether there was one.
    fn take(&mut self, source: &Source) -> Result<bool, AuthoritiesError> {
        let damaged = || AuthoritiesError::Damaged { name: source.name().to_owned() };
        let is_der = source.bytes().first() == Some(&0x30);
        if is_der {
            self.add(source.bytes()).ok_or_else(damaged)?;
            return Ok(true);
        }
        let mut any = false;
        for block in pem::blocks(source.bytes()) {
            if block.is_certificate() {
                let added = block.der().and_then(|der| self.add(&der));
                added.ok_or_else(damaged)?;
                any = true;
            }
        }
        Ok(any)
    }

    fn add(&mut self, der: &[u8]) -> Option<()> {
        self.certificates.push(Certificate::from_der(der).ok()?);
        // The platform reads more than we do; what only it can read may well be a root.
        let Ok(certificate) = x509_cert::Certificate::from_der(der) else {
            (self.has_root, self.has_authority) = (true, true);
            return Some(());
        };
        let certificate = certificate.tbs_certificate();
        self.has_root |= certificate.subject() == certificate.issuer();
        let constraints = certificate.get_extension::<BasicConstraints>().ok().flatten();
        self.has_authority |= constraints.is_some_and(|(_, constraints)| constraints.ca);
        Some(())
    }

    fn into_authorities(self) -> Result<Authorities, AuthoritiesError> {
        if self.has_root {
            Ok(Authorities { certificates: self.certificates, origins: self.origins })
        } else if !self.has_authority {
            Err(AuthoritiesError::NoAuthority { names: self.origins })
        } else {
            Err(AuthoritiesError::NoRoot { names: self.origins })
        }
    }
}

/// The certificate files of a directory, sorted so that errors are the same on every machine.
fn certificate_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(directory)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = paths.collect::<io::Result<_>>()?;
    files.retain(|path| names_a_certificate(path) && path.is_file());
    files.sort();
    Ok(files)
}

fn names_a_certificate(path: &Path) -> bool {
    let Some(extension) = path.extension().and_then(|extension| extension.to_str()) else {
        return false;
    };
    let stem = path.file_stem().unwrap_or_default().as_encoded_bytes();
    let is_hash = stem.len() == 8 && stem.iter().all(u8::is_ascii_hexdigit);
    let is_number = !extension.is_empty() && extension.bytes().all(|byte| byte.is_ascii_digit());
    (is_hash && is_number) || ["pem", "crt", "cer"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
