#!/usr/bin/env bash
# Resolve the dependencies again and write uv.lock and the hashed files that run.py installs from.
set -eu
cd "$(dirname "$0")/.."
# --no-config: the machine's own mirrors must not end up in a file that everybody installs from.
uv lock --no-config --upgrade
hashed=(uv export --no-config --frozen --quiet --no-emit-project --no-annotate --no-header)
"${hashed[@]}" --no-default-groups -o requirements.lock
"${hashed[@]}" --no-default-groups --extra test -o requirements-test.lock
"${hashed[@]}" --only-group build -o requirements-build.lock
