//! One certificate and what it grants.

use super::{Content, Defect, Error, certificate::Certificate, content, path_tree::PathTree, pem};

/// The kind of certificate that simple content access gives out.
const ORG_LEVEL: &str = "OrgLevel";

/// An entitlement certificate of version 3 (or of version 1, which servers of long ago gave out), read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entitlement {
    /// The file it came from; for messages, and to find its client certificate again.
    pub name: String,
    /// Serial number, decimal.
    pub serial: String,
    /// First second it is valid, since 1970.
    pub not_before: u64,
    /// Last second it is valid, since 1970.
    pub not_after: u64,
    /// Whether it is simple content access: one certificate for all of an organisation's content. Others grant the
    /// content of a subscription, and go first.
    pub org_level: bool,
    /// Every content set, in the certificate's order.
    pub contents: Vec<Content>,
    /// The extension with the tree of granted paths, undecoded; empty when there is none. Servers judge by it, and for
    /// simple content access it holds only the organisation's key.
    pub path_tree: Vec<u8>,
}

impl Entitlement {
    /// Reads an entitlement's PEM file. `name` is the file's, for messages. Private keys and other blocks in it are skipped.
    ///
    /// # Errors
    /// When it is no certificate, none of an entitlement of version 3, or its data block is missing or broken.
    pub fn parse(name: &str, pem: &[u8]) -> Result<Self, Error> {
        let broken = |source| Error::Broken { name: name.to_owned(), source };
        let der = pem::block(pem, "CERTIFICATE").map_err(broken)?;
        let der = der.ok_or_else(|| Error::NoCertificate { name: name.to_owned() })?;
        let certificate = Certificate::parse(&der).map_err(broken)?;
        let contents = match &certificate.version {
            Some(version) if version.starts_with("3.") => {
                let data = pem::block(pem, "ENTITLEMENT DATA").map_err(broken)?;
                content::read(&data.ok_or_else(|| Error::NoData { name: name.to_owned() })?).map_err(broken)?
            }
            version
                if version.as_ref().is_none_or(|v| v.starts_with("1.")) && certificate.extensions.are_of_an_order() =>
            {
                certificate.extensions.contents()
            }
            Some(found) => return Err(Error::Version { name: name.to_owned(), found: found.clone() }),
            None => return Err(Error::NoEntitlementCertificate { name: name.to_owned() }),
        };
        Ok(Self {
            name: name.to_owned(),
            serial: certificate.serial,
            not_before: certificate.not_before,
            not_after: certificate.not_after,
            org_level: certificate.kind.as_deref() == Some(ORG_LEVEL),
            contents,
            path_tree: certificate.path_tree,
        })
    }

    /// Whether servers will let its holder have what lies at this path below the network's base URL. The tree decides where
    /// it lists paths; under simple content access, and in version 1, the content sets do.
    ///
    /// # Errors
    /// When the tree is broken.
    pub fn opens(&self, path: &str) -> Result<bool, Error> {
        if !self.org_level && !self.path_tree.is_empty() {
            let broken = |source: Defect| Error::Broken { name: self.name.clone(), source };
            return Ok(PathTree::decode(&self.path_tree).map_err(broken)?.opens(path));
        }
        Ok(self.contents.iter().any(|content| content.covers(path)))
    }

    /// The content set of this label.
    pub fn content(&self, label: &str) -> Option<&Content> {
        self.contents.iter().find(|c| c.label == label)
    }

    /// Whether it is valid at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Expired`] or [`Error::NotYetValid`], with the moment.
    pub fn check(&self, now: u64) -> Result<(), Error> {
        if now > self.not_after {
            return Err(Error::Expired { name: self.name.clone(), since: self.not_after });
        }
        if now < self.not_before {
            return Err(Error::NotYetValid { name: self.name.clone(), until: self.not_before });
        }
        Ok(())
    }
}
