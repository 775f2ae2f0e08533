//! Signatures in files of their own (`repomd.xml.asc`), and messages that carry what they sign (simple signing of images).

use std::io::{BufReader, Read as _};

use pgp::{
    armor::Dearmor,
    packet::{Packet, PacketParser},
};

use super::{Keyring, SignatureError, Signer};

const ARMOR: &[u8] = b"-----BEGIN PGP ";
/// Signed payloads are some hundred bytes.
const LARGEST: u64 = 4 << 20;
/// More packets than this are no signature.
const MOST: usize = 64;

impl Keyring {
    /// Checks a signature file, armored or binary, over `data`. Of several signatures one has to hold.
    ///
    /// # Errors
    /// Why the last does not.
    pub fn verify_file(&self, signature: &[u8], data: &[u8]) -> Result<Signer, SignatureError> {
        let packets = packets(&binary(signature)?)?;
        let mut refused = SignatureError::Malformed { source: None };
        for packet in packets {
            let Packet::Signature(signature) = packet else { continue };
            match self.verify_packet(&signature, data) {
                Ok(signer) => return Ok(signer),
                Err(e) => refused = e,
            }
        }
        Err(refused)
    }

    /// Checks a signed message, perhaps compressed (`gpg --sign`); gives who signed it and what it says. Of several signatures
    /// one has to hold.
    ///
    /// # Errors
    /// Why the last does not.
    pub fn open_message(&self, message: &[u8]) -> Result<(Signer, Vec<u8>), SignatureError> {
        let mut packets = packets(&binary(message)?)?;
        if let [Packet::CompressedData(compressed)] = &packets[..] {
            let failed = |e: pgp::errors::Error| SignatureError::Malformed { source: Some(Box::new(e)) };
            let mut inner = Vec::new();
            let reader = compressed.decompress().map_err(failed)?;
            reader.take(LARGEST + 1).read_to_end(&mut inner).map_err(SignatureError::Read)?;
            if inner.len() as u64 > LARGEST {
                return Err(SignatureError::Malformed { source: None });
            }
            packets = self::packets(&inner)?;
        }
        let said = packets.iter().find_map(|p| match p {
            Packet::LiteralData(literal) => Some(literal.data().to_vec()),
            _ => None,
        });
        let said = said.ok_or(SignatureError::Malformed { source: None })?;
        let mut refused = SignatureError::Malformed { source: None };
        for packet in &packets {
            let Packet::Signature(signature) = packet else { continue };
            match self.verify_packet(signature, &said[..]) {
                Ok(signer) => return Ok((signer, said)),
                Err(e) => refused = e,
            }
        }
        Err(refused)
    }
}

/// The bytes in an armored file, or the file's.
fn binary(file: &[u8]) -> Result<Vec<u8>, SignatureError> {
    if file.len() as u64 > LARGEST {
        return Err(SignatureError::Malformed { source: None });
    }
    let Some(at) = file.windows(ARMOR.len()).position(|w| w == ARMOR) else { return Ok(file.to_vec()) };
    let mut out = Vec::new();
    // One newline more: the reader wants the last line ended.
    Dearmor::new(BufReader::new(file[at..].chain(&b"\n"[..]))).read_to_end(&mut out).map_err(SignatureError::Read)?;
    Ok(out)
}

fn packets(bytes: &[u8]) -> Result<Vec<Packet>, SignatureError> {
    let packets = PacketParser::new(bytes).take(MOST).collect::<Result<Vec<_>, _>>();
    packets.map_err(|e| SignatureError::Malformed { source: Some(Box::new(e)) })
}
