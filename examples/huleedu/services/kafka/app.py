"""Stands for Kafka: its ports accept and close, because nothing here really talks to it."""

from listener import listen

listen("kafka", [9092, 9093])
