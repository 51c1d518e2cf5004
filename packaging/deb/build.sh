#!/bin/sh
# Builds dist/civic-kiosk_VERSION_ARCH.deb: a virtual environment below /opt, units, udev rules, example configuration.
# Submissions and keys live in /var/lib/civic-kiosk, which no removal touches.
set -eu
cd "$(dirname "$0")/../.."

version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
arch=$(dpkg --print-architecture)
root=build/deb/root
rm -rf build/deb
mkdir -p "$root/opt/civic-kiosk" "$root/DEBIAN" dist

# Debian's own interpreter, since that is what runs it; the scripts in venv/bin keep the build's path and are left out.
/usr/bin/python3 -m venv --copies "$root/opt/civic-kiosk/venv"
venv="$root/opt/civic-kiosk/venv"
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r packaging/requirements.lock \
    -r packaging/models.lock
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps .
site=$(echo "$venv"/lib/python3*/site-packages)
cp ui/keyboard/pinyin.db "$site/ui/keyboard/"
cp LICENSE NOTICE "$root/opt/civic-kiosk/"

# Not part of a terminal: the central platform, the demo, build tools, and what Qt offers under the GPL alone.
rm -rf "$site/central" "$site/kiosk/demo" "$site"/pip "$site"/pip-* "$site"/setuptools* "$site"/wheel*
qt="$site/PySide6"
rm -rf "$qt"/Qt/qml/QtQuick/VirtualKeyboard "$qt"/Qt/qml/QtQuick/Timeline "$qt"/Qt/qml/QtQuick3D "$qt"/Qt/qml/QtCharts \
    "$qt"/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so "$qt"/Qt/translations "$qt"/Qt/libexec \
    "$qt"/lupdate "$qt"/lrelease "$qt"/assistant "$qt"/designer "$qt"/linguist "$qt"/qmllint "$qt"/qmlls "$qt"/qmlformat
find "$root" -name '__pycache__' -type d -prune -exec rm -rf {} +
rm -rf "$venv/bin/"[!p]* "$venv/bin/pip"* "$venv/bin/pyside6-"* "$venv/bin/py"[!t]* 2>/dev/null || true
sed -i -e 's#^home = .*#home = /usr/bin#' -e '/^command/d' "$venv/pyvenv.cfg"
rm -f "$site"/civic_kiosk-*.dist-info/direct_url.json    # it names the folder that the package was built in

install -d "$root/usr/lib/systemd/system" "$root/usr/lib/udev/rules.d" "$root/usr/lib/civic-kiosk"
install -m 0644 packaging/systemd/*.service "$root/usr/lib/systemd/system/"
install -m 0644 packaging/udev/*.rules "$root/usr/lib/udev/rules.d/"
install -m 0755 packaging/systemd/strange-disk "$root/usr/lib/civic-kiosk/"
install -D -m 0644 packaging/kiosk.example.toml "$root/usr/share/doc/civic-kiosk/kiosk.example.toml"
install -D -m 0644 LICENSE "$root/usr/share/doc/civic-kiosk/copyright"
install -d "$root/etc/civic-kiosk"
install -D -m 0755 packaging/deb/kiosk "$root/usr/bin/kiosk"
install -m 0755 packaging/deb/postinst packaging/deb/prerm "$root/DEBIAN/"
size=$(du -ks "$root" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$arch/" -e "s/@SIZE@/$size/" packaging/deb/control.in > "$root/DEBIAN/control"
dpkg-deb --root-owner-group -Zzstd -z3 --build "$root" "dist/civic-kiosk_${version}_${arch}.deb"
