# Sourced by the other scripts: makes .venv and installs what is asked for, once.
# Usage: setup EXTRAS   (such as "lab" or "lab,test")

find_python() {
    for candidate in "${PYTHON_BIN:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$candidate" ] || continue
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    printf 'Python 3.11 or newer is needed and was not found. Install it, or name it: PYTHON_BIN=/path/to/python %s\n' "$0" >&2
    return 1
}

say() {
    printf '\033[2m[%3ds]\033[0m %s\n' "$SECONDS" "$*"
}

setup() {
    extras=$1
    mark=".venv/.installed-$(printf '%s' "$extras" | tr ',' '-')"
    if [ ! -x .venv/bin/python ]; then
        python=$(find_python) || exit 1
        say "Making .venv with $("$python" --version)"
        "$python" -m venv .venv || {
            echo "The environment could not be made. On Debian and Ubuntu: apt-get install python3-venv" >&2
            exit 1
        }
    fi
    # the front end is built while installing, so its sources count too
    wanted=$(find pyproject.toml hatch_build.py jupyter-config labextension -type f \
        -not -path '*/node_modules/*' -not -path '*/lib/*' -not -path '*/tests/*' -print0 |
        LC_ALL=C sort -z | xargs -0 cat | cksum)
    if [ "$(cat "$mark" 2>/dev/null)" != "$wanted" ]; then
        say "Installing the copilot and what it needs (once; a few minutes on a slow network)"
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[$extras]" 2>.venv/pip.log || {
            grep -v 'is ignored' .venv/pip.log >&2
            echo "The installation failed; .venv/pip.log has it all. Delete .venv to begin anew." >&2
            exit 1
        }
        printf '%s\n' "$wanted" >"$mark"
    fi
    say "Installed"
}
