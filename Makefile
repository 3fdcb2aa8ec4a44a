# A host with Docker, Cargo and make is enough; scripts/host.sh brings the rest or says what to bring.

.PHONY: demo test lint bench host images

demo: images
	cargo run --quiet -- demo

# Built before the stack comes up: its health checks would take a core from the compiler, and from the tests that
# send requests by the clock, which nothing else runs beside.
test: images
	cargo test --workspace --tests --no-run
	cargo test --lib load::open
	cargo test --test cli
	scripts/with-stack.sh sh -c "cargo test --lib --bins --test architecture --test refused --test stack --test suites -- --skip load::open && cargo test --workspace --test shop -- 'two looks'"

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

bench: images
	scripts/bench.sh
	scripts/gate.sh

images: host
	fixtures/shop/build.sh
	fixtures/objects/build.sh

host:
	scripts/host.sh
