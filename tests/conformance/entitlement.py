#!/usr/bin/env python3
"""entitlement.py CADIR DIR : entitlement certificates as a subscription service hands them out (version 3, simple content access).

DIR/SERIAL.pem holds a certificate signed by CADIR/ca.{pem,key}, the zlib of a JSON list of content sets, and a signature over that;
DIR/SERIAL-key.pem is its key. DIR-bad/: `expired`, `early` (valid next year), `other` (grants something else), `no-rt` (all but rt).
The content sets' paths are where fixtures/specs/build.sh puts its repositories. Needs openssl and faketime.
"""
import base64, json, os, subprocess, sys, zlib

OID = "1.3.6.1.4.1.2312.9"          # Red Hat's arc: .6 is the format's version, .8 the kind of certificate
SERIAL = "4242424242424242424"
ca, out = sys.argv[1:]


def content(label, path, enabled=True, arch=None):
    return {"id": str(zlib.crc32(label.encode()) % 100000), "type": "yum", "name": label.replace("-", " "), "label": label, "vendor": "Fixture", "path": path,
            "gpg_url": "/RPM-GPG-KEY-fixture", "metadata_expire": 86400, "arches": [arch] if arch else [], **({} if enabled else {"enabled": False})}


def openssl(*args, when="+0d", data=None):
    return subprocess.run(["faketime", "-f", when, "openssl", *args], input=data, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout


def pem(name, raw):
    return f"-----BEGIN {name}-----\n{base64.encodebytes(raw).decode()}-----END {name}-----\n"


def issue(directory, name, contents, when="+0d", days=825):
    """`when`: the day it becomes valid, as faketime takes it."""
    os.makedirs(directory, exist_ok=True)
    path = f"{directory}/{name}"
    request = openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/O=12345678/CN=0123456789abcdef0123456789abcdef", "-keyout", f"{path}-key.pem")
    with open(f"{path}.ext", "w") as f:
        f.write(f"keyUsage=critical,digitalSignature,keyEncipherment\nextendedKeyUsage=clientAuth\n{OID}.6=ASN1:UTF8String:3.4\n{OID}.8=ASN1:UTF8String:OrgLevel\n")
    certificate = openssl("x509", "-req", "-CA", f"{ca}/ca.pem", "-CAkey", f"{ca}/ca.key", "-set_serial", SERIAL, "-days", str(days), "-extfile", f"{path}.ext", when=when, data=request)
    os.remove(f"{path}.ext")
    product = {"id": "content_access", "name": " Content Access", "version": "", "architectures": [], "content": contents}
    data = zlib.compress(json.dumps({"consumer": "0123456789abcdef0123456789abcdef", "quantity": 1, "order": {}, "pool": {}, "products": [product],
                                     "subscription": {"sku": "content_access", "name": "Content Access"}}).encode())
    signature = openssl("dgst", "-sha256", "-sign", f"{ca}/ca.key", data=data)
    with open(f"{path}.pem", "w") as f:
        f.write(certificate.decode() + pem("ENTITLEMENT DATA", data) + pem("RSA SIGNATURE", signature))
    os.chmod(f"{path}-key.pem", 0o600)


toolkit = []
for arch in "x86_64", "aarch64":
    for repo in "baseos", "appstream":
        toolkit.append(content(f"rhel-8-for-{arch}-{repo}-rpms", f"/content/dist/rhel8/$releasever/{arch}/{repo}/os", arch=arch))
        toolkit.append(content(f"rhel-8-for-{arch}-{repo}-eus-rpms", f"/content/eus/rhel8/$releasever/{arch}/{repo}/os", enabled=False, arch=arch))
rt = content("rhel-8-for-x86_64-rt-rpms", "/content/dist/rhel8/$releasever/$basearch/rt/os", enabled=False, arch="x86_64")
other = content("ansible-2-for-rhel-8-x86_64-rpms", "/content/dist/layered/rhel8/x86_64/ansible/2/os", arch="x86_64")

issue(out, SERIAL, toolkit + [rt])
bad = out.rstrip("/") + "-bad"
issue(bad, "expired", toolkit, "-400d", 365)
issue(bad, "early", toolkit, "+365d")
issue(bad, "other", [other])
issue(bad, "no-rt", toolkit)
