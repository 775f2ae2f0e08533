cd /w; mkdir -p t/a t/b; : > t/a/x.la; : > t/b/y.la; : > t/b/z.so
find t -name '*.la' | sort | while read -r f; do echo "rm $f"; rm -f "$f"; done; find t -type f; for d in t/*; do [ -d "$d" ] && rmdir "$d" 2>/dev/null || echo "kept $d"; done
find t -type f -name '*.so' -exec echo found {} \;
