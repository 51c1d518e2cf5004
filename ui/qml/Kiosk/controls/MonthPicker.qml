import QtQuick

// A year and a month.
DatePicker {
    monthOnly: true
}
