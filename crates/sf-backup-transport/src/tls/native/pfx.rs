//! PKCS#12 archives in memory, the only form in which Windows imports keys of every kind.
//!
//! An archive is not encrypted, because it never leaves the process, but has the digest by which Windows checks a
//! password ([RFC 7292](https://www.rfc-editor.org/rfc/rfc7292), sections 4 and appendix B).

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use crate::tls::native::Pair;

/// The password of the archives. Not empty, because libraries disagree on how an empty password is hashed.
pub(crate) const PASSWORD: &str = "in memory";

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const NULL: &[u8] = &[0x05, 0];
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[0]`, explicit.
const EXPLICIT: u8 = 0xa0;

const DATA: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
const KEY_BAG: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];
const CERTIFICATE_BAG: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 3];
const X509: &[u8] = &[6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 22, 1];
const LOCAL_KEY_ID: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 21];
const SHA1: &[u8] = &[6, 5, 0x2b, 0x0e, 3, 2, 0x1a];

/// Length of a block of SHA-1, in bytes.
const BLOCK: usize = 64;
const ITERATIONS: u16 = 2048;

type Bytes = Zeroizing<Vec<u8>>;

/// Creates an archive with [`PASSWORD`].
pub(crate) fn archive(pair: &Pair<'_>) -> Bytes {
    let leaf = pair.chain.first().copied().unwrap_or_default();
    let id = Sha1::digest(leaf);
    let mut bags = vec![bag(KEY_BAG, pair.key, Some(&id))];
    for (place, certificate) in pair.chain.iter().enumerate() {
        let certificate = tlv(SEQUENCE, &[X509, &tlv(EXPLICIT, &[&tlv(OCTET_STRING, &[certificate])])]);
        bags.push(bag(CERTIFICATE_BAG, &certificate, (place == 0).then_some(&*id)));
    }
    let bags: Vec<&[u8]> = bags.iter().map(|bag| bag.as_slice()).collect();
    let safe = tlv(SEQUENCE, &[&data(&tlv(SEQUENCE, &bags))]);
    let version = [INTEGER, 1, 3];
    tlv(SEQUENCE, &[&version, &data(&safe), &mac(&safe, &id)])
}

fn bag(kind: &[u8], value: &[u8], id: Option<&[u8]>) -> Bytes {
    let attributes = id.map(|id| {
        let id = tlv(SET, &[&tlv(OCTET_STRING, &[id])]);
        tlv(SET, &[&tlv(SEQUENCE, &[LOCAL_KEY_ID, &id])])
    });
    tlv(SEQUENCE, &[kind, &tlv(EXPLICIT, &[value]), &attributes.unwrap_or_default()])
}

fn data(contents: &[u8]) -> Bytes {
    tlv(SEQUENCE, &[DATA, &tlv(EXPLICIT, &[&tlv(OCTET_STRING, &[contents])])])
}

fn mac(contents: &[u8], salt: &[u8]) -> Bytes {
    let digest = hmac(&mac_key(salt), contents);
    let algorithm = tlv(SEQUENCE, &[SHA1, NULL]);
    let digest = tlv(SEQUENCE, &[&algorithm, &tlv(OCTET_STRING, &[&digest])]);
    tlv(SEQUENCE, &[&digest, &tlv(OCTET_STRING, &[salt]), &tlv(INTEGER, &[&ITERATIONS.to_be_bytes()])])
}

/// Derives the key of the digest from the password. It is as long as one output of SHA-1.
fn mac_key(salt: &[u8]) -> [u8; 20] {
    const FOR_DIGESTS: u8 = 3;
    let password: Vec<u8> = PASSWORD.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let filled = |text: &[u8]| -> Vec<u8> {
        let length = text.len().div_ceil(BLOCK) * BLOCK;
        text.iter().copied().cycle().take(length).collect()
    };
    let first = Sha1::new_with_prefix([FOR_DIGESTS; BLOCK]).chain_update(filled(salt)).chain_update(filled(&password));
    (1..ITERATIONS).fold(first.finalize().into(), |key: [u8; 20], _| Sha1::digest(key).into())
}

/// HMAC with SHA-1 for keys of at most a block.
fn hmac(key: &[u8; 20], text: &[u8]) -> [u8; 20] {
    let padded = |pad: u8| -> Vec<u8> { key.iter().copied().chain([0; BLOCK - 20]).map(|byte| byte ^ pad).collect() };
    let inner = Sha1::new_with_prefix(padded(0x36)).chain_update(text).finalize();
    Sha1::new_with_prefix(padded(0x5c)).chain_update(inner).finalize().into()
}

/// A value in DER: tag, length and contents.
fn tlv(tag: u8, parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    // All of it at once: growing would leave copies of a key behind.
    let mut bytes = Vec::with_capacity(length + 10);
    bytes.push(tag);
    let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|&digit| digit == 0).collect();
    match (u8::try_from(length), u8::try_from(digits.len())) {
        (Ok(short @ ..0x80), _) => bytes.push(short),
        (_, Ok(count)) => {
            bytes.push(0x80 | count);
            bytes.extend(digits);
        }
        // A length has at most eight digits.
        _ => {}
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    Zeroizing::new(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_matches_a_published_vector() {
        // RFC 2202, case 3: 20 bytes 0xaa, 50 bytes 0xdd.
        let digest = hmac(&[0xaa; 20], &[0xdd; 50]);
        let expected = "125d7342b9ac11cd91a39af48aa17b4f63f175d3";
        assert_eq!(digest.map(|byte| format!("{byte:02x}")).concat(), expected);
    }

    #[test]
    fn lengths_have_the_shortest_form() {
        assert_eq!(tlv(4, &[&[7; 3]])[..2], [4, 3]);
        assert_eq!(tlv(4, &[&[7; 0x80]])[..3], [4, 0x81, 0x80]);
        assert_eq!(tlv(4, &[&[7; 0x80], &[7; 0x80]])[..4], [4, 0x82, 1, 0]);
    }

    #[cfg(not(any(windows, target_vendor = "apple")))]
    #[test]
    fn openssl_reads_the_archive_and_finds_the_pair() {
        use openssl::asn1::Asn1Time;
        use openssl::ec::{EcGroup, EcKey};
        use openssl::hash::MessageDigest;
        use openssl::nid::Nid;
        use openssl::pkcs12::Pkcs12;
        use openssl::pkey::PKey;
        use openssl::rsa::Rsa;
        use openssl::x509::X509;

        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        for key in [
            PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap(),
            PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap(),
        ] {
            let certificate = |key: &PKey<_>| {
                let mut certificate = X509::builder().unwrap();
                certificate.set_pubkey(key).unwrap();
                certificate.set_not_before(&Asn1Time::from_unix(0).unwrap()).unwrap();
                certificate.set_not_after(&Asn1Time::from_unix(1).unwrap()).unwrap();
                certificate.sign(key, MessageDigest::sha256()).unwrap();
                certificate.build().to_der().unwrap()
            };
            let issuer = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
            let (leaf, issuer) = (certificate(&key), certificate(&issuer));
            let der = key.private_key_to_pkcs8().unwrap();
            let archive = archive(&Pair { chain: &[&leaf, &issuer], key: &der });

            let archive = Pkcs12::from_der(&archive).unwrap();
            assert!(archive.parse2("another password").is_err());
            let parsed = archive.parse2(PASSWORD).unwrap();
            assert!(parsed.pkey.unwrap().public_eq(&key));
            assert_eq!(parsed.cert.unwrap().to_der().unwrap(), leaf);
            let others: Vec<_> = parsed.ca.unwrap().into_iter().map(|it| it.to_der().unwrap()).collect();
            assert_eq!(others, [issuer]);
        }
    }
}
