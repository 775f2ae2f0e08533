//! Header tags, by the numbers of rpm's `include/rpm/rpmtag.h`.

use std::fmt;

/// A header tag's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(pub u32);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(tag, _)| tag == self) {
            Some((_, name)) => write!(f, "{name} ({})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! tags {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        impl Tag {
            $($(#[$doc])* pub const $name: Self = Self($number);)*
        }
        const NAMES: &[(Tag, &str)] = &[$((Tag::$name, stringify!($name)),)*];
    };
}

tags! {
    /// Region of a main header made by rpm before 4.0 (read only).
    HEADERIMAGE = 61,
    /// Region of the signature header.
    HEADERSIGNATURES = 62,
    /// Region of the main header: what is digested and signed.
    HEADERIMMUTABLE = 63,
    /// Locales of the translated strings; the first one is `C`.
    HEADERI18NTABLE = 100,

    // -- signature header, and its tags merged into an installed header
    /// Size of header and payload, installed form of [`Tag::SIG_SIZE`].
    SIGSIZE = 257,
    /// Installed form of [`Tag::SIG_PGP`].
    SIGPGP = 259,
    /// Installed form of [`Tag::SIG_MD5`].
    SIGMD5 = 261,
    /// Installed form of [`Tag::SIG_GPG`].
    SIGGPG = 262,
    /// OpenPGP signature (DSA, EdDSA, ECDSA) over the header.
    DSAHEADER = 267,
    /// OpenPGP signature (RSA) over the header.
    RSAHEADER = 268,
    /// SHA-1 of the header, hex.
    SHA1HEADER = 269,
    /// Size of header and payload above 4 GiB.
    LONGSIGSIZE = 270,
    /// Size of the uncompressed payload above 4 GiB.
    LONGARCHIVESIZE = 271,
    /// SHA-256 of the header, hex.
    SHA256HEADER = 273,
    /// IMA signatures of the files, in the signature header.
    SIG_FILESIGNATURES = 274,
    /// Length of one IMA signature, in the signature header.
    SIG_FILESIGNATURELENGTH = 275,
    /// OpenPGP signatures, base64, one per element (rpm 6).
    OPENPGP = 278,
    /// Size of header and payload, in the signature header.
    SIG_SIZE = 1000,
    /// OpenPGP signature (RSA) over header and payload, in the signature header.
    SIG_PGP = 1002,
    /// MD5 of header and payload, in the signature header.
    SIG_MD5 = 1004,
    /// OpenPGP signature (DSA) over header and payload, in the signature header.
    SIG_GPG = 1005,
    /// Size of the uncompressed payload, in the signature header.
    SIG_PAYLOADSIZE = 1007,
    /// Zeros that leave room to sign in place, in the signature header.
    SIG_RESERVEDSPACE = 1008,

    // -- identity
    /// Package name.
    NAME = 1000,
    /// Version.
    VERSION = 1001,
    /// Release.
    RELEASE = 1002,
    /// Epoch, absent when 0 was never written.
    EPOCH = 1003,
    /// One line of description.
    SUMMARY = 1004,
    /// Description.
    DESCRIPTION = 1005,
    /// Time of the build.
    BUILDTIME = 1006,
    /// Host of the build.
    BUILDHOST = 1007,
    /// Time of installation (only in the database).
    INSTALLTIME = 1008,
    /// Sum of the file sizes.
    SIZE = 1009,
    /// Vendor.
    VENDOR = 1011,
    /// Licence.
    LICENSE = 1014,
    /// Packager.
    PACKAGER = 1015,
    /// Group, translated.
    GROUP = 1016,
    /// Home page.
    URL = 1020,
    /// Operating system.
    OS = 1021,
    /// Architecture.
    ARCH = 1022,
    /// File name of the source package; its absence marks a source package.
    SOURCERPM = 1044,
    /// Set in source packages.
    SOURCEPACKAGE = 1106,
    /// Size of the uncompressed payload.
    ARCHIVESIZE = 1046,
    /// Version of rpm that built the package.
    RPMVERSION = 1064,

    // -- scriptlets
    /// `%pre`.
    PREIN = 1023,
    /// `%post`.
    POSTIN = 1024,
    /// `%preun`.
    PREUN = 1025,
    /// `%postun`.
    POSTUN = 1026,
    /// Interpreter of `%pre`.
    PREINPROG = 1085,
    /// Interpreter of `%post`.
    POSTINPROG = 1086,
    /// Interpreter of `%preun`.
    PREUNPROG = 1087,
    /// Interpreter of `%postun`.
    POSTUNPROG = 1088,
    /// `%verifyscript`.
    VERIFYSCRIPT = 1079,
    /// Interpreter of `%verifyscript`.
    VERIFYSCRIPTPROG = 1091,
    /// `%pretrans`.
    PRETRANS = 1151,
    /// `%posttrans`.
    POSTTRANS = 1152,
    /// Interpreter of `%pretrans`.
    PRETRANSPROG = 1153,
    /// Interpreter of `%posttrans`.
    POSTTRANSPROG = 1154,
    /// Flags of `%pre`.
    PREINFLAGS = 5020,
    /// Flags of `%post`.
    POSTINFLAGS = 5021,
    /// Flags of `%preun`.
    PREUNFLAGS = 5022,
    /// Flags of `%postun`.
    POSTUNFLAGS = 5023,
    /// Flags of `%pretrans`.
    PRETRANSFLAGS = 5024,
    /// Flags of `%posttrans`.
    POSTTRANSFLAGS = 5025,
    /// Flags of `%verifyscript`.
    VERIFYSCRIPTFLAGS = 5026,
    /// `%preuntrans` (rpm 4.19).
    PREUNTRANS = 5103,
    /// `%postuntrans` (rpm 4.19).
    POSTUNTRANS = 5104,
    /// Interpreter of `%preuntrans`.
    PREUNTRANSPROG = 5105,
    /// Interpreter of `%postuntrans`.
    POSTUNTRANSPROG = 5106,
    /// Flags of `%preuntrans`.
    PREUNTRANSFLAGS = 5107,
    /// Flags of `%postuntrans`.
    POSTUNTRANSFLAGS = 5108,
    /// Bodies of triggers.
    TRIGGERSCRIPTS = 1065,
    /// Names that fire triggers, one per condition.
    TRIGGERNAME = 1066,
    /// Versions of the conditions.
    TRIGGERVERSION = 1067,
    /// Senses of the conditions.
    TRIGGERFLAGS = 1068,
    /// Script each condition fires.
    TRIGGERINDEX = 1069,
    /// Interpreters of triggers.
    TRIGGERSCRIPTPROG = 1092,
    /// Flags of triggers.
    TRIGGERSCRIPTFLAGS = 5027,
    /// Bodies of file triggers.
    FILETRIGGERSCRIPTS = 5066,
    /// Interpreters of file triggers.
    FILETRIGGERSCRIPTPROG = 5067,
    /// Script flags of file triggers.
    FILETRIGGERSCRIPTFLAGS = 5068,
    /// Path prefixes of file triggers.
    FILETRIGGERNAME = 5069,
    /// Script each prefix fires.
    FILETRIGGERINDEX = 5070,
    /// Versions, unused.
    FILETRIGGERVERSION = 5071,
    /// Senses of the prefixes.
    FILETRIGGERFLAGS = 5072,
    /// Bodies of transaction file triggers.
    TRANSFILETRIGGERSCRIPTS = 5076,
    /// Interpreters of transaction file triggers.
    TRANSFILETRIGGERSCRIPTPROG = 5077,
    /// Script flags of transaction file triggers.
    TRANSFILETRIGGERSCRIPTFLAGS = 5078,
    /// Path prefixes of transaction file triggers.
    TRANSFILETRIGGERNAME = 5079,
    /// Script each prefix fires.
    TRANSFILETRIGGERINDEX = 5080,
    /// Versions, unused.
    TRANSFILETRIGGERVERSION = 5081,
    /// Senses of the prefixes.
    TRANSFILETRIGGERFLAGS = 5082,
    /// Priorities of file triggers, one per script.
    FILETRIGGERPRIORITIES = 5084,
    /// Priorities of transaction file triggers, one per script.
    TRANSFILETRIGGERPRIORITIES = 5085,

    // -- files
    /// Whole paths, in packages of rpm 3.
    OLDFILENAMES = 1027,
    /// Sizes.
    FILESIZES = 1028,
    /// States (only in the database).
    FILESTATES = 1029,
    /// Modes.
    FILEMODES = 1030,
    /// Device numbers of device nodes.
    FILERDEVS = 1033,
    /// Modification times.
    FILEMTIMES = 1034,
    /// Digests, hex.
    FILEDIGESTS = 1035,
    /// Targets of symbolic links.
    FILELINKTOS = 1036,
    /// Flags (`%config`, `%doc` …).
    FILEFLAGS = 1037,
    /// Owners' names.
    FILEUSERNAME = 1039,
    /// Groups' names.
    FILEGROUPNAME = 1040,
    /// Device numbers: with inodes, the hard-link sets.
    FILEDEVICES = 1095,
    /// Inode numbers: with devices, the hard-link sets.
    FILEINODES = 1096,
    /// Languages, `a|b`.
    FILELANGS = 1097,
    /// Relocatable prefixes.
    PREFIXES = 1098,
    /// Prefixes as installed (only in the database).
    INSTPREFIXES = 1099,
    /// Directory of each base name.
    DIRINDEXES = 1116,
    /// Last components.
    BASENAMES = 1117,
    /// Directories, with trailing slash.
    DIRNAMES = 1118,
    /// ELF colours.
    FILECOLORS = 1140,
    /// Sizes above 4 GiB.
    LONGFILESIZES = 5008,
    /// Capabilities, as text.
    FILECAPS = 5010,
    /// Algorithm of `FILEDIGESTS`, OpenPGP's number; MD5 when absent.
    FILEDIGESTALGO = 5011,
    /// IMA signatures of the files.
    FILESIGNATURES = 5090,
    /// Length of one IMA signature.
    FILESIGNATURELENGTH = 5091,

    // -- dependencies
    /// Names of what is provided.
    PROVIDENAME = 1047,
    /// Senses of what is provided.
    PROVIDEFLAGS = 1112,
    /// Versions of what is provided.
    PROVIDEVERSION = 1113,
    /// Names of what is required.
    REQUIRENAME = 1049,
    /// Senses of what is required.
    REQUIREFLAGS = 1048,
    /// Versions of what is required.
    REQUIREVERSION = 1050,
    /// Names of conflicts.
    CONFLICTNAME = 1054,
    /// Senses of conflicts.
    CONFLICTFLAGS = 1053,
    /// Versions of conflicts.
    CONFLICTVERSION = 1055,
    /// Names of what is obsoleted.
    OBSOLETENAME = 1090,
    /// Senses of what is obsoleted.
    OBSOLETEFLAGS = 1114,
    /// Versions of what is obsoleted.
    OBSOLETEVERSION = 1115,
    /// Names of what is recommended.
    RECOMMENDNAME = 5046,
    /// Versions of what is recommended.
    RECOMMENDVERSION = 5047,
    /// Senses of what is recommended.
    RECOMMENDFLAGS = 5048,
    /// Names of what is suggested.
    SUGGESTNAME = 5049,
    /// Versions of what is suggested.
    SUGGESTVERSION = 5050,
    /// Senses of what is suggested.
    SUGGESTFLAGS = 5051,
    /// Names of what is supplemented.
    SUPPLEMENTNAME = 5052,
    /// Versions of what is supplemented.
    SUPPLEMENTVERSION = 5053,
    /// Senses of what is supplemented.
    SUPPLEMENTFLAGS = 5054,
    /// Names of what is enhanced.
    ENHANCENAME = 5055,
    /// Versions of what is enhanced.
    ENHANCEVERSION = 5056,
    /// Senses of what is enhanced.
    ENHANCEFLAGS = 5057,
    /// Names this package wants to be ordered after.
    ORDERNAME = 5035,
    /// Versions of the ordering.
    ORDERVERSION = 5036,
    /// Senses of the ordering.
    ORDERFLAGS = 5037,
    /// Module of the package, `name:stream:version:context`.
    MODULARITYLABEL = 5096,

    // -- payload
    /// `cpio`.
    PAYLOADFORMAT = 1124,
    /// Compressor, gzip when absent.
    PAYLOADCOMPRESSOR = 1125,
    /// Flags given to the compressor.
    PAYLOADFLAGS = 1126,
    /// Digest of the compressed payload, hex, one element.
    PAYLOADDIGEST = 5092,
    /// Algorithm of `PAYLOADDIGEST`, OpenPGP's number.
    PAYLOADDIGESTALGO = 5093,
    /// Digest of the uncompressed payload.
    PAYLOADDIGESTALT = 5097,

    // -- only in the database
    /// Colours the transaction accepted.
    INSTALLCOLOR = 1127,
    /// Transaction the package came with.
    INSTALLTID = 1128,
}
