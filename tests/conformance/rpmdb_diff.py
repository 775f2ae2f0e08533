#!/usr/bin/env python3
"""rpmdb_diff.py OURS.sqlite RPMS.sqlite : our package database against the one rpm wrote for the same packages.

Header blobs must be equal byte for byte once the moment of installation is masked (INSTALLTIME 1008, INSTALLTID 1128), and every
index table must hold the same (key, package, index) rows; only instance numbers may differ, as the two install in another order.
"""
import re, sqlite3, struct, sys

MASKED = {1008: 4, 1128: 4}     # tag: bytes per value


def entries(blob):
    il, dl = struct.unpack(">II", blob[:8])
    for i in range(il):
        yield struct.unpack(">IIiI", blob[8 + i * 16:24 + i * 16])


def masked(blob):
    il, _ = struct.unpack(">II", blob[:8])
    out = bytearray(blob)
    for tag, _, offset, count in entries(blob):
        if tag in MASKED:
            at = 8 + il * 16 + offset
            out[at:at + MASKED[tag] * count] = bytes(MASKED[tag] * count)
    return bytes(out)


def text(blob, wanted):
    il, _ = struct.unpack(">II", blob[:8])
    for tag, kind, offset, _ in entries(blob):
        if tag == wanted:
            at = 8 + il * 16 + offset
            return str(struct.unpack(">I", blob[at:at + 4])[0]) if kind == 4 else blob[at:blob.index(0, at)].decode("utf-8", "replace")
    return "(none)"


def read(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    db.text_factory = bytes
    headers, names = {}, {}
    for number, blob in db.execute("select hnum, blob from Packages"):
        nevra = "{}-{}:{}-{}.{}".format(*(text(blob, t) for t in (1000, 1003, 1001, 1002, 1022)))
        headers[nevra], names[number] = blob, nevra
    tables = [t.decode() for (t,) in db.execute("select name from sqlite_master where type = 'table'") if not re.match(b"sqlite_|Packages$", t)]
    rows = {t: sorted((k, names[h], i) for k, h, i in db.execute(f"select key, hnum, idx from '{t}'")
                      if t not in ("Installtid",)) for t in tables}     # its key is the masked moment
    schema = sorted(s for (s,) in db.execute("select sql from sqlite_master where sql is not null and name not like 'sqlite_%'"))     # sqlite_stat1: what PRAGMA optimize saw
    return headers, rows, schema


ours, theirs = read(sys.argv[1]), read(sys.argv[2])
bad = 0
for nevra in sorted(ours[0].keys() | theirs[0].keys()):
    if nevra not in ours[0] or nevra not in theirs[0]:
        print("only in", "ours" if nevra in ours[0] else "rpm's", nevra)
        bad += 1
    elif masked(ours[0][nevra]) != masked(theirs[0][nevra]):
        a, b = ({e[0]: e[1:] for e in entries(x[0][nevra])} for x in (ours, theirs))
        tags = [t for t in sorted(a.keys() | b.keys()) if t not in a or t not in b or (a[t][0], a[t][2]) != (b[t][0], b[t][2])]
        print(f"{nevra}: {len(ours[0][nevra])} bytes, rpm's {len(theirs[0][nevra])}; tags that differ in type, count or presence: {tags or 'none: a value, or the order'}")
        bad += 1
for table in sorted(ours[1].keys() | theirs[1].keys()):
    a, b = ours[1].get(table), theirs[1].get(table)
    if a is None or b is None:
        print("table only in", "ours" if b is None else "rpm's", table)
        bad += 1
    elif a != b:
        print(f"{table}: only ours {[r for r in a if r not in b][:3]}, only rpm's {[r for r in b if r not in a][:3]}")
        bad += 1
if ours[2] != theirs[2]:
    print("schema differs:", set(ours[2]) ^ set(theirs[2]))
    bad += 1
print(f"{len(ours[0])} packages, {len(ours[1])} tables, {bad} differences")
sys.exit(1 if bad else 0)
