# shellcheck shell=bash
# libdb SQLITE PACKAGES : rpm's sqlite database as the Berkeley DB hash of RHEL 8, by libdb, with gaps in the numbers and the last number
# higher than any. Sourced by checks.
libdb() {
  python3 - "$1" <<'P' | db5.3_load "$2"
import sqlite3, struct, sys
rows = sqlite3.connect(sys.argv[1]).execute("select hnum, blob from Packages order by hnum").fetchall()
print("VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize=4096\nHEADER=END")
key = lambda n: " " + struct.pack("<I", n).hex()
print(key(0), key(1000), *(line for n, blob in rows for line in (key(3 * n), " " + blob.hex())), "DATA=END", sep="\n")
P
}
