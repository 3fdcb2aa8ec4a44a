# A host with Docker, Cargo and make is enough; scripts/host.sh brings the rest or says what to bring.

.PHONY: demo test lint bench host images

demo: images
	cargo run --quiet -- demo

test: images
	scripts/with-stack.sh cargo test --workspace --all-targets

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

bench: host
	scripts/bench.sh

images: host
	fixtures/shop/build.sh

host:
	scripts/host.sh
