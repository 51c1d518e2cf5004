"""What QML sees of the terminal: thin singletons, camelCase outward, no decisions.

Screens read properties and send intents; where an intent leads is decided by `kiosk.session` alone.
"""
