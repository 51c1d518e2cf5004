pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Kiosk
import Kiosk.controls
import Kiosk.Keyboard

// Every control in every state. Sample words stand here on purpose: the gallery is for the people who build screens.
Window {
    id: root

    required property string page
    property string language: "zh_CN"

    readonly property bool zh: language === "zh_CN"

    function say(chinese: string, english: string): string {
        return zh ? chinese : english;
    }

    color: Theme.paper
    visible: true

    Loader {
        anchors.fill: parent
        focus: true
        sourceComponent: ({
                "home": home,
                "form": form,
                "buttons": buttons,
                "notices": notices,
                "typing": typing,
                "rare": typing,
                "digits": typing,
                "choices": choices,
                "dates": dates,
                "dialog": dialog,
                "papers": papers,
                "scenes": scenes,
                "signature": signature
            })[root.page]
    }

    component Frame: ScreenFrame {
        objectName: "gallery_frame"
        clock: "03:12"
        date: root.say("11月23日 星期六", "Sat 23 Nov")
        keyboardModel: Keyboard.model
        nextLanguage: root.say("English", "中文")
        terminalName: root.say("政务服务自助终端", "Civic Self-Service")
    }

    Component {
        id: home

        Frame {
            title: root.say("您想办什么事？", "What would you like to do?")
            instruction: root.say("请点选一项。不清楚的话，点右上方的“帮助”。", "Touch one. If you are not sure, touch Help.")
            backVisible: false

            PageScroller {
                id: scroller

                anchors.fill: parent

                GridLayout {
                    width: parent.width
                    height: Math.max(implicitHeight, scroller.height)
                    columns: Theme.counter && Theme.textStep > 1 ? 1 : Theme.portrait || Theme.counter ? 2 : 3
                    columnSpacing: Theme.space3
                    rowSpacing: Theme.space3
                    uniformCellHeights: true
                    uniformCellWidths: true

                    Repeater {
                        model: [
                            {"icon": "inbox", "zh": "我的办件", "en": "My cases", "subZh": "进度、补件、重打回执", "subEn": "Progress, supplements, receipts", "why": ""},
                            {"icon": "certificate", "zh": "打印证明", "en": "Print a certificate", "subZh": "社保、居住、不动产等", "subEn": "Social insurance, residence and more", "why": ""},
                            {"icon": "pen", "zh": "办理事项", "en": "Apply", "subZh": "居住证、营业执照等 42 项", "subEn": "Residence permit, licence: 42 services", "why": ""},
                            {"icon": "envelope", "zh": "领取与补件", "en": "Collect", "subZh": "", "subEn": "", "why": root.say("取件柜正在维护。请到一楼 3 号机。", "The locker is under repair. Please use terminal 3 on floor 1.")},
                            {"icon": "list", "zh": "政务公开", "en": "Information", "subZh": "公告、招标、公共资源", "subEn": "Notices and public tenders", "why": ""},
                            {"icon": "help", "zh": "找人帮忙", "en": "Help", "subZh": "语音讲解、电话、预约回电", "subEn": "Spoken steps, phone, call-back", "why": ""}
                        ]

                        Tile {
                            required property var modelData

                            Layout.fillWidth: true
                            Layout.fillHeight: true
                            upright: !Theme.counter
                            iconName: modelData.icon
                            title: root.say(modelData.zh, modelData.en)
                            subtitle: root.say(modelData.subZh, modelData.subEn)
                            reason: modelData.why
                        }
                    }
                }
            }
        }
    }

    Component {
        id: form

        Frame {
            title: root.say("填写联系方式", "How can we reach you?")
            instruction: root.say("办理结果会发到这个手机号。", "We send the result to this phone.")
            steps: root.zh ? ["须知", "同意", "身份", "填写", "材料", "签名", "确认"] : ["Guide", "Consent", "Identity", "Form", "Papers", "Signature", "Review"]
            step: 3
            online: false
            mainText: root.say("下一步", "Next")

            PageScroller {
                anchors.fill: parent
                spacing: Theme.space5

                Field {
                    width: parent.width
                    label: root.say("姓名", "Name")
                    readOnly: true
                    source: root.say("来自身份证", "From your ID card")
                    text: "测试甲"
                }

                Field {
                    width: parent.width
                    label: root.say("公民身份号码", "ID number")
                    source: root.say("来自身份证", "From your ID card")
                    masked: "990000********0017"
                }

                Field {
                    width: parent.width
                    label: root.say("手机号", "Mobile phone")
                    help: root.say("11 位数字", "11 digits")
                    text: "1380000000"
                    error: root.say("少了一位：手机号是 11 位。", "One digit is missing: a mobile number has 11.")
                }

                Field {
                    width: parent.width
                    label: root.say("备用联系人", "Another contact")
                    optional: true
                    placeholder: root.say("姓名", "Name")
                }

                Field {
                    width: parent.width
                    label: root.say("工作人员密码", "Staff PIN")
                    secret: true
                    text: "123456"
                }
            }
        }
    }

    Component {
        id: buttons

        Frame {
            title: root.say("按钮与进度", "Buttons and progress")
            mainText: root.say("提交申请", "Hand in")
            mainBusy: true
            otherText: root.say("稍后再办", "Later")

            PageScroller {
                anchors.fill: parent

                Flow {
                    width: parent.width
                    spacing: Theme.space3

                    Repeater {
                        model: ["primary", "secondary", "quiet", "danger"]

                        Column {
                            id: kinds

                            required property string modelData

                            spacing: Theme.space3

                            KioskButton {
                                kind: kinds.modelData
                                text: root.say("下一步", "Continue")
                                iconName: "next"
                                iconAfter: true
                            }

                            KioskButton {
                                kind: kinds.modelData
                                text: root.say("不可用", "Unavailable")
                                enabled: false
                            }

                            KioskButton {
                                kind: kinds.modelData
                                text: root.say("正在打印", "Printing")
                                busy: true
                            }

                            KioskButton {
                                objectName: "focus_" + kinds.modelData
                                kind: kinds.modelData
                                text: root.say("键盘焦点", "Keypad focus")
                                Component.onCompleted: if (kinds.modelData === "secondary")
                                    Qt.callLater(forceActiveFocus, Qt.TabFocusReason)
                            }
                        }
                    }
                }

                Row {
                    spacing: Theme.space5

                    ProgressRing {}

                    ProgressRing {
                        value: 0.35
                    }

                    ProgressRing {
                        value: 1
                    }
                }

                ProgressBar {
                    width: parent.width
                    label: root.say("正在打印第 2 页，共 3 页", "Printing page 2 of 3")
                    value: 0.6
                }
            }
        }
    }

    Component {
        id: notices

        Frame {
            title: root.say("提示", "Notices")
            mainText: root.say("知道了", "I understand")

            PageScroller {
                anchors.fill: parent

                Notice {
                    width: parent.width
                    kind: "good"
                    title: root.say("材料已安全保存在本机", "Your papers are kept safely here")
                    text: root.say("编号 KF0A1B00017。联网后会自动送到市政务平台。", "Code KF0A1B00017. They go to the city as soon as the line is back.")
                    nextStep: root.say("请取走回执和身份证。", "Please take your receipt and your card.")
                }

                Notice {
                    width: parent.width
                    kind: "info"
                    title: root.say("周六 03:12 提交", "Handed in Saturday 03:12")
                    text: root.say("窗口周一 08:30 上班后开始受理。", "The office opens on Monday at 08:30.")
                }

                Notice {
                    width: parent.width
                    kind: "warn"
                    title: root.say("纸快用完了", "Paper is running low")
                    nextStep: root.say("您的证明还能打印。", "Your certificate can still be printed.")
                }

                Notice {
                    width: parent.width
                    kind: "bad"
                    title: root.say("没有读到身份证", "The card could not be read")
                    text: root.say("卡可能放偏了，或者和别的卡叠在一起。", "It may lie askew, or on another card.")
                    nextStep: root.say("把身份证单独平放在读卡区，再试一次。", "Lay the card alone and flat on the reader and try again.")

                    KioskButton {
                        text: root.say("再试一次", "Try again")
                    }
                }
            }
        }
    }

    Component {
        id: typing

        Frame {
            id: typingFrame

            title: root.say("家庭住址", "Home address")
            instruction: root.say("先打拼音，再点选汉字。", "Type pinyin, then choose the characters.")
            mainText: root.say("下一步", "Next")

            PageScroller {
                anchors.fill: parent

                Field {
                    id: address

                    width: parent.width
                    label: root.page === "digits" ? root.say("公民身份号码", "ID number") : root.say("街道和门牌", "Street and number")
                    keyboard: root.page === "digits" ? "id" : "pinyin"
                    text: root.page === "digits" ? "99000019900101001" : root.say("测试路 18 号", "18 Test Road")
                    Component.onCompleted: Qt.callLater(begin)
                    onMarkedChanged: {
                        if (!marked || root.page === "digits")
                            return;
                        Qt.callLater(() => {
                            for (const key of root.page === "rare" ? "yan" : "zhengwufuwu")
                                Keyboard.model.key(key);
                            Keyboard.model.expand(root.page === "rare");
                        });
                    }
                }
            }
        }
    }

    Component {
        id: choices

        Frame {
            title: root.say("您为什么申请居住证？", "Why do you apply?")
            instruction: root.say("选一个最主要的原因。", "Choose the main reason.")
            mainText: root.say("下一步", "Next")

            PageScroller {
                anchors.fill: parent

                ChoiceList {
                    id: reason

                    width: parent.width
                    value: "work"
                    options: [
                        {"value": "work", "label": root.say("在这里工作", "I work here"), "note": root.say("需要劳动合同或营业执照", "Needs a contract or a licence")},
                        {"value": "study", "label": root.say("在这里上学", "I study here")},
                        {"value": "home", "label": root.say("在这里买了房", "I own a home here")},
                        {"value": "other", "label": root.say("其他（请到窗口）", "Another reason (at the window)"), "enabled": false}
                    ]
                    onChosen: value => reason.value = value
                }

                ChoiceList {
                    id: ways

                    width: parent.width
                    label: root.say("怎样通知您？", "How shall we tell you?")
                    many: true
                    columns: 2
                    optional: true
                    value: ["sms"]
                    error: root.say("请至少选一种。", "Please choose at least one.")
                    options: [
                        {"value": "sms", "label": root.say("短信", "Text message")},
                        {"value": "call", "label": root.say("电话", "Phone call")}
                    ]
                    onChosen: value => ways.value = value
                }
            }
        }
    }

    Component {
        id: dates

        Frame {
            title: root.say("从哪天开始住在这里？", "Since when have you lived here?")
            mainText: root.say("下一步", "Next")

            PageScroller {
                anchors.fill: parent

                DatePicker {
                    id: since

                    width: parent.width
                    label: root.say("居住开始日期", "First day")
                    to: "2024-11-23"
                    value: "2024-02-29"
                    onChosen: value => since.value = value
                }

                MonthPicker {
                    id: paid

                    width: parent.width
                    label: root.say("参保月份", "Month of insurance")
                    to: "2024-11-23"
                    onChosen: value => paid.value = value
                }
            }
        }
    }

    Component {
        id: dialog

        Frame {
            title: root.say("填写联系方式", "How can we reach you?")
            mainText: root.say("下一步", "Next")

            Overlay {
                parent: root.contentItem
                open: true
                kind: "warn"
                icon: "clock"
                title: root.say("您还在吗？", "Are you still there?")
                lines: [root.say("为了保护您的信息，时间到了会清空这一页。", "To protect you, this page is emptied when the time is up.")]
                mainText: root.say("继续办理", "Go on")
                secondText: root.say("结束", "End")
            }
        }
    }

    Component {
        id: papers

        Frame {
            title: root.say("看一看要打印的证明", "Look at your certificate")
            instruction: root.say("内容对吗？打印出来的才有效。", "Is it right? Only the printed one is valid.")
            mainText: root.say("打印", "Print")
            mainIcon: "printer"

            PaperPreview {
                anchors.fill: parent
                mark: root.say("预览无效", "NOT VALID")
                pageCount: 2

                Column {
                    x: parent.width * 0.1
                    y: parent.width * 0.12
                    width: parent.width * 0.8
                    spacing: parent.width * 0.035

                    Repeater {
                        model: [0.5, 1, 1, 0.8, 1, 0.6, 1, 0.9]

                        Rectangle {
                            required property real modelData

                            width: (parent?.width ?? 0) * modelData
                            height: (parent?.width ?? 0) * 0.03
                            color: "#cbd6d3"
                        }
                    }
                }
            }
        }
    }

    Component {
        id: scenes

        Frame {
            title: root.say("请把身份证放在读卡区", "Lay your ID card on the reader")
            instruction: root.say("平放，听到“嘀”一声后再拿起。", "Lay it flat. Take it back after the beep.")
            mainText: root.say("没带身份证", "No card with me")
            picture: Component {
                Where {}
            }

            GridLayout {
                anchors.fill: parent
                columns: 3

                Repeater {
                    model: ["camera", "slot", "receipt"]

                    Where {
                        required property string modelData

                        Layout.fillHeight: true
                        Layout.fillWidth: true
                        place: modelData
                    }
                }
            }
        }
    }

    Component {
        id: signature

        Frame {
            title: root.say("请签名", "Please sign")
            instruction: root.say("像在纸上一样，用手指写。", "Write with your finger, as on paper.")
            mainText: root.say("签好了", "Done")
            otherText: root.say("重写", "Clear")
            otherIcon: "erase"

            SignaturePad {
                anchors.fill: parent
                anchors.bottomMargin: Theme.portrait ? parent.height * 0.3 : 0
                strokes: [[{"x": 0.2, "y": 0.3, "t": 0, "p": 1}, {"x": 0.3, "y": 0.5, "t": 40, "p": 1}, {"x": 0.36, "y": 0.28, "t": 90, "p": 1}, {"x": 0.42, "y": 0.6, "t": 150, "p": 1}], [{"x": 0.5, "y": 0.3, "t": 300, "p": 1}, {"x": 0.7, "y": 0.34, "t": 350, "p": 1}]]
            }
        }
    }
}
