#!/bin/sh
# Sets up everything on a fresh Debian 12: Debian packages, .venv from the lock, the keyboard's pinyin index.
# Run by make; does nothing where nothing has changed. As root it installs directly, otherwise through sudo.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*"; }

missing=""
for package in $(sed 's/#.*//' packaging/apt.txt); do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    say "These Debian packages are needed and not installed:"
    for package in $missing; do say "    $package"; done
    if [ "$(id -u)" -eq 0 ]; then
        as_root=""
    elif command -v sudo >/dev/null 2>&1; then
        say "sudo will ask for your password to install them."
        as_root="sudo"
    else
        say "Install them as root, then run make again:"
        say "    apt-get update && apt-get install --no-install-recommends$missing"
        exit 1
    fi
    # policy-rc.d: no daemon of these packages is started on this machine; the rig starts its own, apart from the host's
    $as_root sh -c "
        made=''
        if [ ! -e /usr/sbin/policy-rc.d ]; then
            printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d && made=1
        fi
        trap '[ -z \"\$made\" ] || rm -f /usr/sbin/policy-rc.d' EXIT
        apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
    "
fi

lock=packaging/requirements-dev.lock
wanted=$(cat "$lock" packaging/models.lock pyproject.toml packaging/setup.sh | sha256sum | cut -d' ' -f1)
if [ "$(cat .venv/.ready 2>/dev/null || true)" != "$wanted" ]; then
    if [ ! -x .venv/bin/python ]; then
        say "Making .venv"
        python3 -m venv .venv
    fi
    say "Installing the locked Python packages (a few minutes the first time)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r "$lock" -r packaging/models.lock
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps -e .
fi
if [ ! -s ui/keyboard/pinyin.db ] || [ -n "$(find ui/keyboard kiosk/catalogue/data/divisions.csv \( -name 'build*.py' -o -name '*.txt' -o -name divisions.csv \) -newer ui/keyboard/pinyin.db)" ]; then
    say "Building the keyboard's pinyin index"
    .venv/bin/python -m ui.keyboard.build ui/keyboard/pinyin.db
fi
printf '%s\n' "$wanted" > .venv/.ready
