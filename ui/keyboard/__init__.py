"""The touch keyboard: what the keys mean, and pinyin. Nothing typed is learned, logged or stored."""
