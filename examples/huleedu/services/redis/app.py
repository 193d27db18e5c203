"""Stands for Redis: its ports accept and close, because nothing here really talks to it."""

from listener import listen

listen("redis", [6379])
