import QtQuick
import Kiosk

// A year and a month.
DatePicker {
    monthOnly: true
}
