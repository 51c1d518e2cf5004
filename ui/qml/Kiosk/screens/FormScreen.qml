import QtQuick
import Kiosk
import Kiosk.Bridge
import Kiosk.controls

// stub
KioskScreen {
}
