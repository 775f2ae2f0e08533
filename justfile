# What CI runs (.ci/run) under the names people type. `just` is a convenience: every line works without it.

# debug build
build:
    cargo build --locked

test:
    cargo test --locked

# formatting, clippy, shellcheck; licences and bans where cargo-deny is installed
lint:
    .ci/lint

fmt:
    cargo fmt

# judge a release build with rpm, dnf, skopeo and umoci (needs root): just conformance [10-build 60-bad ...]
conformance *checks:
    tests/conformance/setup.sh && cargo test --locked --test testbed_peers --test order_peers -- --ignored && tests/conformance/run.sh {{checks}}

# strangers' bytes against every reader, so many seconds each: just fuzz 600 shell
fuzz seconds="60" *targets:
    tests/fuzz/run.sh {{seconds}} {{targets}}

# the performance table; the corpus is made on the first run (20 minutes)
bench *what:
    bench/run.sh {{what}}

# the whole trip in one process, on fixtures it makes itself
demo:
    cargo run --locked --release -- demo

# one statically linked executable
dist:
    .ci/dist
