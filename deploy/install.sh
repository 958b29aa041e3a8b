#!/bin/sh
# Makes the virtual environment named by its argument and puts Rasid into it, in place, with everything that
# requirements.txt pins. Called by `make install`; needs Python 3.11 or 3.12 with venv, and nothing else.
#
# uv does it in seconds and builds with the pinned setuptools; where uv cannot be had, pip does the same. Neither
# compiles what it installs: Python does so for the tenth of it that is ever imported.
set -eu

venv=${1:?usage: deploy/install.sh VENV}
fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))'

say() { printf 'rasid: %s\n' "$*" >&2; }

find_python() {
    for name in ${PYTHON:-} python3 python3.12 python3.11; do
        if "$name" -c "$fits" 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "no Python 3.11 or 3.12 with venv found (tried: ${PYTHON:-} python3 python3.12 python3.11)"
    say "install one (Debian: apt-get install python3-venv), or name it: make install PYTHON=/path/to/python3.12"
    exit 2
}

# Old environments of another Python, or moved here from elsewhere, are made anew.
usable() { "$venv/bin/python" -c "$fits" && "$venv/bin/pip" --version; }

# uv reads no pip configuration: what is set there, or in PIP_*, about index and certificates is passed on to it.
pip_setting() { "$venv/bin/pip" config list | sed -n "s/^[^=]*\.$1='\(.*\)'\$/\1/p" | tail -n 1; }

as_pip_is_set() {
    index=${UV_DEFAULT_INDEX:-$(pip_setting index-url)}
    certificates=${SSL_CERT_FILE:-$(pip_setting cert)}
    [ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
    [ -z "$certificates" ] || export SSL_CERT_FILE="$certificates"
}

with_uv() (
    as_pip_is_set
    "$venv/bin/pip" install --quiet --no-compile --only-binary :all: --require-hashes --no-deps \
        -r requirements-bootstrap.txt || return 1
    set -- "$venv/bin/uv" pip install --python "$venv/bin/python" --no-deps --no-build-isolation
    "$@" --require-hashes -r requirements.txt &&
        "$@" --quiet --config-settings editable_mode=compat --editable .
)

with_pip() {
    "$venv/bin/pip" install --no-compile --no-deps --require-hashes -r requirements.txt
    "$venv/bin/pip" install --quiet --no-deps --config-settings editable_mode=compat --editable .
}

if ! usable >/dev/null 2>&1; then
    python=$(find_python)
    say "making $venv with $("$python" --version) ($python)"
    "$python" -m venv --clear "$venv"
fi
export PIP_DISABLE_PIP_VERSION_CHECK=1
say "installing what requirements.txt pins, each file checked by its hash"
with_uv || { say "uv could not; the same with pip, which takes a minute or two"; with_pip; }
say "compiling the loops over an article's words, which takes ten seconds once"
echo '{"uri": "urn:x", "title": "Talks", "body": "Talks in Geneva."}' | "$venv/bin/rasid" tag - >/dev/null
say "ready: $venv/bin/rasid --help"
