#!/bin/sh
# Runs the demo in an empty Debian 12: a debootstrap chroot with nothing but make and git, and this commit.
# The mirror comes from apt's own configuration. Everything is mounted in a private mount namespace and goes with it.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
target=${1:-demo}

[ "$(id -u)" -eq 0 ] || { echo "make fresh needs root, for debootstrap and mounts" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "Install debootstrap first: apt-get install debootstrap" >&2; exit 1; }

if [ "${FRESH_NAMESPACE:-}" != yes ]; then
    FRESH_NAMESPACE=yes exec unshare -m --propagation private sh "$0" "$target"
fi

root=$(mktemp -d "${TMPDIR:-/var/tmp}/civic-kiosk-fresh.XXXXXX")
trap 'umount -R "$root" 2>/dev/null || true; rm -rf --one-file-system "$root"' EXIT

mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[ -n "$mirror" ] || { echo "apt knows no mirror for bookworm" >&2; exit 1; }
begun=$(date +%s)
debootstrap --variant=minbase --include=make,git,ca-certificates bookworm "$root" "$mirror" > "$root.log" 2>&1 \
    || { tail -20 "$root.log" >&2; exit 1; }
rm -f "$root.log"
mount --bind "$root" "$root"    # the chroot's own / must be a mount, or no namespace can be made inside it

mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /dev "$root/dev" && mount --make-rslave "$root/dev"
mount -t tmpfs tmpfs "$root/run"

# The way to the registries is the machine's business: names, trust and settings are handed in, nothing else.
for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    if [ -f "$file" ]; then cp -L "$file" "$root$file"; fi
done
for part in sources.list sources.list.d apt.conf.d; do
    if [ -e "/etc/apt/$part" ] && [ "$part" = apt.conf.d ]; then
        for conf in /etc/apt/apt.conf.d/*; do
            if grep -qiE 'Acquire' "$conf"; then cp "$conf" "$root/etc/apt/apt.conf.d/"; fi
        done
    fi
done
bundle=/etc/ssl/certs/ca-certificates.crt
if [ -f "$bundle" ]; then mkdir -p "$root/opt/trust" && cp -L "$bundle" "$root/opt/trust/ca.crt"; fi
sed 's#cert *=.*#cert = /opt/trust/ca.crt#' /etc/pip.conf > "$root/etc/pip.conf" 2>/dev/null || true
git -c safe.directory='*' clone -q --no-local "$here" "$root/srv/civic-kiosk"

echo "an empty Debian 12 after $(( $(date +%s) - begun )) s; now: make $target"
begun=$(date +%s)
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    PIP_CERT=/opt/trust/ca.crt SSL_CERT_FILE=/opt/trust/ca.crt \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$root" make -C /srv/civic-kiosk "$target"
echo "make $target in an empty Debian 12: $(( $(date +%s) - begun )) s"
